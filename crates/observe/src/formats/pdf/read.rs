//! Hands over what the objects of the file hold.

use std::collections::HashSet;

use vauban_intake::{Budget, Problem, looks_like_a_file};

use super::{
    bitmap::graymap,
    document::{Document, Entry},
    object::{Dictionary, Value, text_string},
    text::{Fonts, shown},
};
use crate::{Child, Context, Item, Passage, Reader, Sink};

/// How far into the file the signature may stand: readers of people forgive that much.
const SIGNATURE_WITHIN: usize = 1024;

/// Reads PDF documents.
pub(crate) struct Pdf;

impl Reader for Pdf {
    fn name(&self) -> &'static str {
        "pdf"
    }

    fn recognises(&self, item: &Item<'_>) -> bool {
        if item.has_magic(0, b"%PDF-") {
            return true;
        }
        let head = item.bytes.get(..SIGNATURE_WITHIN.min(item.bytes.len())).unwrap_or_default();
        item.extension() == "pdf" && memchr::memmem::find(head, b"%PDF-").is_some()
    }

    fn read(&self, item: &Item<'_>, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        // Comments, trailers and whatever a broken object keeps from us still stand in the raw bytes.
        sink.passage(Passage { bytes: item.bytes, offset: Some(0), how: &[], context: Context::default() });
        let document = Document::open(item.bytes, budget)?;
        if document.encrypted {
            return Err(Problem::encrypted("an encrypted PDF; its text and streams need a password"));
        }
        if document.entries.is_empty() {
            return Err(Problem::corrupt("no object in it"));
        }
        let mut reading =
            Reading { document: &document, budget, fonts: Fonts::default(), done: HashSet::new(), problem: None };
        reading.pages(sink)?;
        reading.named_files(sink)?;
        reading.rest(sink)?;
        reading.problem.or_else(|| document.problem.clone()).map_or(Ok(()), Err)
    }
}

/// One pass over a document.
struct Reading<'d, 'a> {
    document: &'d Document<'a>,
    budget: &'d Budget,
    fonts: Fonts,
    /// The entries whose streams were already handed over.
    done: HashSet<usize>,
    /// The first stream that broke.
    problem: Option<Problem>,
}

impl Reading<'_, '_> {
    /// The text of pages and of forms, which pages include.
    fn pages(&mut self, sink: &mut dyn Sink) -> Result<(), Problem> {
        for (index, entry) in self.document.entries.iter().enumerate() {
            self.budget.check_time()?;
            let Some(Value::Dictionary(dictionary)) = self.document.value(entry) else { continue };
            let form = entry.stream.is_some()
                && (dictionary.says(b"Subtype", b"Form") || dictionary.get(b"PatternType").is_some());
            if form {
                let content = self.unpack(index, entry, &dictionary);
                self.show(&content, &dictionary, sink)?;
            } else if dictionary.says(b"Type", b"Page") {
                self.page(&dictionary, sink)?;
            }
        }
        Ok(())
    }

    /// The text of a page. Content that an update replaced is read after it, as a page of its own.
    fn page(&mut self, page: &Dictionary, sink: &mut dyn Sink) -> Result<(), Problem> {
        let contents = match page.get(b"Contents") {
            Some(Value::Reference(number)) => match self.document.resolve(&Value::Reference(*number)) {
                Value::Array(values) => values,
                _ => vec![Value::Reference(*number)],
            },
            Some(Value::Array(values)) => values.clone(),
            _ => return Ok(()),
        };
        let mut joined = Vec::new();
        for value in contents {
            self.budget.check_time()?;
            let Value::Reference(number) = value else { continue };
            let Some(index) = self.document.newest(number) else { continue };
            let Some(entry) = self.document.entries.get(index) else { continue };
            let Some(Value::Dictionary(dictionary)) = self.document.value(entry) else { continue };
            joined.extend(self.unpack(index, entry, &dictionary));
            joined.push(b'\n');
        }
        self.show(&joined, page, sink)
    }

    fn show(&mut self, content: &[u8], owner: &Dictionary, sink: &mut dyn Sink) -> Result<(), Problem> {
        let resources = self.resources(owner);
        let text = shown(content, &resources, &mut self.fonts, self.document, self.budget)?;
        if !text.trim().is_empty() {
            sink.passage(Passage { bytes: text.as_bytes(), offset: None, how: &[], context: Context::default() });
        }
        Ok(())
    }

