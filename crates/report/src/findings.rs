//! What every report is made from.

use std::collections::BTreeMap;

use jiff::Timestamp;
use vauban_model::{Sighting, Summary, Unread};
use vauban_record::{CoverageRow, Swept};

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
    /// What the record knows of a sweep. One that never ended ends where it began.
    #[must_use]
    pub fn recorded(swept: &Swept, coverage: &[CoverageRow]) -> Self {
        Self {
            paths: swept.started.paths.clone(),
            started: swept.started_at,
            finished: swept.finished.map_or(swept.started_at, |(at, _)| at),
            set_version: swept.started.set_version.clone(),
            indicators: swept.started.indicators,
            set_aside: swept.started.set_aside,
            program: swept.started.program.clone(),
            formats: FormatCount::tally(coverage),
        }
    }
}

/// Files of one format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormatCount {
    /// The reader's name (`mbox`, `zip`, …).
    pub format: String,
    /// How many files it took.
    pub files: u64,
    /// How many of them were not read wholly.
    pub unread: u64,
}

impl FormatCount {
    /// Counts the files of each format.
    #[must_use]
    pub fn tally(coverage: &[CoverageRow]) -> Vec<Self> {
        let mut counts: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        for row in coverage {
            let (files, unread) = counts.entry(&row.format).or_default();
            *files += 1;
            *unread += u64::from(!row.unread.is_empty());
        }
        counts.into_iter().map(|(format, (files, unread))| Self { format: format.to_owned(), files, unread }).collect()
    }
}

#[cfg(test)]
mod tests {
    use vauban_model::Reason;

    use super::*;

    #[test]
    fn files_are_counted_by_format_and_outcome() {
        let row = |format: &str, unread: &[Reason]| CoverageRow {
            path: "x".into(),
            bytes: 1,
            sha256: None,
            format: format.into(),
            items: 0,
            unread: unread.to_vec(),
        };
        let rows = [row("zip", &[Reason::Encrypted, Reason::Corrupt]), row("text", &[]), row("zip", &[])];
        assert_eq!(
            FormatCount::tally(&rows),
            [
                FormatCount { format: "text".into(), files: 1, unread: 0 },
                FormatCount { format: "zip".into(), files: 2, unread: 1 },
            ]
        );
    }
}
