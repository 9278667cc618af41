//! Response policy zones: the names and addresses that a DNS resolver is told to block.
//!
//! Allow entries (`rpz-passthru.`) are no indicators. Name-server triggers are not looked for in evidence.

mod read;

pub(super) use read::Rpz;