    /// The resources of a page, its own or those of the tree above it.
    fn resources(&self, owner: &Dictionary) -> Dictionary {
        let mut owner = owner.clone();
        // A tree of pages that is a loop must end.
        for _ in 0..32 {
            if let Some(resources) = self.document.dictionary(&owner, b"Resources") {
                return resources;
            }
            match self.document.dictionary(&owner, b"Parent") {
                Some(parent) => owner = parent,
                None => break,
            }
        }
        Dictionary::default()
    }

    /// The bytes of a stream, marked as handed over.
    fn unpack(&mut self, index: usize, entry: &Entry, dictionary: &Dictionary) -> Vec<u8> {
        self.done.insert(index);
        let Some(decoded) = self.document.decoded(entry, dictionary, self.budget) else { return Vec::new() };
        if let (None, Some(problem)) = (&self.problem, decoded.problem) {
            self.problem = Some(Problem::new(problem.reason, format!("object {}: {}", entry.number, problem.detail)));
        }
        decoded.bytes
    }

    /// Files and scripts, which are known by the dictionary that points at them.
    fn named_files(&mut self, sink: &mut dyn Sink) -> Result<(), Problem> {
        for entry in &self.document.entries {
            self.budget.check_time()?;
            let Some(value) = self.document.value(entry) else { continue };
            self.pointers(&value, entry.number, 0, sink)?;
        }
        Ok(())
    }

    fn pointers(&mut self, value: &Value, number: u32, depth: usize, sink: &mut dyn Sink) -> Result<(), Problem> {
        self.budget.check_time()?;
        if depth > 40 {
            return Ok(());
        }
        match value {
            Value::Array(values) => {
                values.iter().try_for_each(|value| self.pointers(value, number, depth.saturating_add(1), sink))
            }
            Value::Dictionary(dictionary) => {
                if let Some(files) = self.document.dictionary(dictionary, b"EF") {
                    self.embedded(dictionary, &files, sink)?;
                }
                if let Some(script) = dictionary.get(b"JS") {
                    self.script(script, number, sink)?;
                }
                if let Some(form) = dictionary.get(b"XFA") {
                    self.form(form, sink)?;
                }
                dictionary
                    .0
                    .iter()
                    .try_for_each(|(_, value)| self.pointers(value, number, depth.saturating_add(1), sink))
            }
            _ => Ok(()),
        }
    }

    /// An embedded file (section 7.11.4), under the name that its specification gives it.
    fn embedded(&mut self, specification: &Dictionary, files: &Dictionary, sink: &mut dyn Sink) -> Result<(), Problem> {
        let name = [&b"UF"[..], b"F", b"Unix", b"DOS"].iter().find_map(|key| {
            match self.document.resolve(specification.get(key)?) {
                Value::String(name) => Some(text_string(&name)),
                _ => None,
            }
        });
        let name = name.unwrap_or_default();
        for (_, file) in &files.0 {
            if let Some(bytes) = self.referred(file) {
                let segment = if name.is_empty() { "embedded file" } else { &name };
                let own = name.rsplit(['/', '\\']).next().unwrap_or_default();
                self.child(segment, own, "", &bytes, sink)?;
            }
        }
        Ok(())
    }

    /// A script, written as a string or as a stream (section 12.6.4.16).
    fn script(&mut self, script: &Value, number: u32, sink: &mut dyn Sink) -> Result<(), Problem> {
        let (number, source) = match (script, self.document.resolve(script)) {
            (_, Value::String(text)) => (number, text_string(&text)),
            (Value::Reference(stream), _) => match self.referred(script) {
                Some(bytes) => (*stream, text_string(&bytes)),
                None => return Ok(()),
            },
            _ => return Ok(()),
        };
        self.child(&format!("JavaScript {number}"), "", "application/javascript", source.as_bytes(), sink)
    }

