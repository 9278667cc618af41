//! A domain name in wire form, without compression, letters in lower case (RFC 1035 section 3.1, RFC 4343).

use std::{
    cmp::Ordering,
    fmt::{self, Write},
};

use super::Malformed;

/// The longest name, with its final root label.
const LONGEST: usize = 255;
/// The longest label.
const LONGEST_LABEL: usize = 63;
/// More pointers than this are no compression but an attack: a name has 127 labels at the most.
const MOST_POINTERS: usize = 127;

/// A domain name: labels with their lengths, root label last, A to Z as a to z. Never longer than 255 bytes.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Name(Box<[u8]>);

impl Name {
    /// A name in wire form. `None` when it is none: nothing may follow its root label, and nothing may be compressed.
    #[must_use]
    pub fn from_wire(wire: &[u8]) -> Option<Self> {
        let mut at = 0;
        loop {
            let length = usize::from(*wire.get(at)?);
            at += 1 + length;
            match length {
                0 => break,
                1..=LONGEST_LABEL if at < LONGEST => {}
                _ => return None,
            }
        }
        (at == wire.len()).then(|| Self(wire.to_ascii_lowercase().into_boxed_slice()))
    }

    /// A name as people write it, with or without the final point. Escapes (`\.`, `\007`) are understood.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let mut wire = Vec::with_capacity(text.len() + 2);
        let mut label = Vec::new();
        let mut rest = text.as_bytes();
        if text == "." {
            rest = &[];
        }
        while let Some((&byte, after)) = rest.split_first() {
            rest = after;
            match (byte, after) {
                (b'.', _) => push_label(&mut wire, &mut label)?,
                (b'\\', [a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', after @ ..]) => {
                    let digits = [a, b, c].map(|digit| u16::from(digit - b'0'));
                    label.push(u8::try_from(digits[0] * 100 + digits[1] * 10 + digits[2]).ok()?);
                    rest = after;
                }
                (b'\\', [escaped, after @ ..]) => {
                    label.push(*escaped);
                    rest = after;
                }
                _ => label.push(byte),
            }
        }
        if !label.is_empty() {
            push_label(&mut wire, &mut label)?;
        }
        wire.push(0);
        Self::from_wire(&wire)
    }

    /// The root.
    #[must_use]
    pub fn root() -> Self {
        Self(Box::new([0]))
    }

    /// The bytes on the wire.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Reads the name at `at` of a message, and says where the message goes on. Pointers must lead backwards.
    pub(crate) fn read(message: &[u8], at: usize) -> Result<(Self, usize), Malformed> {
        let (wire, after) = Self::read_as_written(message, at)?;
        Ok((Self(wire.to_ascii_lowercase().into_boxed_slice()), after))
    }

    /// The same with its letters as they are.
    pub(crate) fn read_as_written(message: &[u8], at: usize) -> Result<(Vec<u8>, usize), Malformed> {
        let mut wire = Vec::with_capacity(32);
        let (mut at, mut after, mut pointers) = (at, None, 0);
        loop {
            let length = *message.get(at).ok_or(Malformed)?;
            match length {
                0 => {
                    wire.push(0);
                    return Ok((wire, after.unwrap_or(at + 1)));
                }
                1..=63 => {
                    let end = at + 1 + usize::from(length);
                    wire.extend_from_slice(message.get(at..end).ok_or(Malformed)?);
                    if wire.len() >= LONGEST {
                        return Err(Malformed);
                    }
                    at = end;
                }
                0xC0.. => {
                    let low = *message.get(at + 1).ok_or(Malformed)?;
                    let target = usize::from(length & 0x3F) << 8 | usize::from(low);
                    after.get_or_insert(at + 2);
                    pointers += 1;
                    if target >= at || pointers > MOST_POINTERS {
                        return Err(Malformed);
                    }
                    at = target;
                }
                _ => return Err(Malformed),
            }
        }
    }

    /// The labels, from the left, without the root's.
    pub(crate) fn labels(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = &*self.0;
        std::iter::from_fn(move || {
            let (&length, after) = rest.split_first().filter(|(length, _)| **length != 0)?;
            let (label, after) = after.split_at_checked(usize::from(length))?;
            rest = after;
            Some(label)
        })
    }

    /// How many labels there are, without the root's.
    pub(crate) fn depth(&self) -> usize {
        self.labels().count()
    }

    /// Whether it is the root.
    pub(crate) fn is_root(&self) -> bool {
        self.0.len() == 1
    }

    /// Whether its first label is a star.
    pub(crate) fn is_wildcard(&self) -> bool {
        self.0.starts_with(b"\x01*")
    }

