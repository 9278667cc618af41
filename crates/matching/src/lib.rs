//! Deciding whether an observable is one of the indicators: canonical forms, the indicator set, STIX patterning.
//!
//! Pure: no files but the one memory map, no sockets, no clock. What "the same" means lives here, once.

pub mod canonical;
pub mod pattern;
pub mod set;
