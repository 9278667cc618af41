//! The properties of one storage ([MS-OXMSG] section 2.4): those of fixed size stand in one stream, each of the
//! others in a stream named for its number and type.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_16LE};
use jiff::Timestamp;

use super::codepage;
use crate::{epoch::FROM_1601, formats::ole::Stream};

/// The stream of properties of fixed size.
pub(in crate::formats) const FIXED: &str = "__properties_version1.0";
/// What the names of the streams of all others begin with.
pub(in crate::formats) const SUBSTANCE: &str = "__substg1.0_";

/// A property's number ([MS-OXPROPS]).
pub(super) mod id {
    pub(in super::super) const BODY: u16 = 0x1000;
    pub(in super::super) const COMPRESSED_RTF: u16 = 0x1009;
    pub(in super::super) const HTML: u16 = 0x1013;
    pub(in super::super) const TRANSPORT_HEADERS: u16 = 0x007d;
    pub(in super::super) const SUBMITTED: u16 = 0x0039;
    pub(in super::super) const DELIVERED: u16 = 0x0e06;
    pub(in super::super) const INTERNET_CODEPAGE: u16 = 0x3fde;
    pub(in super::super) const MESSAGE_CODEPAGE: u16 = 0x3ffd;
    pub(in super::super) const DISPLAY_NAME: u16 = 0x3001;
    pub(in super::super) const ATTACHED: u16 = 0x3701;
    pub(in super::super) const SHORT_NAME: u16 = 0x3704;
    pub(in super::super) const LONG_NAME: u16 = 0x3707;
    pub(in super::super) const MEDIA_TYPE: u16 = 0x370e;
}

/// Property types ([MS-OXCDATA] section 2.11.1).
const STRING8: u16 = 0x001e;
const UNICODE: u16 = 0x001f;
const BINARY: u16 = 0x0102;
const OBJECT: u16 = 0x000d;

/// A property that has a stream of its own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Property<'a> {
    pub(super) id: u16,
    kind: u16,
    pub(super) bytes: &'a [u8],
}

impl<'a> Property<'a> {
    /// The property that this stream holds. The elements of a multiple property are properties as well.
    pub(super) fn of(stream: &'a Stream) -> Option<Self> {
        let (id, kind) = number(stream.name())?;
        Some(Self { id, kind, bytes: &stream.bytes })
    }

    /// Its text, if it is one.
    pub(super) fn text(&self, codepage: &'static Encoding) -> Option<Cow<'a, str>> {
        // A multiple property's type has one bit more.
        match self.kind & !0x1000 {
            UNICODE => Some(UTF_16LE.decode_without_bom_handling(self.bytes).0),
            STRING8 => Some(codepage.decode_without_bom_handling(self.bytes).0),
            _ => None,
        }
    }

    pub(super) fn is_binary(&self) -> bool {
        self.kind == BINARY
    }
}

/// The number of the object property whose storage this name is.
pub(super) fn is_object_storage(name: &str) -> bool {
    number(name) == Some((id::ATTACHED, OBJECT))
}

fn number(name: &str) -> Option<(u16, u16)> {
    let digits = name.strip_prefix(SUBSTANCE)?.get(..8)?;
    let number = u32::from_str_radix(digits, 16).ok()?;
    Some((u16::try_from(number >> 16).ok()?, u16::try_from(number & 0xffff).ok()?))
}

/// The properties of fixed size of one storage.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Fixed<'a>(&'a [u8]);

impl<'a> Fixed<'a> {
    /// `header` is the length of what stands before the first of them: 32 bytes in a message, 8 in its parts.
    pub(super) fn new(bytes: &'a [u8], header: usize) -> Self {
        Self(bytes.get(header..).unwrap_or_default())
    }

    /// The encoding of strings that are not Unicode.
    pub(super) fn codepage(self, number: u16) -> Option<&'static Encoding> {
        let value = self.value(number)?;
        Some(codepage::encoding(u32::try_from(value & 0xffff_ffff).ok()?))
    }

    /// A moment: FILETIME, in steps of 100 ns since 1601.
    pub(super) fn moment(self, number: u16) -> Option<Timestamp> {
        let seconds = i64::try_from(self.value(number)? / 10_000_000).ok()?.checked_sub(FROM_1601)?;
        Timestamp::from_second(seconds).ok().filter(|moment| moment.as_second() > 0)
    }

    fn value(self, number: u16) -> Option<u64> {
        let entry = self.0.chunks_exact(16).find(|entry| entry.get(2..4) == Some(&number.to_le_bytes()[..]))?;
        Some(u64::from_le_bytes(entry.get(8..16)?.try_into().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_streams_are_read() {
        let stream = |path: &str| Stream { path: path.to_owned(), bytes: b"a\0b\0".to_vec() };
        let subject = stream("__substg1.0_0037001F");
        assert_eq!(Property::of(&subject).unwrap().text(encoding_rs::WINDOWS_1252).unwrap(), "ab");
        let several = stream("x/__substg1.0_8001101F-00000001");
        assert_eq!(Property::of(&several).unwrap().text(encoding_rs::WINDOWS_1252).unwrap(), "ab");
        assert!(Property::of(&stream("__substg1.0_zz")).is_none());
        assert!(is_object_storage("__substg1.0_3701000D"));
    }

    #[test]
    fn fixed_properties_are_read() {
        let mut bytes = vec![0; 32];
        bytes.extend_from_slice(&[0x40, 0, 0x39, 0, 6, 0, 0, 0]);
        bytes.extend_from_slice(&131_028_500_700_000_000_u64.to_le_bytes());
        let fixed = Fixed::new(&bytes, 32);
        assert_eq!(fixed.moment(id::SUBMITTED), "2016-03-19T08:34:30Z".parse().ok());
        assert_eq!(fixed.moment(id::DELIVERED), None);
    }
}
