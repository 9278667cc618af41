//! The account: whatever is entered is read or unread, never neither and never both.

use vauban_intake::Problem;
use vauban_model::{Location, Unread, printable};

/// Counts what was looked at under one file on disk. The only way to count an item is [`Account::settle`], which
/// asks for its outcome; so nothing can be looked at and forgotten.
#[derive(Debug, Default)]
pub struct Account {
    entered: u64,
    read: u64,
    unread: Vec<Unread>,
}

impl Account {
    /// Enters one file or item with its outcome.
    pub fn settle(&mut self, location: &Location, outcome: Result<(), Problem>) {
        self.entered += 1;
        match outcome {
            Ok(()) => self.read += 1,
            Err(Problem { reason, detail }) => {
                self.unread.push(Unread { location: location.clone(), reason, detail: printable(&detail) });
            }
        }
    }

    /// How many were entered: always the sum of [`read`](Self::read) and the length of [`unread`](Self::unread).
    #[must_use]
    pub const fn entered(&self) -> u64 {
        self.entered
    }

    /// How many were read to their end.
    #[must_use]
    pub const fn read(&self) -> u64 {
        self.read
    }

    /// Those that were not, in the order they were met.
    #[must_use]
    pub fn unread(&self) -> &[Unread] {
        &self.unread
    }

    /// Gives up the list.
    #[must_use]
    pub fn into_unread(self) -> Vec<Unread> {
        self.unread
    }
}
