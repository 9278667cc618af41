//! Hands over the streams, and what is known of some of them.

use std::collections::HashSet;

use vauban_intake::{Budget, Problem};

use super::{
    encryption, package,
    streams::{Stream, streams},
    vba, word, workbook,
};
use crate::{Child, Context, Item, Passage, Reader, Sink};

const MAGIC: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// Reads compound files.
pub(crate) struct Ole;

impl Reader for Ole {
    fn name(&self) -> &'static str {
        "ole"
    }

    fn recognises(&self, item: &Item<'_>) -> bool {
        item.has_magic(0, MAGIC)
    }

    fn read(&self, item: &Item<'_>, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        let (streams, problem) = streams(item.bytes, budget, sink);
        if streams.is_empty() {
            // Nothing could be told apart, so the bytes are looked at as they lie there.
            sink.passage(Passage { bytes: item.bytes, offset: Some(0), how: &[], context: Context::default() });
        }
        let outcome = hand_over(&streams, budget, sink);
        match (encryption::of(&streams), problem) {
            (Some(encrypted), _) => Err(encrypted),
            (None, Some(problem)) => Err(problem),
            (None, None) => outcome,
        }
    }
}

fn hand_over(streams: &[Stream], budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
    for text in [word::text(streams, budget)?, workbook::text(streams, budget)?].into_iter().flatten() {
        sink.passage(Passage { bytes: text.as_bytes(), offset: None, how: &[], context: Context::default() });
    }
    let sources = vba::read(streams, budget, sink)?;
    let sources: HashSet<String> = sources.into_iter().collect();
    for stream in streams {
        budget.check_time()?;
        package::read(stream, budget, sink)?;
        // The ciphertext of a whole document holds nothing to find and is accounted for by the item's own entry.
        if stream.name() == encryption::ENCRYPTED_PACKAGE {
            continue;
        }
        // In a bare VBA project the compiled module lies at the very path by which its source goes.
        let suffix = if sources.contains(&stream.path) { " (stream)" } else { "" };
        let segment = format!("{}{suffix}", stream.path);
        let context = Context::default();
        sink.child(Child { segment: &segment, name: "", media_type: "", bytes: &stream.bytes, context });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        io::{Cursor, Write as _},
    };

    use vauban_model::Reason;

    use super::*;
    use crate::testing::{Transcript, check_fixtures, fixtures, read};

    fn fixture(name: &str) -> (Result<(), Problem>, Transcript) {
        read(&Ole, name, &fs::read(fixtures("ole").join(name)).unwrap())
    }

    fn child<'a>(transcript: &'a Transcript, segment: &str) -> &'a [u8] {
        &transcript.children.iter().find(|(path, _)| path == segment).unwrap().1
    }

    #[test]
    fn fixtures_read_as_expected() {
        check_fixtures(&Ole);
    }

    #[test]
    fn the_source_of_a_macro_is_a_child_at_its_place() {
        for name in ["letter.doc", "vbaProject.bin"] {
            let (result, transcript) = fixture(name);
            assert!(result.is_ok());
            let source = String::from_utf8(child(&transcript, "VBA/Module1").to_vec()).unwrap();
            assert!(source.contains("http://macro-stage.example/payload.bin"), "{source}");
            assert!(source.contains("café"), "{source}");
        }
    }

    #[test]
    fn a_word_that_is_split_over_two_pieces_is_whole() {
        let (_, transcript) = fixture("letter.doc");
        assert!(transcript.passages[0].contains("\nsplit-name.example and Zürich"), "{}", transcript.passages[0]);
        assert!(transcript.passages[0].contains("HYPERLINK \"http://confirm-link.example/a\""));
    }

    #[test]
    fn a_string_that_is_split_over_two_records_is_whole() {
        let (_, transcript) = fixture("sheet.xls");
        assert!(transcript.passages[0].contains("http://split-cell.example/zz#eof!"), "{}", transcript.passages[0]);
        assert!(transcript.passages[0].starts_with("http://cell-one.example\n"));
    }

    #[test]
    fn a_packed_file_is_a_child_with_its_name() {
        let (_, transcript) = fixture("letter.doc");
        assert!(child(&transcript, "readme.bat").ends_with(b"http://packed-file.example/\r\n"));
    }

    #[test]
    fn a_document_with_a_password_says_so() {
        for name in ["encrypted.doc", "encrypted.docx"] {
            assert_eq!(fixture(name).0.unwrap_err().reason, Reason::Encrypted, "{name}");
        }
    }

    #[test]
    fn a_project_without_its_directory_still_gives_its_sources() {
        let mut bytes = fs::read(fixtures("ole").join("vbaProject.bin")).unwrap();
        let name: Vec<u8> = "dir".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let at = memchr::memmem::find(&bytes, &name).unwrap();
        bytes[at] = b'x';
        let (_, transcript) = read(&Ole, "vbaProject.bin", &bytes);
        let source = String::from_utf8_lossy(child(&transcript, "VBA/Module1")).into_owned();
        assert!(source.contains("macro-stage.example"), "{source}");
    }

    #[test]
    fn a_document_cut_short_is_corrupt_and_still_gives_its_first_streams() {
        let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
        file.create_stream("/first").unwrap().write_all(b"http://first-stream.example/").unwrap();
        file.create_stream("/second").unwrap().write_all(&[b'x'; 50_000]).unwrap();
        let bytes = file.into_inner().into_inner();
        let (result, transcript) = read(&Ole, "letter.doc", &bytes[..bytes.len() - 20_000]);
        assert_eq!(result.unwrap_err().reason, Reason::Corrupt);
        assert_eq!(child(&transcript, "first"), b"http://first-stream.example/");
        let (result, transcript) = read(&Ole, "letter.doc", &bytes[..100]);
        assert_eq!(result.unwrap_err().reason, Reason::Corrupt);
        assert_eq!(transcript.passages.len(), 1);
    }
}
