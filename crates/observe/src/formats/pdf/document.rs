//! All objects of a file, of all its revisions, found by looking for them instead of by its own tables, which a
//! broken or hostile file has wrong. Object streams are opened.

use std::{collections::HashMap, ops::Range};

use memchr::memmem;
use vauban_intake::{Budget, Problem};

use super::{
    filter::{Decoded, decode},
    object::{Dictionary, Lexer, Value, is_space},
};

/// More objects than this are an attack on memory.
const MAX_OBJECTS: usize = 1_000_000;
/// How many references in a row are followed: a loop of them must end.
const MAX_STEPS: usize = 16;

/// Where an object stands.
pub(super) struct Entry {
    pub(super) number: u32,
    /// The object stream that holds it; `None` for the file itself.
    container: Option<usize>,
    /// Where its value begins.
    start: usize,
    /// The raw bytes of its stream.
    pub(super) stream: Option<Range<usize>>,
    /// The place in the file by which a later definition is told from an earlier one.
    place: usize,
}

/// The objects of one file.
pub(super) struct Document<'a> {
    bytes: &'a [u8],
    pub(super) entries: Vec<Entry>,
    containers: Vec<Vec<u8>>,
    /// The newest definition of each number.
    newest: HashMap<u32, usize>,
    pub(super) encrypted: bool,
    /// What of its object streams could not be read.
    pub(super) problem: Option<Problem>,
}

impl<'a> Document<'a> {
    /// Finds all objects.
    pub(super) fn open(bytes: &'a [u8], budget: &Budget) -> Result<Self, Problem> {
        let mut document = Self {
            bytes,
            entries: Vec::new(),
            containers: Vec::new(),
            newest: HashMap::new(),
            encrypted: false,
            problem: None,
        };
        document.find_objects(budget)?;
        document.index();
        document.encrypted = document.says_encrypted(budget)?;
        if !document.encrypted {
            document.open_object_streams(budget)?;
            document.index();
        }
        Ok(document)
    }

    /// The value of an entry.
    pub(super) fn value(&self, entry: &Entry) -> Option<Value> {
        let bytes = match entry.container {
            Some(index) => self.containers.get(index)?.as_slice(),
            None => self.bytes,
        };
        Lexer::object(bytes, entry.start).next_value()
    }

    /// The entry that is the newest definition of this number.
    pub(super) fn newest(&self, number: u32) -> Option<usize> {
        self.newest.get(&number).copied()
    }

    /// The value itself, or what it refers to.
    pub(super) fn resolve(&self, value: &Value) -> Value {
        let mut value = value.clone();
        for _ in 0..MAX_STEPS {
            let Value::Reference(number) = value else { break };
            let found = self.newest(number).and_then(|index| self.value(self.entries.get(index)?));
            value = found.unwrap_or_else(|| Value::Keyword(b"null".to_vec()));
        }
        value
    }

    /// The value as a list: an array's values, a single value alone, nothing for none.
    pub(super) fn list(&self, value: Option<&Value>) -> Vec<Value> {
        match value.map(|value| self.resolve(value)) {
            Some(Value::Array(values)) => values.iter().take(1024).map(|value| self.resolve(value)).collect(),
            Some(value) => vec![value],
            None => Vec::new(),
        }
    }

    /// The dictionary behind a key, direct or referred to.
    pub(super) fn dictionary(&self, dictionary: &Dictionary, key: &[u8]) -> Option<Dictionary> {
        match self.resolve(dictionary.get(key)?) {
            Value::Dictionary(found) => Some(found),
            _ => None,
        }
    }

    /// What the stream of an entry holds, unpacked.
    pub(super) fn decoded(&self, entry: &Entry, dictionary: &Dictionary, budget: &Budget) -> Option<Decoded> {
        let raw = self.bytes.get(entry.stream.clone()?)?;
        Some(decode(raw, dictionary, self, budget))
    }

    /// The dictionary and the unpacked stream behind a reference.
    pub(super) fn stream(&self, value: &Value, budget: &Budget) -> Option<Decoded> {
        let Value::Reference(number) = value else { return None };
        let entry = self.entries.get(self.newest(*number)?)?;
        let value = self.value(entry)?;
        self.decoded(entry, value.dictionary()?, budget)
    }

    fn find_objects(&mut self, budget: &Budget) -> Result<(), Problem> {
        let finder = memmem::Finder::new(b"obj");
        let (mut at, mut ends_left) = (0_usize, true);
        while let Some(found) = self.bytes.get(at..).and_then(|rest| finder.find(rest)) {
            budget.check_time()?;
            let word = at.saturating_add(found);
            at = word.saturating_add(3);
            let Some(number) = number_before(self.bytes, word) else { continue };
            if self.entries.len() >= MAX_OBJECTS {
                return Err(Problem::too_many(format!("more than {MAX_OBJECTS} objects")));
            }
            let mut lexer = Lexer::object(self.bytes, at);
            let value = lexer.next_value();
            let end = lexer.position();
            lexer.skip_space();
            let mut stream = None;
            if let Some(Value::Dictionary(dictionary)) = &value
                && self.bytes.get(lexer.position()..).is_some_and(|rest| rest.starts_with(b"stream"))
            {
                stream = Some(self.stream_at(lexer.position(), dictionary, &mut ends_left));
            }
            self.entries.push(Entry { number, container: None, start: at, stream: stream.clone(), place: word });
            let clean = self.bytes.get(lexer.position()..).is_some_and(|rest| rest.starts_with(b"endobj"));
            at = match stream {
                Some(stream) => stream.end.max(at),
                None if clean => end.max(at),
                // A string that never closes must not hide the objects behind it, which the file's own table finds.
                None => at,
            };
        }
        Ok(())
    }

