//! What a message may ask of the MIME parser, checked before it is asked. The parser is linear on mail that
//! people send; four shapes are not: messages nested so deep that freeing them exhausts the stack, delimiters
//! announced and never found (each costs a walk to the end), delimiters of thousands of bytes (each hyphen costs
//! a comparison), and media types with hundreds of thousands of parameters (each is compared with all).

use std::collections::HashMap;

use memchr::{memchr, memchr_iter, memrchr};
use vauban_intake::Problem;

/// Messages inside messages that one parse may meet.
const NESTED: usize = 500;
/// Bytes that may be walked in search of delimiters that are not there.
const WALKED: usize = 4 << 30;
/// The longest field that may describe content: the time it takes grows with the square of its parameters.
const DESCRIPTION: usize = 32 << 10;
/// The longest header field that may declare a delimiter. RFC 2046 allows a delimiter 70 characters.
const DECLARATION: usize = 2000;

/// Checks that parsing this message costs about its length.
///
/// # Errors
/// What would make it cost more: it is not to be given to the parser.
pub fn check(message: &[u8]) -> Result<(), Problem> {
    if nested_messages(message) > NESTED {
        return Err(Problem::too_many(format!("more than {NESTED} messages inside one another")));
    }
    let Lines { longest_description, last_delimiters: delimiters } = Lines::of(message);
    if longest_description > DESCRIPTION {
        return Err(Problem::corrupt("a field that describes content is longer than any mail program writes"));
    }
    let mut missing = 0_usize;
    for (at, value, field) in declarations(message) {
        if field > DECLARATION {
            return Err(Problem::corrupt("a MIME delimiter is longer than any mail program writes"));
        }
        if delimiters.get(value).is_none_or(|last| *last < at) {
            missing = missing.saturating_add(1);
        }
    }
    if missing.saturating_mul(message.len()) > WALKED {
        return Err(Problem::too_many(format!("{missing} MIME delimiters that do not occur")));
    }
    Ok(())
}

/// How many media types say that a message follows.
fn nested_messages(message: &[u8]) -> usize {
    memchr_iter(b'/', message)
        .filter(|slash| {
            let after =
                message.get(slash.saturating_add(1)..message.len().min(slash.saturating_add(40))).unwrap_or_default();
            let subtype = after.trim_ascii_start();
            // Pages and base64 are full of slashes: most are told by one byte.
            let Some(b'r' | b'R' | b'g' | b'G' | b'd' | b'D') = subtype.first() else { return false };
            let subtype = subtype.get(..6).unwrap_or_default();
            let before = message.get(slash.saturating_sub(40)..*slash).unwrap_or_default().trim_ascii_end();
            let kind = before.get(before.len().saturating_sub(7)..).unwrap_or_default();
            kind.eq_ignore_ascii_case(b"message")
                && (subtype.eq_ignore_ascii_case(b"rfc822") || subtype.eq_ignore_ascii_case(b"global"))
                || kind.get(2..).is_some_and(|kind| kind.eq_ignore_ascii_case(b"ipart"))
                    && subtype.eq_ignore_ascii_case(b"digest")
        })
        .count()
}

/// What the lines of a message tell, in one look at all of them.
struct Lines<'m> {
    /// The length of the longest `Content-...` field with the lines that continue it.
    longest_description: usize,
    /// Every delimiter line, and where it stands last.
    last_delimiters: HashMap<&'m [u8], usize>,
}

impl<'m> Lines<'m> {
    fn of(message: &'m [u8]) -> Self {
        let mut lines = Self { longest_description: 0, last_delimiters: HashMap::new() };
        let (mut length, mut at) = (None::<usize>, 0_usize);
        while let Some(rest) = message.get(at..) {
            let end = memchr(b'\n', rest);
            let line = end.and_then(|end| rest.get(..end)).unwrap_or(rest);
            length = match (length, line.first()) {
                (Some(length), Some(b' ' | b'\t')) => Some(length.saturating_add(line.len())),
                (_, Some(b'c' | b'C')) => {
                    line.get(..8).is_some_and(|start| start.eq_ignore_ascii_case(b"content-")).then_some(line.len())
                }
                (_, Some(b'-')) => {
                    lines.delimiter(line, at);
                    None
                }
                _ => None,
            };
            lines.longest_description = lines.longest_description.max(length.unwrap_or_default());
            if end.is_none() {
                break;
            }
            at = at.saturating_add(line.len()).saturating_add(1);
        }
        lines
    }

