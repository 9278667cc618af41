//! Zeek's logs.

mod read;

pub(super) use read::Zeek;