    /// The bytes of the stream whose keyword stands at `at`: as long as it says if that is true, else up to its end.
    fn stream_at(&self, at: usize, dictionary: &Dictionary, ends_left: &mut bool) -> Range<usize> {
        let mut start = at.saturating_add(6);
        match self.bytes.get(start..) {
            Some([b'\r', b'\n', ..]) => start = start.saturating_add(2),
            Some([b'\n' | b'\r', ..]) => start = start.saturating_add(1),
            _ => {}
        }
        let length = match dictionary.get(b"Length") {
            Some(Value::Number(length)) if (0.0..1e12).contains(length) => Some(*length as usize),
            _ => None,
        };
        if let Some(end) = length.and_then(|length| start.checked_add(length)) {
            let rest = self.bytes.get(end..).unwrap_or_default();
            let spaces = rest.iter().take(4).take_while(|byte| is_space(**byte)).count();
            if rest.get(spaces..).is_some_and(|rest| rest.starts_with(b"endstream")) {
                return start..end;
            }
        }
        let rest = self.bytes.get(start..).unwrap_or_default();
        // Once no end is left in the file, looking again for each stream would cost its square.
        let end = if *ends_left { memmem::find(rest, b"endstream") } else { None };
        *ends_left = end.is_some();
        let mut end = end.unwrap_or_else(|| length.unwrap_or(rest.len()).min(rest.len()));
        if rest.get(..end).is_some_and(|data| data.ends_with(b"\n")) {
            end = end.saturating_sub(1);
        }
        if rest.get(..end).is_some_and(|data| data.ends_with(b"\r")) {
            end = end.saturating_sub(1);
        }
        start..start.saturating_add(end)
    }

    fn index(&mut self) {
        self.newest.clear();
        for (index, entry) in self.entries.iter().enumerate() {
            let place = |index: &usize| self.entries.get(*index).map_or(0, |entry| entry.place);
            match self.newest.get(&entry.number) {
                Some(other) if place(other) > entry.place => {}
                _ => {
                    self.newest.insert(entry.number, index);
                }
            }
        }
    }

    /// Whether a trailer, old style or new, names an encryption dictionary.
    fn says_encrypted(&self, budget: &Budget) -> Result<bool, Problem> {
        for at in memmem::find_iter(self.bytes, b"trailer") {
            budget.check_time()?;
            let value = Lexer::object(self.bytes, at.saturating_add(7)).next_value();
            if value.as_ref().and_then(Value::dictionary).is_some_and(|trailer| trailer.get(b"Encrypt").is_some()) {
                return Ok(true);
            }
        }
        for entry in self.entries.iter().filter(|entry| entry.stream.is_some()) {
            budget.check_time()?;
            let value = self.value(entry);
            if value
                .as_ref()
                .and_then(Value::dictionary)
                .is_some_and(|dictionary| dictionary.says(b"Type", b"XRef") && dictionary.get(b"Encrypt").is_some())
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn open_object_streams(&mut self, budget: &Budget) -> Result<(), Problem> {
        for index in 0..self.entries.len() {
            budget.check_time()?;
            let Some(entry) = self.entries.get(index).filter(|entry| entry.stream.is_some()) else { continue };
            let place = entry.place;
            let Some(Value::Dictionary(dictionary)) = self.value(entry) else { continue };
            if !dictionary.says(b"Type", b"ObjStm") {
                continue;
            }
            let Some(decoded) = self.decoded(entry, &dictionary, budget) else { continue };
            self.problem = self.problem.take().or(decoded.problem);
            let number = |key: &[u8]| {
                let value = dictionary.get(key).and_then(|value| self.resolve(value).number()).unwrap_or(0.0);
                if (0.0..1e9).contains(&value) { value as usize } else { 0 }
            };
            let (count, first) = (number(b"N"), number(b"First"));
            let container = Some(self.containers.len());
            let mut lexer = Lexer::content(&decoded.bytes);
            let mut found = Vec::new();
            for _ in 0..count {
                let (Some(Value::Number(number)), Some(Value::Number(offset))) =
                    (lexer.next_value(), lexer.next_value())
                else {
                    break;
                };
                let start = first.saturating_add(offset.max(0.0) as usize);
                found.push(Entry { number: number.max(0.0) as u32, container, start, stream: None, place });
                if self.entries.len().saturating_add(found.len()) >= MAX_OBJECTS {
                    return Err(Problem::too_many(format!("more than {MAX_OBJECTS} objects")));
                }
            }
            self.containers.push(decoded.bytes);
            self.entries.extend(found);
        }
        Ok(())
    }
}

/// The object number in `12 0 obj`, when such stand before the keyword at `word`.
fn number_before(bytes: &[u8], word: usize) -> Option<u32> {
    let head = bytes.get(word.saturating_sub(40)..word)?;
    let (_, head) = digits_at_end(trim_end(head))?;
    let spaced = trim_end(head);
    if spaced.len() == head.len() {
        return None;
    }
    digits_at_end(spaced)?.0.parse().ok()
}

fn trim_end(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| !is_space(*byte)).map_or(0, |at| at.saturating_add(1));
    bytes.get(..end).unwrap_or_default()
}

fn digits_at_end(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let start = bytes.iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |at| at.saturating_add(1));
    let (head, digits) = bytes.split_at_checked(start)?;
    if digits.is_empty() { None } else { Some((std::str::from_utf8(digits).ok()?, head)) }
}
