//! Suricata's event log.

mod read;

pub(super) use read::Suricata;