    /// A form in XML (section 12.7.8), whole or in named packets.
    fn form(&mut self, form: &Value, sink: &mut dyn Sink) -> Result<(), Problem> {
        let packets = match (form, self.document.resolve(form)) {
            (_, Value::Array(packets)) => packets,
            _ => vec![form.clone()],
        };
        let mut joined = Vec::new();
        for packet in &packets {
            joined.extend(self.referred(packet).unwrap_or_default());
        }
        if joined.is_empty() { Ok(()) } else { self.child("XFA", "", "application/xml", &joined, sink) }
    }

    /// The stream behind a reference, unless it was already handed over.
    fn referred(&mut self, value: &Value) -> Option<Vec<u8>> {
        let Value::Reference(number) = value else { return None };
        let index = self.document.newest(*number).filter(|index| !self.done.contains(index))?;
        let entry = self.document.entries.get(index)?;
        entry.stream.as_ref()?;
        let Value::Dictionary(dictionary) = self.document.value(entry)? else { return None };
        Some(self.unpack(index, entry, &dictionary))
    }

    fn child(
        &self,
        segment: &str,
        name: &str,
        media_type: &str,
        bytes: &[u8],
        sink: &mut dyn Sink,
    ) -> Result<(), Problem> {
        self.budget.spend_entry()?;
        sink.child(Child { segment, name, media_type, bytes, context: Context::default() });
        Ok(())
    }

    /// Every string of every object, and every stream that nothing pointed at.
    fn rest(&mut self, sink: &mut dyn Sink) -> Result<(), Problem> {
        for (index, entry) in self.document.entries.iter().enumerate() {
            self.budget.check_time()?;
            let Some(value) = self.document.value(entry) else { continue };
            let mut text = String::new();
            strings(&value, b"", &mut text, 0);
            if !text.is_empty() {
                self.budget.spend_bytes(text.len() as u64)?;
                sink.passage(Passage { bytes: text.as_bytes(), offset: None, how: &[], context: Context::default() });
            }
            if let (Some(_), Value::Dictionary(dictionary)) = (&entry.stream, &value)
                && !self.done.contains(&index)
            {
                self.stream(index, entry, dictionary, sink)?;
            }
        }
        Ok(())
    }

    /// A stream by itself: a file by its first bytes, else text by its looks; tables and pixels are passed over.
    fn stream(
        &mut self,
        index: usize,
        entry: &Entry,
        dictionary: &Dictionary,
        sink: &mut dyn Sink,
    ) -> Result<(), Problem> {
        if dictionary.says(b"Type", b"XRef") || dictionary.says(b"Type", b"ObjStm") {
            return Ok(());
        }
        let bytes = self.unpack(index, entry, dictionary);
        let segment = format!("object {}", entry.number);
        if dictionary.says(b"Type", b"EmbeddedFile") || (bytes.len() > 64 && looks_like_a_file(&bytes)) {
            return self.child(&segment, "", "", &bytes, sink);
        }
        if dictionary.says(b"Subtype", b"Image") {
            let Some(map) = graymap(dictionary, &bytes, self.document) else { return Ok(()) };
            self.budget.spend_bytes(map.len() as u64)?;
            return self.child(&format!("picture {}", entry.number), "", "image/x-portable-graymap", &map, sink);
        }
        if memchr::memmem::find(&bytes, b"BT").is_some() && memchr::memmem::find(&bytes, b"ET").is_some() {
            // Content that no page uses any more: what somebody deleted.
            self.show(&bytes, &Dictionary::default(), sink)?;
        }
        let how: &[&str] = if dictionary.get(b"Filter").is_some() { &["pdf-stream"] } else { &[] };
        sink.passage(Passage { bytes: &bytes, offset: None, how, context: Context::default() });
        Ok(())
    }
}

