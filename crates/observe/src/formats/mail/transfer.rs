//! Content-Transfer-Encoding (RFC 2045 section 6), decoded as mail programs do: whatever can be decoded is, and
//! what cannot is kept or skipped. A decoder that gave up at the first strange byte would be an invitation to
//! write one.

use std::borrow::Cow;

use crate::text::{NO_SYMBOL, SIX_BITS};

/// A transfer encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transfer {
    /// 7bit, 8bit, binary, and anything unknown.
    Identity,
    QuotedPrintable,
    Base64,
    Uuencode,
}

impl Transfer {
    /// The encoding of this name.
    pub(super) fn named(name: &str) -> Self {
        match name.trim().to_ascii_lowercase().as_str() {
            "quoted-printable" => Self::QuotedPrintable,
            "base64" => Self::Base64,
            "x-uuencode" | "uuencode" | "x-uue" | "uue" => Self::Uuencode,
            _ => Self::Identity,
        }
    }

    /// The step's name in `how`.
    pub(super) const fn how(self) -> &'static [&'static str] {
        match self {
            Self::Identity => &[],
            Self::QuotedPrintable => &["quoted-printable"],
            Self::Base64 => &["base64"],
            Self::Uuencode => &["uuencode"],
        }
    }

    /// The bytes behind the encoding.
    pub(super) fn decode(self, body: &[u8]) -> Cow<'_, [u8]> {
        match self {
            Self::Identity => body.into(),
            Self::QuotedPrintable => quoted_printable(body).into(),
            Self::Base64 => base64(body).into(),
            Self::Uuencode => super::uuencode::find(body).map_or_else(|| body.into(), |file| file.bytes.into()),
        }
    }
}

/// Whether a body that claims no encoding is base64 all the same, as some senders and all evaders forget to say.
pub(super) fn looks_like_base64(body: &[u8]) -> bool {
    let significant = body.iter().filter(|byte| !byte.is_ascii_whitespace()).count();
    significant >= 64
        && body.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/=\r\n \t".contains(byte))
        && body
            .split(|byte| *byte == b'\n')
            .take(8)
            .all(|line| line.trim_ascii().len() <= 76 && !line.trim_ascii().contains(&b' '))
}

fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let digit = |byte: Option<&u8>| {
        byte.and_then(|byte| char::from(*byte).to_digit(16)).and_then(|digit| u8::try_from(digit).ok())
    };
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = memchr::memchr(b'=', rest) {
        let (plain, coded) = rest.split_at(at);
        out.extend_from_slice(plain);
        let coded = coded.get(1..).unwrap_or_default();
        if let (Some(high), Some(low)) = (digit(coded.first()), digit(coded.get(1))) {
            out.push(high << 4 | low);
            rest = coded.get(2..).unwrap_or_default();
        } else if let Some(after) = soft_break(coded) {
            rest = after;
        } else {
            out.push(b'=');
            rest = coded;
        }
    }
    out.extend_from_slice(rest);
    out
}

/// What follows a soft line break; white space before the line's end is padding of the transport.
fn soft_break(coded: &[u8]) -> Option<&[u8]> {
    let padding = coded.iter().take(80).take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
    match coded.get(padding) {
        Some(b'\n') => coded.get(padding.saturating_add(1)..),
        None => Some(&[]),
        // A carriage return alone ends a line for some mail programs.
        Some(_) if coded.first() == Some(&b'\r') => coded.get(1..),
        Some(_) => None,
    }
}

fn base64(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0_u8);
    let mut rest = body;
    loop {
        // Whole groups, which is all but the ends of lines.
        while count == 0
            && let Some((group, after)) = rest.split_first_chunk::<4>()
            && let [first, second, third, fourth] = group.map(|byte| SIX_BITS[usize::from(byte)])
            && first | second | third | fourth < NO_SYMBOL
        {
            let group = u32::from(first) << 18 | u32::from(second) << 12 | u32::from(third) << 6 | u32::from(fourth);
            out.extend_from_slice(&group.to_be_bytes()[1..]);
            rest = after;
        }
        let Some((byte, after)) = rest.split_first() else { break };
        rest = after;
        let value = SIX_BITS[usize::from(*byte)];
        if *byte == b'=' {
            // Padding closes a group wherever it stands: some senders encode line by line.
            flush(bits, count, &mut out);
            (bits, count) = (0, 0);
        } else if value < NO_SYMBOL {
            bits = bits << 6 | u32::from(value);
            count += 1;
            if count == 4 {
                out.extend_from_slice(&bits.to_be_bytes()[1..]);
                (bits, count) = (0, 0);
            }
        }
    }
    flush(bits, count, &mut out);
    out
}

fn flush(bits: u32, count: u8, out: &mut Vec<u8>) {
    let [_, high, middle, _] = match count {
        2 => bits << 12,
        3 => bits << 6,
        _ => return,
    }
    .to_be_bytes();
    out.push(high);
    if count == 3 {
        out.push(middle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_printable_forgives() {
        for (coded, plain) in [
            ("a=3Db=\r\nc= \t\r\nd", "a=bcd"),
            ("100 = 100, =ZZ, =3", "100 = 100, =ZZ, =3"),
            ("==3D", "=="),
            ("end=", "end"),
        ] {
            assert_eq!(String::from_utf8_lossy(&quoted_printable(coded.as_bytes())), plain);
        }
    }

    #[test]
    fn base64_forgives() {
        for (coded, plain) in
            [("aHR0\r\ncDov\n", "http:/"), ("aA==aQ==", "hi"), ("aH!!R0", "htt"), ("aHQ", "ht"), ("a", "")]
        {
            assert_eq!(String::from_utf8_lossy(&base64(coded.as_bytes())), plain, "{coded}");
        }
    }

    #[test]
    fn undeclared_base64_is_told_from_words() {
        let coded = data_encoding::BASE64.encode(&[7; 90]);
        assert!(looks_like_base64(coded.get(..76).unwrap().as_bytes()));
        assert!(!looks_like_base64("word ".repeat(40).as_bytes()));
    }
}
