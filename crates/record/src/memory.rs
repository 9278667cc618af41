//! A record in memory, for tests and for sweeps that shall leave no trace.

use jiff::Timestamp;

use crate::{
    Entry, Head, Kind, Record, RecordError, Verification,
    chain::{Checker, GENESIS, hash},
};

/// A record that is gone with the process.
#[derive(Debug, Default)]
pub struct MemoryRecord {
    entries: Vec<Entry>,
}

impl Record for MemoryRecord {
    fn append(&mut self, at: Timestamp, kind: Kind, sweep: u64, body: &str) -> Result<u64, RecordError> {
        let before = self.entries.last().map_or(GENESIS, |entry| entry.hash);
        let sequence = self.entries.len() as u64 + 1;
        let sweep = if sweep == 0 { sequence } else { sweep };
        let hash = hash(&before, sequence, at, kind, sweep, body);
        self.entries.push(Entry { sequence, at, kind, sweep, body: body.to_owned(), hash });
        Ok(sequence)
    }

    fn commit(&mut self) -> Result<(), RecordError> {
        Ok(())
    }

    fn entries(&self, sweep: Option<u64>, kind: Option<Kind>, each: &mut dyn FnMut(Entry)) -> Result<(), RecordError> {
        for entry in &self.entries {
            if sweep.is_none_or(|sweep| entry.sweep == sweep) && kind.is_none_or(|kind| entry.kind == kind) {
                each(entry.clone());
            }
        }
        Ok(())
    }

    fn head(&self) -> Result<Head, RecordError> {
        Ok(self
            .entries
            .last()
            .map_or(Head { sequence: 0, hash: GENESIS }, |entry| Head { sequence: entry.sequence, hash: entry.hash }))
    }

    fn verify(&self, expected: Option<Head>) -> Result<Verification, RecordError> {
        let mut checker = Checker::new();
        for entry in &self.entries {
            if let Some(expected) = expected
                && expected.sequence == entry.sequence
                && expected.hash != entry.hash
            {
                return Ok(Verification::Broken { sequence: entry.sequence });
            }
            checker.entry(entry);
        }
        Ok(checker.finish(expected))
    }
}
