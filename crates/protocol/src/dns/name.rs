//! A name, as it is compared: in lower case, twice: as it goes over the wire, and as people write it.

use std::fmt;

/// The most bytes of a name over the wire, its root label included (RFC 1035, 2.3.4).
pub const MOST_BYTES: usize = 255;

/// A name in lower case, without allocation.
#[derive(Clone, Copy)]
pub struct Name {
    wire: [u8; MOST_BYTES],
    text: [u8; MOST_BYTES],
    length: u8,
}

impl Name {
    /// Reads an uncompressed name at the beginning of `bytes`; none where there is no whole one.
    ///
    /// A byte that is neither a letter, a digit nor a mark people write becomes a backslash in the text: no name of a
    /// policy or a list has one, so such a name meets nothing by accident.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut name = Self { wire: [0; MOST_BYTES], text: [0; MOST_BYTES], length: 0 };
        let mut at = 0;
        loop {
            let label = usize::from(*bytes.get(at)?);
            // The two upper bits announce a pointer, or nothing that is in use.
            if label > 63 || at + 1 + label > MOST_BYTES {
                return None;
            }
            let letters = bytes.get(at + 1..at + 1 + label)?;
            name.wire[at] = bytes[at];
            for (place, byte) in (at + 1..).zip(letters) {
                let lower = byte.to_ascii_lowercase();
                name.wire[place] = lower;
                name.text[place - 1] =
                    if lower.is_ascii_graphic() && !matches!(lower, b'.' | b'\\') { lower } else { b'\\' };
            }
            at += 1 + label;
            if label == 0 {
                name.length = u8::try_from(at).ok()?;
                return Some(name);
            }
            name.text[at - 1] = b'.';
        }
    }

    /// Reads a name as people write it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_suffix('.').unwrap_or(text);
        let mut wire = Vec::with_capacity(text.len() + 2);
        for label in text.split('.').filter(|_| !text.is_empty()) {
            if label.is_empty() || !label.is_ascii() {
                return None;
            }
            wire.push(u8::try_from(label.len()).ok()?);
            wire.extend_from_slice(label.as_bytes());
        }
        wire.push(0);
        Self::read(&wire)
    }

    /// As it goes over the wire, in lower case, with its root label.
    #[must_use]
    pub fn wire(&self) -> &[u8] {
        &self.wire[..usize::from(self.length)]
    }

    /// As people write it, in lower case, without its last dot.
    #[must_use]
    pub fn text(&self) -> &str {
        let end = usize::from(self.length).saturating_sub(2);
        std::str::from_utf8(&self.text[..end]).unwrap_or_default()
    }

    /// Whether it is another name or lies below it.
    #[must_use]
    pub fn is_under(&self, above: &str) -> bool {
        self.text().strip_suffix(above).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({:?})", self.text())
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.wire() == other.wire()
    }
}

impl Eq for Name {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_twice() {
        let name = Name::read(b"\x05LoGin\x04evil\x07example\0rest").unwrap();
        assert_eq!(name.text(), "login.evil.example");
        assert_eq!(name.wire(), b"\x05login\x04evil\x07example\0");
        assert_eq!(Name::parse("Login.Evil.Example.").unwrap(), name);
        assert!(name.is_under("evil.example") && name.is_under("login.evil.example") && !name.is_under("il.example"));
        let root = Name::read(b"\0").unwrap();
        assert_eq!((root.text(), root.wire()), ("", &b"\0"[..]));
        assert_eq!(Name::parse("").unwrap(), root);
    }

    #[test]
    fn a_dot_inside_a_label_is_no_boundary() {
        let name = Name::read(b"\x09evil.test\x03com\0").unwrap();
        assert_eq!(name.text(), "evil\\test.com");
        assert!(!name.is_under("test.com"));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        let long = [&[63; 64][..], &[63; 64], &[63; 64], &[63; 64], &[0]].concat();
        let pointer = [0xc0, 12];
        for bytes in [&b""[..], b"\x03ab", b"\x40aa", &pointer, &long, b"\x01a"] {
            assert_eq!(Name::read(bytes), None, "{bytes:?}");
        }
        let longest = [&[63; 64][..], &[63; 64], &[63; 64], &[61; 62], &[0]].concat();
        assert_eq!(Name::read(&longest).unwrap().wire().len(), MOST_BYTES);
        assert_eq!(Name::parse("a..b"), None);
    }
}
