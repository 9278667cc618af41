//! The one buffer that unpacked bytes grow in, capped by the budget.

use std::io::{self, Read};

use crate::{Budget, Problem};

/// What a decompressor made of its input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpacked {
    /// The bytes that were unpacked before the end, or before the problem.
    pub bytes: Vec<u8>,
    /// How many bytes of the input were read. What stands behind them is not part of the stream.
    pub consumed: usize,
    /// Why it stopped early; `None` when it reached its end.
    pub problem: Option<Problem>,
}

/// Between two looks at the clock, in bytes.
const CHECK_EVERY: usize = 1 << 20;

/// Bytes being unpacked. Every byte that enters was paid for.
pub(crate) struct Output<'b> {
    bytes: Vec<u8>,
    budget: &'b Budget,
    since_check: usize,
}

impl<'b> Output<'b> {
    pub(crate) fn new(budget: &'b Budget) -> Self {
        Self { bytes: Vec::new(), budget, since_check: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// All bytes so far.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Appends as much of `chunk` as there is room for. Stops a bomb at the limit, with its beginning kept.
    pub(crate) fn push(&mut self, chunk: &[u8]) -> Result<(), Problem> {
        let limits = self.budget.limits();
        let held = u64::try_from(self.bytes.len()).unwrap_or(u64::MAX);
        let item_room = limits.item_bytes.saturating_sub(held);
        let room = usize::try_from(item_room.min(self.budget.room())).unwrap_or(usize::MAX);
        let kept = chunk.get(..room.min(chunk.len())).unwrap_or_default();
        self.budget.spend_bytes(u64::try_from(kept.len()).unwrap_or(u64::MAX))?;
        self.bytes.extend_from_slice(kept);
        self.since_check = self.since_check.saturating_add(chunk.len());
        if self.since_check >= CHECK_EVERY {
            self.since_check = 0;
            self.budget.check_time()?;
        }
        if kept.len() == chunk.len() {
            return Ok(());
        }
        Err(Problem::too_large(if item_room <= self.budget.room() {
            format!("unpacks to more than the {} bytes allowed for one item", limits.item_bytes)
        } else {
            format!("unpacks to more than the {} bytes allowed for one file", limits.total_bytes)
        }))
    }

    /// Appends all that `source` gives. The steps are small because what a decoder wrote in the step that fails is
    /// lost.
    pub(crate) fn drain(&mut self, source: &mut dyn Read, what: &str) -> Result<(), Problem> {
        let mut step = [0; 512];
        loop {
            match source.read(&mut step) {
                Ok(0) => return Ok(()),
                Ok(count) => self.push(step.get(..count).unwrap_or_default())?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(broken(what, &error)),
            }
        }
    }

    pub(crate) fn check_time(&self) -> Result<(), Problem> {
        self.budget.check_time()
    }

    pub(crate) fn finish(self, consumed: usize, result: Result<(), Problem>) -> Unpacked {
        Unpacked { bytes: self.bytes, consumed, problem: result.err() }
    }
}

/// What an I/O error of a decoder over memory means.
pub(crate) fn broken(what: &str, error: &io::Error) -> Problem {
    match error.kind() {
        io::ErrorKind::OutOfMemory => Problem::too_large(format!("{what} stream needs more memory than allowed")),
        io::ErrorKind::UnexpectedEof => Problem::corrupt(format!("{what} stream is cut short")),
        io::ErrorKind::Unsupported => Problem::unsupported(format!("{what} stream uses an unknown feature")),
        _ => Problem::corrupt(format!("{what} stream is broken")),
    }
}
