//! ZIP archives.

use vauban_intake::{Budget, Problem, archive};

use crate::{Context, Item, Passage, Reader, Sink, member::hand_over};

/// The reader of ZIP archives.
pub(crate) struct Zip;

impl Reader for Zip {
    fn name(&self) -> &'static str {
        "zip"
    }

    fn recognises(&self, item: &Item<'_>) -> bool {
        item.has_magic(0, b"PK\x03\x04")
            || item.has_magic(0, b"PK\x05\x06")
            || item.has_magic(0, b"PK\x07\x08PK\x03\x04")
            || (is_carrier(item.bytes) && end_record(item.bytes).is_some())
    }

    fn read(&self, item: &Item<'_>, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        let text = |bytes: &[u8], offset: usize, sink: &mut dyn Sink| {
            if !bytes.is_empty() {
                let offset = u64::try_from(offset).ok();
                sink.passage(Passage { bytes, offset, how: &[], context: Context::default() });
            }
        };
        // The program or picture before the archive, and the archive's comment.
        let first = memchr::memmem::find(item.bytes, b"PK\x03\x04").unwrap_or_default();
        text(item.bytes.get(..first).unwrap_or_default(), 0, sink);
        if let Some(end) = end_record(item.bytes) {
            let comment = end.saturating_add(22);
            text(item.bytes.get(comment..).unwrap_or_default(), comment, sink);
        }
        archive::zip(item.bytes, budget, &mut |member| hand_over(member, sink))
    }
}

/// Where the end record stands (APPNOTE 4.3.16): in the last 22 bytes and the comment of at most 65,535 behind them.
fn end_record(bytes: &[u8]) -> Option<usize> {
    let from = bytes.len().saturating_sub(22 + 0xffff);
    Some(from.saturating_add(memchr::memmem::rfind(bytes.get(from..)?, b"PK\x05\x06")?))
}

/// Whether the item is of a kind that archives are glued to: a program that unpacks itself, a picture that hides one.
fn is_carrier(bytes: &[u8]) -> bool {
    [&b"MZ"[..], b"\x7fELF", b"#!", b"\xff\xd8\xff", b"\x89PNG", b"GIF8"].iter().any(|magic| bytes.starts_with(magic))
}

#[cfg(test)]
mod tests {
    use vauban_model::Reason;

    use super::*;
    use crate::testing::{fixtures, read};

    fn fixture(name: &str) -> Vec<u8> {
        std::fs::read(fixtures("zip").join(name)).unwrap()
    }

    #[test]
    fn fixtures_read_as_expected() {
        crate::testing::check_fixtures(&Zip);
    }

    /// A ZIP file of one member that several directory entries name.
    fn archive(method: u16, data: &[u8], entries: usize) -> Vec<u8> {
        let length = u32::try_from(data.len()).unwrap().to_le_bytes();
        let mut tail = vec![20, 0, 0, 0];
        tail.extend_from_slice(&method.to_le_bytes());
        tail.extend_from_slice(&[0; 8]);
        tail.extend_from_slice(&length);
        tail.extend_from_slice(&length);
        tail.extend_from_slice(&[1, 0, 0, 0]);
        let mut bytes = [b"PK\x03\x04", tail.as_slice(), b"a", data].concat();
        let start = u32::try_from(bytes.len()).unwrap();
        for _ in 0..entries {
            bytes.extend_from_slice(b"PK\x01\x02\x14\0");
            bytes.extend_from_slice(&tail);
            bytes.extend_from_slice(&[0; 14]);
            bytes.extend_from_slice(b"a");
        }
        let length = u32::try_from(bytes.len()).unwrap() - start;
        let count = u16::try_from(entries).unwrap().to_le_bytes();
        bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0");
        bytes.extend_from_slice(&count);
        bytes.extend_from_slice(&count);
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&start.to_le_bytes());
        bytes.extend_from_slice(&[0, 0]);
        bytes
    }

    #[test]
    fn entries_that_share_one_member_run_into_the_budget_together() {
        let bytes = archive(0, &vec![b'x'; 4 << 20], 100);
        let (result, transcript) = read(&Zip, "a.zip", &bytes);
        assert_eq!(result, Ok(()));
        let handed_over: usize = transcript.children.iter().map(|(_, bytes)| bytes.len()).sum();
        assert_eq!(handed_over, 32 << 20);
        assert_eq!(transcript.unread.iter().filter(|(_, reason)| *reason == Reason::TooLarge).count(), 92);
    }

    #[test]
    fn a_false_checksum_is_said_and_hides_nothing() {
        let (result, transcript) = read(&Zip, "a.zip", &archive(0, b"http://evil.example/", 1));
        assert_eq!(result, Ok(()));
        assert_eq!(transcript.children, [("a".to_owned(), b"http://evil.example/".to_vec())]);
        assert_eq!(transcript.unread, [("a".to_owned(), Reason::Corrupt)]);
    }

    #[test]
    fn an_unknown_method_is_said() {
        let (_, transcript) = read(&Zip, "a.zip", &archive(97, b"xyz", 1));
        assert!(transcript.children.is_empty());
        assert_eq!(transcript.unread, [("a".to_owned(), Reason::Unsupported)]);
    }

    #[test]
    fn a_cut_archive_gives_the_members_before_the_cut() {
        let bytes = fixture("methods.zip");
        let comment = b"see http://comment.example/".len();
        let mut most = 0;
        for end in 4..bytes.len() {
            let (result, transcript) = read(&Zip, "a.zip", &bytes[..end]);
            let whole = transcript.children.iter().filter(|(_, bytes)| matches!(bytes.len(), 69 | 612)).count();
            assert!(whole >= most, "a longer piece gives less at {end}");
            most = whole;
            // The comment may be cut without harm to the archive itself.
            assert!(result.is_err() || end + comment >= bytes.len(), "silent at {end}");
        }
        assert_eq!(most, 5);
    }
}
