//! The header of a message, field by field (RFC 5322 section 2.2).
//!
//! Splits, and writes fields anew with CRLF. It does not decode them, and keeps bytes that no standard allows, for
//! lost mail is worse than odd mail; except those that end a line for one program and not for another.

/// The most bytes that a header may have. The largest that mail servers let through is a tenth of it.
pub(crate) const MAX_HEADER_BYTES: usize = 1024 * 1024;

/// A message cut at the first empty line.
pub(crate) struct Split<'m> {
    pub(crate) fields: Vec<Field<'m>>,
    pub(crate) body: &'m [u8],
    /// The header goes on beyond the limit. Millions of fields of three bytes would take memory many times their size.
    pub(crate) is_too_long: bool,
}

/// One header field.
pub(crate) struct Field<'m> {
    name: &'m [u8],
    /// All of it: name, value, continuation lines.
    raw: &'m [u8],
}

impl<'m> Split<'m> {
    /// A line that is neither a field nor the continuation of one ends the header and begins the body, as in Postfix;
    /// the line with which mbox files begin a message is passed over.
    pub(crate) fn of(message: &'m [u8]) -> Split<'m> {
        let mut fields: Vec<Field<'m>> = Vec::new();
        let mut at = 0;
        let mut start = None;
        while let Some(line) = line_at(message, at) {
            let next = at + line.len();
            if line.iter().all(|byte| matches!(byte, b'\r' | b'\n')) {
                push(&mut fields, message, start, at);
                return Split { fields, body: message.get(next..).unwrap_or_default(), is_too_long: false };
            }
            let continues = matches!(line.first(), Some(b' ' | b'\t')) && start.is_some();
            if !continues {
                push(&mut fields, message, start.take(), at);
                if name_of(line).is_some() {
                    start = Some(at);
                } else if !(at == 0 && line.starts_with(b"From ")) {
                    return Split { fields, body: message.get(at..).unwrap_or_default(), is_too_long: false };
                }
            }
            if next > MAX_HEADER_BYTES {
                return Split { fields, body: message.get(at..).unwrap_or_default(), is_too_long: true };
            }
            at = next;
        }
        push(&mut fields, message, start, at);
        Split { fields, body: &[], is_too_long: false }
    }

    pub(crate) fn named(&self, name: &str) -> impl Iterator<Item = &Field<'m>> {
        self.fields.iter().filter(move |field| field.is(name))
    }
}

impl Field<'_> {
    pub(crate) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }

    pub(crate) fn begins(&self, prefix: &str) -> bool {
        self.name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
    }

    pub(crate) fn name(&self) -> &[u8] {
        self.name
    }

    /// Everything after the colon, folded as it was, its last line end off.
    pub(crate) fn value(&self) -> Vec<u8> {
        let mut written = Vec::with_capacity(self.raw.len());
        self.write(&mut written);
        written.truncate(written.len().saturating_sub(2));
        let colon = written.iter().position(|byte| *byte == b':').map_or(0, |colon| colon + 1);
        written.split_off(colon)
    }

    /// Writes the field, each line ended by CRLF.
    ///
    /// A lone CR or a NUL would end the line for some programs: behind it, an attacker could hide a field that we
    /// would take for part of a value. Blank continuation lines would end the header for others.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let mut at = 0;
        while let Some(line) = line_at(self.raw, at) {
            at += line.len();
            let text = line.strip_suffix(b"\n").unwrap_or(line);
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            if text.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | 0 | 0x0b | 0x0c)) {
                continue;
            }
            out.extend(text.iter().map(|byte| if matches!(byte, b'\r' | 0) { b' ' } else { *byte }));
            out.extend_from_slice(b"\r\n");
        }
    }
}

fn push<'m>(fields: &mut Vec<Field<'m>>, message: &'m [u8], start: Option<usize>, end: usize) {
    if let Some(raw) = start.and_then(|start| message.get(start..end))
        && let Some(name) = name_of(raw)
    {
        fields.push(Field { name, raw });
    }
}

/// The line that begins there, with its end.
fn line_at(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let rest = bytes.get(at..)?;
    let end = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |end| end + 1);
    rest.get(..end).filter(|line| !line.is_empty())
}

/// The name of a field: printable ASCII up to the colon, before which old mail may have blanks.
fn name_of(line: &[u8]) -> Option<&[u8]> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = line.get(..colon)?.trim_ascii_end();
    (!name.is_empty() && name.iter().all(u8::is_ascii_graphic)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(message: &[u8]) -> Vec<String> {
        Split::of(message).fields.iter().map(|field| String::from_utf8_lossy(field.name).into_owned()).collect()
    }

    #[test]
    fn splits_at_the_empty_line() {
        let split = Split::of(b"From: a\r\nTo: b,\r\n c\r\n\r\nbody\r\n");
        assert_eq!(split.fields.len(), 2);
        assert_eq!(split.fields[1].value(), b" b,\r\n c");
        assert_eq!(split.body, b"body\r\n");
    }

    #[test]
    fn a_line_that_is_no_field_begins_the_body() {
        assert_eq!(names(b"From: a\nthis is text\nTo: b\n\nx"), ["From"]);
        assert_eq!(Split::of(b"From: a\nthis is text\nTo: b\n\nx").body, b"this is text\nTo: b\n\nx");
        assert_eq!(names(b"From a@b Thu\nTo: b\n\nx"), ["To"]);
        assert_eq!(Split::of(b"").body, b"");
        assert_eq!(Split::of(b"\r\nbody").body, b"body");
    }

    #[test]
    fn bytes_that_end_a_line_for_some_are_blanks() {
        let mut out = Vec::new();
        Split::of(b"To: a\rSubject: b\0\n \r\n\tc\n\n").fields[0].write(&mut out);
        assert_eq!(out, b"To: a Subject: b \r\n\tc\r\n");
    }
}
