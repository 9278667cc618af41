//! What the tests of all readers share: a sink that writes down every call, fixtures with their expected
//! transcript beside them, and a bounded, repeatable storm of mutations.

use std::{fmt::Write as _, fs, path::PathBuf};

use vauban_intake::{Budget, Limits, Problem, StopFlag};
use vauban_model::{Location, printable};

use crate::{Child, Finding, Item, LogEvent, Passage, Reader, Sink, reader_for};

/// A sink that writes every call down as text, and walks into children with all readers when asked to.
#[derive(Default)]
pub(crate) struct Transcript {
    pub(crate) text: String,
    /// The bytes of every child, in order, with its segment.
    pub(crate) children: Vec<(String, Vec<u8>)>,
    /// Every passage as text, in order.
    pub(crate) passages: Vec<String>,
    /// Every stated observable's value, in order.
    pub(crate) observables: Vec<String>,
    /// Every member announced as unread: its segment and reason.
    pub(crate) unread: Vec<(String, vauban_model::Reason)>,
    /// Every recoded body with its step.
    pub(crate) recoded: Vec<(&'static str, Vec<u8>)>,
}

impl Sink for Transcript {
    fn child(&mut self, child: Child<'_>) {
        let Child { segment, name, media_type, bytes, context } = child;
        let _ = writeln!(
            self.text,
            "child {segment:?} name {name:?} type {media_type:?} {} bytes {context:?}",
            bytes.len()
        );
        self.children.push((segment.to_owned(), bytes.to_vec()));
    }

    fn unread_child(&mut self, segment: &str, name: &str, problem: Problem) {
        let _ = writeln!(self.text, "unread {segment:?} name {name:?}: {problem}");
        self.unread.push((segment.to_owned(), problem.reason));
    }

    fn passage(&mut self, passage: Passage<'_>) {
        let shown = String::from_utf8_lossy(passage.bytes).into_owned();
        let _ = writeln!(
            self.text,
            "passage at {:?} how {:?} {:?}: {}",
            passage.offset,
            passage.how,
            passage.context,
            printable(&shown)
        );
        self.passages.push(shown);
    }

    fn observable(&mut self, finding: Finding<'_>) {
        let _ = writeln!(
            self.text,
            "observable {} {:?} at {:?} how {:?} {:?}",
            finding.observable.kind, finding.observable.value, finding.offset, finding.how, finding.context
        );
        self.observables.push(finding.observable.value.into());
    }

    fn event(&mut self, event: LogEvent<'_>) {
        let fields = event.fields.as_object().unwrap().keys().map(String::as_str).collect::<Vec<_>>().join(" ");
        let LogEvent { product, channel, provider, id, context, .. } = event;
        let _ = writeln!(self.text, "event {product} {channel:?} {provider:?} {id} {context:?}: {fields}");
    }

    fn recoded(&mut self, how: &'static str, name: &str, bytes: &[u8]) {
        let _ = writeln!(self.text, "recoded {how:?} name {name:?} {} bytes", bytes.len());
        self.recoded.push((how, bytes.to_vec()));
    }
}

/// Limits small enough that a bomb in a test is a small one.
pub(crate) fn small_budget() -> Budget {
    Budget::new(Limits { item_bytes: 8 << 20, total_bytes: 32 << 20, entries: 10_000, depth: 16 }, StopFlag::default())
}

/// Reads `bytes` under `name` with this reader and hands back what it did.
pub(crate) fn read(reader: &dyn Reader, name: &str, bytes: &[u8]) -> (Result<(), Problem>, Transcript) {
    let location = Location::file(name);
    let item = Item { location: &location, name, media_type: "", bytes };
    let mut transcript = Transcript::default();
    let result = reader.read(&item, &small_budget(), &mut transcript);
    (result, transcript)
}

/// The folder of this format's fixtures.
pub(crate) fn fixtures(format: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/formats").join(format).join("fixtures")
}

/// Reads every fixture of a format and compares the transcript with `NAME.expected` beside it. With
/// `UPDATE_EXPECTED=1` in the environment the expected files are written instead: read them before you commit.
/// Also asserts that the slice of readers gives the fixture to this reader, and that no mutation of it panics.
pub(crate) fn check_fixtures(reader: &dyn Reader) {
    let folder = fixtures(reader.name());
    let mut seen = 0;
    let mut paths: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.extension().is_some_and(|extension| extension == "expected") {
            continue;
        }
        seen += 1;
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let bytes = fs::read(&path).unwrap();
        let location = Location::file(&name);
        let item = Item { location: &location, name: &name, media_type: "", bytes: &bytes };
        let chosen = reader_for(crate::READERS, &item).map(Reader::name);
        assert_eq!(chosen, Some(reader.name()), "{name} goes to another reader");
        let (result, mut transcript) = read(reader, &name, &bytes);
        match result {
            Ok(()) => transcript.text.push_str("read to the end\n"),
            Err(problem) => {
                let _ = writeln!(transcript.text, "stopped: {problem}");
            }
        }
        let expected = PathBuf::from(format!("{}.expected", path.display()));
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            fs::write(&expected, &transcript.text).unwrap();
        }
        let wanted = fs::read_to_string(&expected).unwrap_or_default();
        assert_eq!(transcript.text, wanted, "{}: transcript differs from {}", name, expected.display());
        survives_mutations(reader, &name, &bytes);
    }
    assert!(seen > 0, "no fixture in {}", folder.display());
}

/// Feeds the reader cut, flipped, overwritten and repeated copies of `bytes`; a panic fails the test.
pub(crate) fn survives_mutations(reader: &dyn Reader, name: &str, bytes: &[u8]) {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % (below.max(1) as u64)).unwrap_or(0)
    };
    for round in 0..300 {
        let mut copy = bytes.to_vec();
        match round % 4 {
            0 => copy.truncate(random(bytes.len())),
            1 => {
                for _ in 0..=random(8) {
                    let at = random(copy.len());
                    if let Some(byte) = copy.get_mut(at) {
                        *byte ^= 1 << random(8);
                    }
                }
            }
            2 => {
                let at = random(copy.len());
                let filler = [0x00, 0xff, 0x7f, 0x80][random(4)];
                for byte in copy.iter_mut().skip(at).take(1 + random(16)) {
                    *byte = filler;
                }
            }
            _ => {
                let (from, to) = (random(copy.len()), random(copy.len()));
                let piece = copy.get(from.min(to)..from.max(to)).unwrap_or_default().to_vec();
                copy.splice(from.min(copy.len())..from.min(copy.len()), piece.into_iter().take(4096));
            }
        }
        let _ = read(reader, name, &copy);
    }
}
