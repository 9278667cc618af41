//! The entries of either kind of list, one after the other, a few of them in memory at a time.

use std::{collections::VecDeque, iter::FusedIterator};

use super::{
    database::{Database, Position},
    records::Records,
};
use crate::{Entry, Flawed};

/// The list of a backup.
pub(crate) enum Listing {
    /// `Manifest.db`.
    Database(Database),
    /// `Manifest.mbdb`.
    Records(Records),
}

impl Listing {
    pub(crate) fn entries(&self) -> Entries<'_> {
        let source = match self {
            Self::Database(database) => Source::Database(database, Some(Position::START)),
            Self::Records(records) => Source::Records(records, Some(Records::START)),
        };
        Entries { source, waiting: VecDeque::new() }
    }
}

/// The entries of a backup. What is no entry is an error that says which row it was; the rest follows.
pub struct Entries<'a> {
    source: Source<'a>,
    waiting: VecDeque<Result<Entry, Flawed>>,
}

/// A list, and where to go on in it.
enum Source<'a> {
    Database(&'a Database, Option<Position>),
    Records(&'a Records, Option<usize>),
}

impl Iterator for Entries<'_> {
    type Item = Result<Entry, Flawed>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(entry) = self.waiting.pop_front() {
                return Some(entry);
            }
            match &mut self.source {
                Source::Database(database, position) => {
                    *position = database.batch((*position)?, &mut self.waiting);
                }
                Source::Records(records, position) => {
                    let (entry, next) = records.entry((*position)?)?;
                    *position = next;
                    return Some(entry);
                }
            }
        }
    }
}

impl FusedIterator for Entries<'_> {}
