//! Sigma rules, divided into single documents by their text alone, so that one bad rule costs itself. Whether a rule
//! compiles is `vauban-sigma`'s to say.

mod divide;
mod read;

pub(super) use read::Sigma;
pub(crate) use read::tests;
