//! What one file gave.

use vauban_intake::Problem;
use vauban_model::{Location, Sighting, Unread};

use crate::{Account, Examined, Observed, ledger::Collected};

/// All that one file gave.
#[derive(Debug, Default)]
pub struct Reading {
    /// Every indicator met.
    pub sightings: Vec<Sighting>,
    /// Everything that could not be read.
    pub unread: Vec<Unread>,
    /// Items inside the file.
    pub items: u64,
    /// Of the file and its items, those that were read.
    pub read: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// What is known of the file itself.
    pub examined: Examined,
    /// All observables of each item, where they are to be remembered.
    pub observed: Vec<(Location, Observed)>,
}

impl Reading {
    /// What stands in the ledger and what is known of the file.
    pub(crate) fn new(collected: Collected, examined: Examined, bytes: u64) -> Self {
        let (sightings, account, observed) = collected.finish();
        Self {
            sightings,
            items: account.entered().saturating_sub(1),
            read: account.read(),
            unread: account.into_unread(),
            bytes,
            examined,
            observed,
        }
    }

    /// Nothing: the file was not read.
    #[must_use]
    pub fn unread(location: &Location, problem: Problem) -> Self {
        let mut account = Account::default();
        account.settle(location, Err(problem));
        Self { unread: account.into_unread(), ..Self::default() }
    }
}
