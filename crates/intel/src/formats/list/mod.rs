//! Plain lists: one value a line, bare or in the form of `sha256sum`, with comments.

mod read;

pub(super) use read::List;