    /// The name without its first label; the root's is the root.
    pub(crate) fn parent(&self) -> Self {
        match self.0.first() {
            Some(&length) if length != 0 => Self(self.0.get(1 + usize::from(length)..).unwrap_or(&[0]).into()),
            _ => Self::root(),
        }
    }

    /// Its last labels, so many; itself when it has no more.
    pub(crate) fn suffix(&self, labels: usize) -> Self {
        let skipped: usize = self.labels().take(self.depth().saturating_sub(labels)).map(|label| label.len() + 1).sum();
        Self(self.0.get(skipped..).unwrap_or(&[0]).into())
    }

    /// Whether it is this zone or a name in it.
    pub(crate) fn is_within(&self, zone: &Self) -> bool {
        let mut rest = &*self.0;
        while rest.len() > zone.0.len() {
            let length = usize::from(rest[0]);
            rest = rest.get(1 + length..).unwrap_or(&[]);
        }
        *rest == *zone.0
    }

    /// The longest name that both are within.
    pub(crate) fn common(&self, other: &Self) -> Self {
        let mut candidate = self.clone();
        while !other.is_within(&candidate) {
            candidate = candidate.parent();
        }
        candidate
    }

    /// The wildcard below it, unless that is too long to be a name.
    pub(crate) fn wildcard(&self) -> Option<Self> {
        (self.0.len() + 2 <= LONGEST).then(|| Self([b"\x01*", &*self.0].concat().into_boxed_slice()))
    }

    /// The name with `from` at its end replaced by `to` (RFC 6672 section 2.2). `None` when the result is too long.
    pub(crate) fn renamed(&self, from: &Self, to: &Self) -> Option<Self> {
        let kept = self.0.get(..self.0.len().checked_sub(from.0.len())?)?;
        (self.is_within(from) && kept.len() + to.0.len() <= LONGEST)
            .then(|| Self([kept, &*to.0].concat().into_boxed_slice()))
    }

    /// The order of names in a signed zone (RFC 4034 section 6.1).
    pub(crate) fn canonical_cmp(&self, other: &Self) -> Ordering {
        let reversed = |name: &Self| name.labels().map(<[u8]>::to_vec).collect::<Vec<_>>();
        reversed(self).iter().rev().cmp(reversed(other).iter().rev())
    }
}

fn push_label(wire: &mut Vec<u8>, label: &mut Vec<u8>) -> Option<()> {
    let length = u8::try_from(label.len()).ok().filter(|length| (1..=63).contains(length))?;
    wire.push(length);
    wire.append(label);
    Some(())
}

/// As people write it, with a final point; what is no letter, digit, `-`, `_` or `*` is escaped.
impl fmt::Display for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for label in self.labels() {
            for &byte in label {
                match byte {
                    b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'*' => out.write_char(char::from(byte))?,
                    _ => write!(out, "\\{byte:03}")?,
                }
            }
            out.write_char('.')?;
        }
        if self.is_root() { out.write_char('.') } else { Ok(()) }
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::from_text(text).unwrap()
    }

    #[test]
    fn names_are_read_in_lower_case_and_only_backwards() {
        let message = b"\x03WWW\x07example\x00\x01a\xC0\x04\xC0\x11\x02x\xC0\x18";
        assert_eq!(Name::read(message, 0).unwrap(), (name("www.example."), 13));
        assert_eq!(Name::read(message, 13).unwrap(), (name("a.example."), 17));
        assert!(Name::read(message, 17).is_err(), "a pointer to itself");
        assert!(Name::read(b"\x40a", 0).is_err());
        assert!(Name::read(&[&[63; 64][..]; 5].concat(), 0).is_err(), "too long");
    }

    #[test]
    fn relations_between_names() {
        let (www, zone) = (name("www.example.org"), name("example.org"));
        assert!(www.is_within(&zone) && !zone.is_within(&www) && www.is_within(&Name::root()));
        assert!(!name("notexample.org").is_within(&zone));
        assert_eq!(www.parent(), zone);
        assert_eq!(www.suffix(1), name("org"));
        assert_eq!(www.common(&name("a.b.example.org")), zone);
        assert_eq!(zone.wildcard().unwrap(), name("*.example.org"));
        assert_eq!(www.renamed(&zone, &name("net")).unwrap(), name("www.net"));
        assert_eq!(name(r"a\.b.\007").to_string(), r"a\046b.\007.");
    }

    #[test]
    fn the_order_is_that_of_the_standard() {
        let sorted = [
            "example",
            "a.example",
            "yljkjljk.a.example",
            "Z.a.example",
            "zABC.a.EXAMPLE",
            "z.example",
            r"\001.z.example",
            "*.z.example",
            r"\200.z.example",
        ];
        assert!(sorted.windows(2).all(|pair| name(pair[0]).canonical_cmp(&name(pair[1])) == Ordering::Less));
    }
}