/// Every string in a value, one a line behind its key. Strings that are no text by their looks (identifiers,
/// checksums) are left to the scan of the raw bytes.
fn strings(value: &Value, key: &[u8], text: &mut String, depth: usize) {
    if depth > 40 {
        return;
    }
    match value {
        Value::String(bytes) => {
            let string = text_string(bytes);
            if string.chars().filter(|c| c.is_control() && !c.is_whitespace()).count() == 0 && !string.is_empty() {
                text.push_str(&String::from_utf8_lossy(key));
                text.push_str(": ");
                text.push_str(&string);
                text.push('\n');
            }
        }
        Value::Array(values) => values.iter().for_each(|value| strings(value, key, text, depth.saturating_add(1))),
        Value::Dictionary(dictionary) => dictionary
            .0
            .iter()
            // Scripts are children of their own.
            .filter(|(key, _)| key != b"JS")
            .for_each(|(key, value)| strings(value, key, text, depth.saturating_add(1))),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use vauban_model::Reason;

    use super::*;
    use crate::testing::{Transcript, check_fixtures, fixtures, read};

    fn fixture(name: &str) -> (Result<(), Problem>, Transcript) {
        let (result, mut transcript) = read(&Pdf, name, &fs::read(fixtures("pdf").join(name)).unwrap());
        // The raw bytes come first; what they show by themselves proves nothing about reading.
        transcript.passages.remove(0);
        (result, transcript)
    }

    fn shows(transcript: &Transcript, text: &str) -> bool {
        transcript.passages.iter().any(|passage| passage.contains(text))
    }

    #[test]
    fn fixtures_read_as_expected() {
        check_fixtures(&Pdf);
    }

    #[test]
    fn text_is_whole_where_the_eye_sees_it_whole() {
        let (_, transcript) = fixture("everything.pdf");
        for text in ["evil-kern.example\nnext column", "mapped-name.example", "by-letter.example", "form-text.example"]
        {
            assert!(shows(&transcript, text), "{text}: {:#?}", transcript.passages);
        }
        let (_, transcript) = fixture("letter.pdf");
        assert!(shows(&transcript, "visit http://page-text.example/login\nor write"), "{:#?}", transcript.passages);
    }

    #[test]
    fn links_scripts_forms_and_metadata_are_found() {
        let (_, transcript) = fixture("everything.pdf");
        for text in [
            "URI: http://object-stream.example/a\n",
            "F: \\\\192.0.2.9\\share\\a.exe",
            "<creator>xmp-creator.example</creator>",
            "http://two-filters.example/",
        ] {
            assert!(shows(&transcript, text), "{text}: {:#?}", transcript.passages);
        }
        let held = |segment: &str, text: &str| {
            let child = transcript.children.iter().find(|(name, _)| name == segment).unwrap();
            assert!(String::from_utf8_lossy(&child.1).contains(text), "{segment}");
        };
        held("payroll.txt", "http://embedded-file.example/");
        held("JavaScript 1", "http://open-action.example/x");
        held("JavaScript 12", "http://script-stream.example/");
        held("XFA", "http://xfa-packet.example/");
    }

    #[test]
    fn a_file_without_its_table_is_read_and_a_replaced_revision_too() {
        let (result, transcript) = fixture("no-xref.pdf");
        assert_eq!(result, Ok(()));
        assert!(shows(&transcript, "new-revision.example"));
        assert!(shows(&transcript, "evil-kern.example"), "{:#?}", transcript.passages);
    }

    #[test]
    fn a_password_is_said_to_be_needed() {
        assert_eq!(fixture("encrypted.pdf").0.unwrap_err().reason, Reason::Encrypted);
    }

    #[test]
    fn an_unclosed_string_hides_nothing() {
        let bytes = b"%PDF-1.4\n1 0 obj (never closed \n2 0 obj << /A << /URI (http://behind.example/) >> >> endobj";
        let (_, transcript) = read(&Pdf, "x.pdf", bytes);
        assert!(transcript.passages.iter().any(|passage| passage == "URI: http://behind.example/\n"));
    }

    #[test]
    fn loops_and_bombs_end() {
        let mut bytes = b"%PDF-1.4\n1 0 obj 2 0 R endobj 2 0 obj 1 0 R endobj\n".to_vec();
        bytes.extend_from_slice(b"3 0 obj << /Type /Page /Parent 3 0 R /Contents [3 0 R 1 0 R] >> endobj\n");
        bytes.extend_from_slice(b"4 0 obj << /Filter 4 0 R /Length 4 0 R >> stream\nx endstream endobj\n");
        bytes.extend(b"5 0 obj << >> stream\n".repeat(20_000));
        let (result, _) = read(&Pdf, "x.pdf", &bytes);
        assert_eq!(result, Ok(()));
    }
}
