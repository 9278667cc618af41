//! What `Manifest.db` says about one file: an object of Apple's keyed archiver in a binary property list.

use jiff::Timestamp;

use crate::{
    keybag::WrappedKey,
    property_list::{Value, parse},
};

/// A real archive holds some thirty values.
const MAX_VALUES: usize = 10_000;

/// What is known of a file beside its name. All of it may be missing.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Archived {
    pub(crate) size: Option<u64>,
    pub(crate) modified: Option<Timestamp>,
    pub(crate) key: Option<WrappedKey>,
}

impl Archived {
    /// Reads an archive. One that is broken says nothing: the name and the bytes of its file are still worth reading.
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        parse(bytes, MAX_VALUES).ok().and_then(|archive| Self::of(&archive)).unwrap_or_default()
    }

    fn of<'v, 'b>(archive: &'v Value<'b>) -> Option<Self> {
        let objects = archive.get("$objects")?.as_array()?;
        // A value stands where it belongs, or is an object of its own that is referred to.
        let object = |value: &'v Value<'b>| match value.as_uid() {
            Some(uid) => objects.get(usize::try_from(uid).ok()?),
            None => Some(value),
        };
        let file = object(archive.get("$top")?.get("root")?)?;
        let number = |key| file.get(key).and_then(object).and_then(Value::as_integer);
        let key = file.get("EncryptionKey").and_then(object).and_then(|key| {
            let data = key.get("NS.data").and_then(object).unwrap_or(key);
            WrappedKey::parse(data.as_data()?)
        });
        Some(Self {
            size: number("Size").and_then(|size| u64::try_from(size).ok()),
            modified: number("LastModified").and_then(|seconds| Timestamp::from_second(seconds).ok()),
            key,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An archive whose second object is a file with this key, followed by more objects.
    fn archive(key: plist::Value, more: Vec<plist::Value>) -> Vec<u8> {
        let dictionary = |pairs: Vec<(&str, plist::Value)>| {
            plist::Value::Dictionary(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
        };
        let file = dictionary(vec![("Size", 9.into()), ("LastModified", 1_628_082_463.into()), ("EncryptionKey", key)]);
        let mut objects = vec!["$null".into(), file];
        objects.extend(more);
        let top = dictionary(vec![("root", plist::Value::Uid(plist::Uid::new(1)))]);
        let mut bytes = Vec::new();
        let archive = dictionary(vec![("$top", top), ("$objects", plist::Value::Array(objects))]);
        archive.to_writer_binary(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn a_key_is_found_behind_any_wrapper() {
        let uid = |uid| plist::Value::Uid(plist::Uid::new(uid));
        let wrapper = |data| plist::Value::Dictionary([("NS.data".to_owned(), data)].into_iter().collect());
        let data = plist::Value::Data([&[4, 0, 0, 0][..], &[7; 40]].concat());
        for bytes in [
            archive(data.clone(), vec![]),
            archive(uid(2), vec![data.clone()]),
            archive(uid(2), vec![wrapper(data.clone())]),
            archive(uid(2), vec![wrapper(uid(3)), data]),
        ] {
            let archived = Archived::parse(&bytes);
            assert_eq!(archived.size, Some(9));
            assert_eq!(archived.modified, Timestamp::from_second(1_628_082_463).ok());
            assert_eq!(archived.key.map(|key| key.class), Some(4));
        }
        assert_eq!(Archived::parse(&archive(uid(2), vec![uid(2)])).key, None, "it refers to itself");
        let short = plist::Value::Data(vec![0; 43]);
        assert_eq!(Archived::parse(&archive(short, vec![])).key, None);
    }

    #[test]
    fn an_archive_that_points_nowhere_says_nothing() {
        for text in [
            "<plist><dict/></plist>",
            "<plist><dict><key>$objects</key><array/><key>$top</key><dict><key>root</key><dict><key>CF$UID</key>\
             <integer>9</integer></dict></dict></dict></plist>",
            "<plist><dict><key>$objects</key><array><dict><key>Size</key><integer>-1</integer></dict></array>\
             <key>$top</key><dict><key>root</key><dict><key>CF$UID</key>\
             <integer>0</integer></dict></dict></dict></plist>",
        ] {
            assert_eq!(Archived::parse(text.as_bytes()), Archived::default());
        }
    }
}
