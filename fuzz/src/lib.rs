//! One fuzz target per reader of evidence, each a line that names it. A target calls the reader as the pipeline
//! does, with a small budget, and throws away what it finds: only a crash, a hang or a bomb is of interest.
//!
//! It needs a nightly compiler and cargo-fuzz: `cargo +nightly fuzz run zip`. What it finds becomes a fixture of the
//! format, so that the tests replay it with the stable compiler.

use vauban_intake::{Budget, Limits, Problem, StopFlag};
use vauban_model::Location;
use vauban_observe::{Child, Finding, Item, LogEvent, Passage, READERS, Sink};

pub use libfuzzer_sys;

/// Makes the fuzz target of the reader with this name.
#[macro_export]
macro_rules! reader {
    ($name:literal) => {
        $crate::libfuzzer_sys::fuzz_target!(|bytes: &[u8]| $crate::read($name, bytes));
    };
}

/// Reads `bytes` with the reader of this name.
pub fn read(name: &str, bytes: &[u8]) {
    let reader = READERS
        .iter()
        .find(|reader| reader.name() == name)
        .expect("the target is named after a reader");
    let location = Location::file("fuzzed");
    let item = Item { location: &location, name: "fuzzed", media_type: "", bytes };
    let limits = Limits { item_bytes: 8 << 20, total_bytes: 32 << 20, entries: 10_000, depth: 16 };
    let _ = reader.recognises(&item);
    let _ = reader.read(&item, &Budget::new(limits, StopFlag::default()), &mut Nothing);
}

struct Nothing;

impl Sink for Nothing {
    fn child(&mut self, _: Child<'_>) {}
    fn unread_child(&mut self, _: &str, _: &str, _: Problem) {}
    fn passage(&mut self, _: Passage<'_>) {}
    fn observable(&mut self, _: Finding<'_>) {}
    fn event(&mut self, _: LogEvent<'_>) {}

    fn recoded(&mut self, _: &'static str, _: &str, _: &[u8]) {}
}
