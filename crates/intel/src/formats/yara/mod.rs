//! YARA files, split into single rules by their text alone, so that one bad rule costs itself. Whether a rule compiles is
//! `vauban-yara`'s to say.

mod read;
mod scan;
mod split;

pub(super) use read::Yara;
pub(crate) use split::{pieces, split};
