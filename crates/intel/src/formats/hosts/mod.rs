//! Hosts files that send bad names nowhere: `0.0.0.0 evil.example`.

mod read;

pub(super) use read::Hosts;
