//! 7z archives.

use vauban_intake::{Budget, Problem, archive};

use crate::{Item, Reader, Sink, member::hand_over};

/// The reader of 7z archives.
pub(crate) struct SevenZip;

impl Reader for SevenZip {
    fn name(&self) -> &'static str {
        "seven_zip"
    }

    fn recognises(&self, item: &Item<'_>) -> bool {
        item.has_magic(0, b"7z\xbc\xaf\x27\x1c")
    }

    fn read(&self, item: &Item<'_>, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        archive::seven_zip(item.bytes, budget, &mut |member| hand_over(member, sink))
    }
}

#[cfg(test)]
mod tests {
    use vauban_model::Reason;

    use super::*;
    use crate::testing::{fixtures, read};

    fn fixture(name: &str) -> Vec<u8> {
        std::fs::read(fixtures("seven_zip").join(name)).unwrap()
    }

    #[test]
    fn fixtures_read_as_expected() {
        crate::testing::check_fixtures(&SevenZip);
    }

    #[test]
    fn a_cut_archive_is_said_at_every_length() {
        for name in ["solid.7z", "ppmd.7z", "encrypted.7z"] {
            let bytes = fixture(name);
            for end in 6..bytes.len() {
                assert!(read(&SevenZip, name, &bytes[..end]).0.is_err(), "silent at {end} of {name}");
            }
        }
    }

    #[test]
    fn a_broken_stream_announces_every_member_behind_it() {
        let mut bytes = fixture("solid.7z");
        bytes[40..60].fill(0xaa);
        let transcript = read(&SevenZip, "a.7z", &bytes).1;
        assert!(transcript.children.iter().all(|(path, bytes)| path == "empty.txt" || bytes.len() < 612));
        let wanted = ["docs/notes.txt", "letter.txt"].map(|path| (path.to_owned(), Reason::Corrupt));
        assert_eq!(transcript.unread, wanted);
    }
}
