//! Windows event logs.

mod event;
mod read;

pub(super) use read::Evtx;
