//! How a judgement ends.

use crate::{ExtendedError, answer::Why};

/// Why something could not be found secure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is wrong.
    Bogus(Why),
    /// What would tell could not be had.
    Unreachable(ExtendedError),
}

impl From<Why> for Fault {
    fn from(why: Why) -> Self {
        Self::Bogus(why)
    }
}

/// What is known of a part of the tree, or of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Secure,
    Insecure,
}
