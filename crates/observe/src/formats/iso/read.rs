//! ISO 9660 disc images.

use vauban_intake::{Budget, Problem, archive};

use crate::{Item, Reader, Sink, member::hand_over};

/// The reader of ISO 9660 disc images.
pub(crate) struct Iso;

impl Reader for Iso {
    fn name(&self) -> &'static str {
        "iso"
    }

    fn recognises(&self, item: &Item<'_>) -> bool {
        // The first descriptor stands in sector 16; UDF's look the same and are refused with their name.
        item.has_magic(0x8001, b"CD001") || item.has_magic(0x8001, b"BEA01") || item.has_magic(0x8001, b"NSR0")
    }

    fn read(&self, item: &Item<'_>, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        archive::iso(item.bytes, budget, &mut |member| hand_over(member, sink))
    }
}

#[cfg(test)]
mod tests {
    use vauban_model::Reason;

    use super::*;
    use crate::testing::{fixtures, read};

    fn fixture(name: &str) -> Vec<u8> {
        std::fs::read(fixtures("iso").join(name)).unwrap()
    }

    #[test]
    fn fixtures_read_as_expected() {
        crate::testing::check_fixtures(&Iso);
    }

    #[test]
    fn a_directory_inside_itself_is_walked_once() {
        let mut bytes = fixture("plain.iso");
        let root = bytes[0x8000 + 156 + 2..0x8000 + 156 + 10].to_vec();
        let at = bytes.windows(5).rposition(|name| name == b"\x04DOCS").unwrap();
        bytes[at - 30..at - 22].copy_from_slice(&root);
        let (result, transcript) = read(&Iso, "a.iso", &bytes);
        assert_eq!(result, Ok(()));
        assert_eq!(transcript.children.len(), 2);
    }

    #[test]
    fn a_cut_image_says_what_is_missing() {
        let bytes = fixture("rock-ridge.iso");
        let whole = read(&Iso, "a.iso", &bytes).1.children.len();
        for sectors in 17..bytes.len() / 2048 {
            let (result, transcript) = read(&Iso, "a.iso", &bytes[..sectors * 2048]);
            let complete = transcript.children.len() == whole && transcript.unread.is_empty();
            assert!(result.is_err() || !transcript.unread.is_empty() || complete, "silent at sector {sectors}");
        }
    }

    #[test]
    fn udf_is_said_alone_and_beside_iso() {
        let mut alone = vec![0; 0x8000 + 3 * 2048];
        for (sector, identifier) in [b"\0BEA01", b"\0NSR02", b"\0TEA01"].iter().enumerate() {
            alone[0x8000 + sector * 2048..][..6].copy_from_slice(*identifier);
        }
        assert_eq!(read(&Iso, "a.iso", &alone).0.unwrap_err().reason, Reason::Unsupported);
        let mut beside = fixture("plain.iso");
        beside[0x8000 + 2 * 2048..][..6].copy_from_slice(b"\0NSR02");
        let (result, transcript) = read(&Iso, "a.iso", &beside);
        assert_eq!(result.unwrap_err().reason, Reason::Unsupported);
        assert_eq!(transcript.children.len(), 3);
    }
}
