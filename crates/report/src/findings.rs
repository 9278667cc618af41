//! What every report is made from.

use jiff::Timestamp;
use vauban_model::{Sighting, Summary, Unread};
use vauban_record::{FormatCount, SweepStarted, Swept};

/// All that a sweep found and did not find.
#[derive(Debug, Clone, Copy)]
pub struct Findings<'f> {
    /// Every sighting, in the order of the walk.
    pub sightings: &'f [Sighting],
    /// Everything that was not read.
    pub unread: &'f [Unread],
    /// The account.
    pub summary: &'f Summary,
    /// What was asked.
    pub sweep: &'f SweepInfo,
}

/// What a sweep was asked to do, and with what knowledge.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepInfo {
    /// The paths as the person gave them.
    pub paths: Vec<String>,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub finished: Timestamp,
    /// The version of the indicator set.
    pub set_version: String,
    /// How many indicators it looked for.
    pub indicators: u64,
    /// How many indicators are set aside because they name things honest people use.
    pub set_aside: u64,
    /// The program's version.
    pub program: String,
    /// Files by format, in any order; empty where that is not known.
    pub formats: Vec<FormatCount>,
}

impl SweepInfo {
    /// A sweep that began so and ended, at `finished`, with files of these formats.
    #[must_use]
    pub fn new(asked: &SweepStarted, started: Timestamp, finished: Timestamp, formats: Vec<FormatCount>) -> Self {
        let SweepStarted { paths, program, set_version, indicators, set_aside } = asked.clone();
        Self { paths, started, finished, set_version, indicators, set_aside, program, formats }
    }

    /// What the record knows of a sweep. One that never ended ends where it began.
    #[must_use]
    pub fn recorded(swept: &Swept) -> Self {
        let (finished, formats) = match &swept.finished {
            Some((at, finished)) => (*at, finished.formats.clone()),
            None => (swept.started_at, Vec::new()),
        };
        Self::new(&swept.started, swept.started_at, finished, formats)
    }
}
