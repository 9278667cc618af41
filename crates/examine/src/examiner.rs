//! Who reads a file: a thread of this process, or a worker process that is shut in.

use std::{
    fs::File,
    io::{Read as _, Seek as _},
    time::Duration,
};

use vauban_intake::{Budget, Limits, StopFlag};
use vauban_model::Location;
use vauban_observe::{Item, READERS, reader_for};

use crate::{
    Bench, Examined, Onlooker, Reading, Rules, examine::examine, ledger::Collected, pieces::examine_in_pieces,
    refused::denied, rules::RuleScanner,
};

/// A file to examine.
pub struct Task<'t> {
    /// Its path, as it is shown.
    pub path: &'t str,
    /// What the piece to examine is called inside it; empty for the file as it is.
    pub inside: &'t str,
    /// Its name without folders.
    pub name: &'t str,
    /// The open file.
    pub file: &'t File,
    /// How long it was when it was opened.
    pub size: u64,
    /// Ends the reading early.
    pub stop: &'t StopFlag,
    /// How long it may take.
    pub time_limit: Duration,
    /// Time since some fixed moment.
    pub clock: &'t (dyn Fn() -> Duration + Sync),
}

/// Examines files, one after the other. Never fails: what could not be read is a result.
pub trait Examiner {
    /// Examines one file.
    fn examine(&mut self, task: &Task<'_>) -> Reading;
}

/// Makes examiners, one for each thread.
pub trait Examiners: Sync {
    /// A new examiner.
    fn examiner(&self) -> Box<dyn Examiner + '_>;
}

/// An examiner that reads in this process: a reader that panics costs its item, one that aborts or eats memory costs
/// everything. For systems without workers.
#[must_use]
pub fn in_process<'r>(
    rules: Rules<'r>,
    limits: Limits,
    onlooker: Option<Box<dyn Onlooker + Send>>,
) -> Box<dyn Examiner + 'r> {
    Box::new(Here { rules, limits, scanner: rules.scanners.scanner(), onlooker })
}

struct Here<'r> {
    rules: Rules<'r>,
    limits: Limits,
    scanner: Box<dyn RuleScanner + 'r>,
    onlooker: Option<Box<dyn Onlooker + Send>>,
}

impl Examiner for Here<'_> {
    fn examine(&mut self, task: &Task<'_>) -> Reading {
        let mut collected = Collected::default();
        let budget = Budget::new(self.limits.for_file(task.size), task.stop.clone());
        let bench = Bench {
            budget: &budget,
            rules: &self.rules,
            scanner: &mut *self.scanner,
            ledger: &mut collected,
            onlooker: self.onlooker.as_deref_mut(),
            skip: &[],
        };
        let held = if task.size > self.limits.item_bytes { Held::InPieces } else { Held::InMemory(task.size) };
        let examined =
            examine_file(&Named { path: task.path, inside: task.inside, name: task.name }, task.file, held, bench);
        Reading::new(collected, examined, task.size)
    }
}

/// The most room that is made for a file before it is read.
const MOST_ROOM: usize = 16 << 20;

/// How the bytes of a file are held while it is examined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Held {
    /// Copied into memory: so many bytes, of which a file that grows meanwhile gets no more.
    InMemory(u64),
    /// Mapped: for a process that may die of it.
    Mapped,
    /// Never whole.
    InPieces,
}

/// How a file is called.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Named<'n> {
    pub(crate) path: &'n str,
    /// What it is called inside the file of this path, where it is not that file itself.
    pub(crate) inside: &'n str,
    pub(crate) name: &'n str,
}

/// Examines an open file.
pub(crate) fn examine_file(named: &Named<'_>, file: &File, held: Held, bench: Bench<'_>) -> Examined {
    let Named { path, inside, name } = *named;
    if inside.is_empty() {
        return examine_at(&Location::file(path), name, file, held, bench);
    }
    let Bench { budget, rules, scanner, ledger, onlooker, skip } = bench;
    ledger.enter(path);
    // Items are numbered from the file: the piece is the second.
    let skip: Vec<u64> = skip.iter().map(|number| number.saturating_sub(1)).collect();
    let location = Location::file(path).inside(inside);
    let examined =
        examine_at(&location, name, file, held, Bench { budget, rules, scanner, ledger, onlooker, skip: &skip });
    ledger.leave(Ok(()));
    examined
}

fn examine_at(location: &Location, name: &str, mut file: &File, held: Held, bench: Bench<'_>) -> Examined {
    let mut bytes = Vec::new();
    let read = match held {
        Held::InPieces => match file.rewind() {
            Ok(()) => return examine_in_pieces(location, name, file, bench),
            Err(error) => Err(error),
        },
        Held::Mapped => match vauban_workers::map(file) {
            Ok(map) => {
                let item = Item { location, name, media_type: "", bytes: &map };
                if !reader_for(READERS, &item).is_some_and(|reader| reader.reads_streams()) {
                    return examine(&item, bench);
                }
                // One look is enough, and needs no memory that grows with the file.
                drop(map);
                return examine_at(location, name, file, Held::InPieces, bench);
            }
            Err(error) => Err(error),
        },
        Held::InMemory(size) => {
            // Room for all of it, and for the look that finds the end: one read is enough then. Without room it is grown.
            let _ = bytes.try_reserve(usize::try_from(size).unwrap_or(0).saturating_add(32).min(MOST_ROOM));
            file.rewind().and_then(|()| file.take(size).read_to_end(&mut bytes))
        }
    };
    match read {
        Ok(_) => examine(&Item { location, name, media_type: "", bytes: &bytes }, bench),
        Err(error) => {
            bench.ledger.enter(location.last());
            bench.ledger.leave(Err(denied(&error)));
            Examined::default()
        }
    }
}
