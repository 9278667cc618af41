//! The strings of a JSON text (RFC 8259 section 7), one after the other.

/// A string of the text, still escaped, and what follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span<'a> {
    /// The bytes before it since the last string: punctuation, numbers, words.
    pub(super) before: &'a [u8],
    /// The bytes between its quotes; to the end of the text when it is never closed.
    pub(super) escaped: &'a [u8],
    /// Whether it names a member.
    pub(super) is_key: bool,
}

/// Walks the strings of a text in one pass.
#[derive(Debug)]
pub(super) struct Strings<'a> {
    rest: &'a [u8],
}

impl<'a> Strings<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// What stands after the last string.
    pub(super) const fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

impl<'a> Iterator for Strings<'a> {
    type Item = Span<'a>;

    fn next(&mut self) -> Option<Span<'a>> {
        let open = memchr::memchr(b'"', self.rest)?;
        let before = self.rest.get(..open)?;
        let body = self.rest.get(open.saturating_add(1)..)?;
        let mut close = 0_usize;
        loop {
            match body.get(close..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
                None => {
                    close = body.len();
                    break;
                }
                Some(step) => {
                    close = close.saturating_add(step);
                    if body.get(close) == Some(&b'"') {
                        break;
                    }
                    close = close.saturating_add(2).min(body.len());
                }
            }
        }
        let escaped = body.get(..close).unwrap_or_default();
        self.rest = body.get(close.saturating_add(1)..).unwrap_or_default();
        let is_key = self.rest.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':');
        Some(Span { before, escaped, is_key })
    }
}

/// Appends the string without its escapes. An escape that means nothing is kept as it is written.
pub(super) fn unescape(escaped: &[u8], out: &mut Vec<u8>) {
    let mut at = 0_usize;
    while let Some(rest) = escaped.get(at..) {
        let plain = memchr::memchr(b'\\', rest).unwrap_or(rest.len());
        out.extend_from_slice(rest.get(..plain).unwrap_or_default());
        at = at.saturating_add(plain).saturating_add(2);
        let Some(escape) = rest.get(plain.saturating_add(1)) else { return };
        match escape {
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'b' | b'f' => out.push(b' '),
            b'"' | b'\\' | b'/' => out.push(*escape),
            b'u' => at = at.saturating_add(unicode(escaped.get(at..).unwrap_or_default(), out)),
            _ => out.extend_from_slice(&[b'\\', *escape]),
        }
    }
}

/// Decodes what stands after `\u` and says how many bytes it took.
fn unicode(after: &[u8], out: &mut Vec<u8>) -> usize {
    let unit = |at: usize| {
        let digits = after.get(at..at.saturating_add(4))?;
        u32::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
    };
    let Some(first) = unit(0) else {
        out.extend_from_slice(b"\\u");
        return 0;
    };
    let second = if after.get(4..6) == Some(b"\\u") { unit(6) } else { None };
    let (c, taken) = match (first, second) {
        (0xd800..=0xdbff, Some(low @ 0xdc00..=0xdfff)) => {
            (char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (low - 0xdc00)), 10)
        }
        _ => (char::from_u32(first), 4),
    };
    let mut buffer = [0; 4];
    out.extend_from_slice(c.unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf8(&mut buffer).as_bytes());
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(escaped: &str) -> String {
        let mut out = Vec::new();
        unescape(escaped.as_bytes(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn escapes_are_undone() {
        assert_eq!(plain(r"http:\/\/evil.example\/\u0061"), "http://evil.example/a");
        assert_eq!(plain(r"\ud83d\ude00"), "😀");
        assert_eq!(plain(r"a\\b\q\uzz\"), "a\\b\\q\\uzz");
        assert_eq!(plain(r"\ud83d"), "\u{fffd}");
    }

    #[test]
    fn strings_keys_and_ends() {
        let mut strings = Strings::new(br#"{"a" : "x\"y", "b"#);
        assert_eq!(strings.next().unwrap(), Span { before: b"{", escaped: b"a", is_key: true });
        assert_eq!(strings.next().unwrap().escaped, br#"x\"y"#);
        assert_eq!(strings.next().unwrap(), Span { before: b", ", escaped: b"b", is_key: false });
        assert_eq!(strings.next(), None);
        assert_eq!(strings.rest(), b"");
    }
}
