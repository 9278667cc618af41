//! Reads files as a sweep would and prints every observable that their formats state: `observe FILE...`. For looking at
//! what a reader sees, and for comparing it with other programs.

use std::{env, fs::File, io::Write as _};

use vauban_intake::{Budget, Limits, Problem, StopFlag};
use vauban_model::{Location, printable};
use vauban_observe::{Child, Finding, Item, LogEvent, Passage, READERS, Sink, reader_for};

struct Print<W>(W);

impl<W: std::io::Write> Sink for Print<W> {
    fn child(&mut self, child: Child<'_>) {
        let _ = writeln!(self.0, "child\t{}\t{}", printable(child.segment), child.bytes.len());
    }

    fn unread_child(&mut self, segment: &str, _name: &str, problem: Problem) {
        let _ = writeln!(self.0, "unread\t{}\t{problem}", printable(segment));
    }

    fn passage(&mut self, _passage: Passage<'_>) {}

    fn observable(&mut self, finding: Finding<'_>) {
        let value = printable(&finding.observable.value);
        let _ = writeln!(self.0, "{}\t{value}\t{}", finding.observable.kind, printable(finding.excerpt));
    }

    fn event(&mut self, event: LogEvent<'_>) {
        let _ = writeln!(self.0, "event\t{}\t{}", event.provider, event.id);
    }

    fn recoded(&mut self, how: &'static str, _name: &str, bytes: &[u8]) {
        let _ = writeln!(self.0, "recoded\t{how}\t{}", bytes.len());
    }
}

fn main() -> std::io::Result<()> {
    let mut sink = Print(std::io::BufWriter::new(std::io::stdout()));
    for path in env::args().skip(1) {
        let location = Location::file(&path);
        let budget = Budget::new(Limits::default(), StopFlag::default());
        let mut head = Vec::new();
        std::io::Read::read_to_end(&mut std::io::Read::take(File::open(&path)?, 64 << 10), &mut head)?;
        let item = Item { location: &location, name: &path, media_type: "", bytes: &head };
        let Some(reader) = reader_for(READERS, &item) else { continue };
        let outcome = if reader.reads_streams() {
            reader.read_stream(&item, &mut File::open(&path)?, &budget, &mut sink)
        } else {
            let bytes = std::fs::read(&path)?;
            reader.read(&Item { bytes: &bytes, ..item }, &budget, &mut sink)
        };
        if let Err(problem) = outcome {
            writeln!(sink.0, "problem\t{problem}")?;
        }
    }
    sink.0.flush()
}
