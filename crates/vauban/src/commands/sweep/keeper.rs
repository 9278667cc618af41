//! Writes a sweep into the record, and what it learns beside it, while it runs. A store that fails costs what it would
//! have kept, never the report: the person is told.

use std::time::Duration;

use jiff::Timestamp;
use vauban_record::{CoverageRow, RecordError, SqliteRecord, SweepFinished, SweepLog, SweepStarted};
use vauban_sweep::{Event, FileResult, Learner, Origin};

use crate::failure::chain;

/// What is not durable yet is read again after a crash: this much at most.
const OFTEN: Duration = Duration::from_millis(500);

pub(super) struct Keeper<'r> {
    log: Option<SweepLog<'r, SqliteRecord>>,
    learner: Option<Learner<'r>>,
    last_commit: Duration,
    problem: Option<String>,
}

impl<'r> Keeper<'r> {
    pub(super) fn begin(
        record: &'r mut Result<SqliteRecord, RecordError>,
        started: &SweepStarted,
        began: Timestamp,
        learner: Option<Learner<'r>>,
    ) -> Self {
        let begun = match record {
            Ok(record) => SweepLog::begin(record, began, started).map_err(|error| chain(&error)),
            Err(error) => Err(chain(error)),
        };
        let (log, problem) = match begun {
            Ok(log) => (Some(log), None),
            Err(problem) => (None, Some(problem)),
        };
        Self { log, learner, last_commit: Duration::ZERO, problem }
    }

    pub(super) fn event(&mut self, event: &Event<'_>) {
        let now = Timestamp::now();
        if let Some(log) = &mut self.log {
            let written = match event {
                Event::Sighting(sighting) => log.sighting(now, sighting),
                Event::Unread(unread) => log.unread(now, unread),
                Event::File(FileResult { origin: Origin::Unchanged | Origin::Known(_), examined, .. }, path) => {
                    log.unchanged(path, examined.sha256.as_deref().unwrap_or_default());
                    Ok(())
                }
                Event::File(result, path) => log.coverage(now, row(result, path)),
                Event::Progress(_) => Ok(()),
            };
            self.recorded(written);
        }
        match event {
            Event::File(result, path) => self.learn(|learner| learner.file(path, result)),
            Event::Progress(progress) if progress.elapsed.saturating_sub(self.last_commit) > OFTEN => {
                self.last_commit = progress.elapsed;
                self.learn(Learner::commit);
                if let Some(log) = &mut self.log {
                    let written = log.flush(now);
                    self.recorded(written);
                }
            }
            _ => {}
        }
    }

    /// Ends the sweep in both; says why it is not in the record, if it is not.
    pub(super) fn finish(mut self, finished: &SweepFinished) -> Option<String> {
        if let Some(log) = self.log.take() {
            let written = log.finish(Timestamp::now(), finished);
            self.recorded(written);
        }
        if let Some(learner) = self.learner.take()
            && let Err(error) = learner.finish()
        {
            self.problem.get_or_insert(chain(&error));
        }
        self.problem
    }

    /// The log of a record that failed once is not written on.
    fn recorded(&mut self, written: Result<(), RecordError>) {
        if let Err(error) = written {
            self.problem = Some(chain(&error));
            self.log = None;
        }
    }

    fn learn(&mut self, learn: impl FnOnce(&mut Learner<'r>) -> Result<(), RecordError>) {
        if let Some(learner) = &mut self.learner
            && let Err(error) = learn(learner)
        {
            self.problem.get_or_insert(chain(&error));
            self.learner = None;
        }
    }
}

fn row(result: &FileResult, path: &str) -> CoverageRow {
    let mut unread: Vec<_> = result.unread.iter().map(|unread| unread.reason).collect();
    unread.sort_unstable();
    unread.dedup();
    CoverageRow {
        path: path.to_owned(),
        bytes: result.bytes,
        sha256: result.examined.sha256.clone(),
        format: result.examined.format.clone(),
        items: result.items,
        unread,
    }
}