    fn delimiter(&mut self, line: &'m [u8], at: usize) {
        if let Some(delimiter) = line.strip_prefix(b"--") {
            let delimiter = delimiter.trim_ascii_end();
            self.last_delimiters.insert(delimiter, at);
            if let Some(open) = delimiter.strip_suffix(b"--") {
                self.last_delimiters.insert(open, at);
            }
        }
    }
}

/// Every `boundary` parameter: where it stands, its value, and the length of its field from there on.
fn declarations(message: &[u8]) -> impl Iterator<Item = (usize, &[u8], usize)> {
    memchr_iter(b'=', message).filter_map(|equals| {
        // Quoted-printable is full of equals signs: most are told by the byte before.
        let Some(b'y' | b'Y' | b'*' | b'0' | b' ' | b'\t' | b'\r' | b'\x0c') = message.get(equals.checked_sub(1)?)
        else {
            return None;
        };
        // Only what stands right before it is looked at: a line may be as long as the message.
        let before = message.get(equals.saturating_sub(64)..equals)?;
        let line = before.get(memrchr(b'\n', before).map_or(0, |end| end.saturating_add(1))..)?;
        let name = line.trim_ascii_end();
        let name = name.strip_suffix(b"*").unwrap_or(name);
        // `boundary*0=` continues (RFC 2231 section 3).
        let name = name.strip_suffix(b"*0").unwrap_or(name);
        if !name.get(name.len().checked_sub(8)?..)?.eq_ignore_ascii_case(b"boundary") {
            return None;
        }
        let value = message.get(equals.saturating_add(1)..)?;
        let mut field = 0_usize;
        for line in value.split(|byte| *byte == b'\n') {
            if field > 0 && !line.starts_with(b" ") && !line.starts_with(b"\t") || field > DECLARATION {
                break;
            }
            field = field.saturating_add(line.len()).saturating_add(1);
        }
        let value = value.get(..field.min(DECLARATION).min(value.len()))?.trim_ascii();
        let value = match value.strip_prefix(b"\"") {
            Some(quoted) => quoted.split(|byte| *byte == b'"').next()?,
            None => value.split(|byte| byte.is_ascii_whitespace() || *byte == b';').next()?,
        };
        Some((equals, value, field))
    })
}

#[cfg(test)]
mod tests {
    use vauban_model::Reason;

    use super::*;

    #[test]
    fn ordinary_mail_passes() {
        let mail = b"Content-Type: multipart/mixed;\r\n boundary=\"ab c\"\r\n\r\n--ab c\r\nx\r\n--ab c--\r\n";
        assert_eq!(check(mail), Ok(()));
        assert_eq!(declarations(mail).map(|(_, value, _)| value).collect::<Vec<_>>(), [b"ab c"]);
        assert!(Lines::of(mail).last_delimiters.contains_key(&b"ab c"[..]));
    }

    #[test]
    fn four_attacks_on_the_parser_are_refused() {
        let nested = "Content-Type: message/rfc822\r\n\r\n".repeat(NESTED + 1);
        assert_eq!(check(nested.as_bytes()).unwrap_err().reason, Reason::TooMany);
        let long = format!("Content-Type: multipart/mixed; boundary={}\n\n", "-".repeat(5000));
        assert_eq!(check(long.as_bytes()).unwrap_err().reason, Reason::Corrupt);
        let parameters: String = (0..20_000).map(|number| format!("\n a{number}*1=b;")).collect();
        let described = format!("Content-Type: text/plain;{parameters}\n\nx");
        assert_eq!(check(described.as_bytes()).unwrap_err().reason, Reason::Corrupt);
        let missing = "--a\nContent-Type: multipart/mixed; boundary=zz\n\nx\n".repeat(10_000);
        assert_eq!(check(missing.as_bytes()).unwrap_err().reason, Reason::TooMany);
    }
}
