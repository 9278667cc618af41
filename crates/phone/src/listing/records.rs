//! `Manifest.mbdb`, the list of backups until iOS 9: records one after the other, with lengths before texts.

use jiff::Timestamp;

use crate::{Entry, EntryError, FileId, Flawed, Kind, entry::name, keybag::WrappedKey};

const MAGIC: &[u8] = b"mbdb\x05\x00";
/// The length that stands for "no text".
const ABSENT: u16 = 0xffff;

/// The bytes of the list.
pub(crate) struct Records(Vec<u8>);

impl Records {
    /// Where the first record begins.
    pub(super) const START: usize = MAGIC.len();

    /// Takes the bytes of `Manifest.mbdb`, if that is what they are.
    pub(crate) fn new(bytes: Vec<u8>) -> Option<Self> {
        bytes.starts_with(MAGIC).then_some(Self(bytes))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The record at `at` and where the next one begins. No record can be found behind a broken one.
    pub(super) fn entry(&self, at: usize) -> Option<(Result<Entry, Flawed>, Option<usize>)> {
        let rest = self.0.get(at..).filter(|rest| !rest.is_empty())?;
        let mut fields = Fields(rest);
        Some(match fields.record() {
            Some(entry) => {
                let used = rest.len().saturating_sub(fields.0.len());
                (entry, at.checked_add(used))
            }
            None => {
                let error = EntryError::Damaged("a record is cut short".to_owned());
                (Err(Flawed { name: format!("record at byte {at}"), error }), None)
            }
        })
    }
}

/// The bytes that were not read yet.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn record(&mut self) -> Option<Result<Entry, Flawed>> {
        let domain = self.text()?;
        let path = self.text()?;
        let _target = self.text()?;
        let _digest = self.text()?;
        let key = self.text()?;
        let mode = u16::from_be_bytes(*self.fixed()?);
        let _inode = self.fixed::<8>()?;
        let _owner_and_group = self.fixed::<8>()?;
        let modified = u32::from_be_bytes(*self.fixed()?);
        let _accessed_and_created = self.fixed::<8>()?;
        let size = u64::from_be_bytes(*self.fixed()?);
        let _class = self.fixed::<1>()?;
        let [properties] = *self.fixed()?;
        for _ in 0..properties {
            self.text()?;
            self.text()?;
        }
        let domain = String::from_utf8_lossy(domain).into_owned();
        let path = String::from_utf8_lossy(path).into_owned();
        let kind = match mode & 0xf000 {
            0x4000 => Kind::Folder,
            0x8000 => Kind::File,
            0xa000 => Kind::Link,
            _ => return Some(Err(Flawed { name: name(&domain, &path), error: EntryError::Malformed })),
        };
        Some(Ok(Entry {
            file_id: FileId::of(&domain, &path),
            domain,
            path,
            kind,
            size: Some(size),
            modified: Timestamp::from_second(modified.into()).ok(),
            key: WrappedKey::parse(key),
            flat: true,
        }))
    }

    fn text(&mut self) -> Option<&'a [u8]> {
        let length = match u16::from_be_bytes(*self.fixed()?) {
            ABSENT => 0,
            length => usize::from(length),
        };
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(text)
    }

    fn fixed<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (field, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::listing::Listing;

    fn entries(records: &[u8]) -> Vec<Result<Entry, Flawed>> {
        Listing::Records(Records::new([MAGIC, records].concat()).unwrap()).entries().collect()
    }

    fn record(mode: u16) -> Vec<u8> {
        let mut record = b"\x00\x0aHomeDomain\x00\x12Library/SMS/sms.db\xff\xff\xff\xff\xff\xff".to_vec();
        record.extend_from_slice(&mode.to_be_bytes());
        record.extend_from_slice(&[0; 16]);
        record.extend_from_slice(&1_458_381_600_u32.to_be_bytes());
        record.extend_from_slice(&[0; 8]);
        record.extend_from_slice(&4096_u64.to_be_bytes());
        record.extend_from_slice(b"\x03\x01\x00\x01a\x00\x01b");
        record
    }

    #[test]
    fn records_follow_each_other() {
        let found = entries(&[record(0x81a4), record(0x41ed), record(0), record(0xa1ff)].concat());
        assert_eq!(found.len(), 4);
        let first = found[0].as_ref().unwrap();
        assert_eq!((first.kind, first.size), (Kind::File, Some(4096)));
        assert_eq!(first.file_id.to_string(), "3d0d7e5fb2ce288813306e4d4636395e047a3d28");
        assert_eq!(first.modified, Timestamp::from_second(1_458_381_600).ok());
        assert_eq!(found[1].as_ref().unwrap().kind, Kind::Folder);
        assert!(matches!(found[2], Err(Flawed { error: EntryError::Malformed, .. })));
        assert_eq!(found[3].as_ref().unwrap().kind, Kind::Link);
    }

    #[test]
    fn what_is_cut_short_is_said_once() {
        let mut records = [record(0x81a4), record(0x81a4)].concat();
        records.pop();
        let found = entries(&records);
        assert_eq!(found.len(), 2);
        assert!(matches!(found[1], Err(Flawed { error: EntryError::Damaged(_), .. })));
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            entries(&bytes);
        }
    }
}
