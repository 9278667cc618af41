//! Windows event logs.

mod event;
mod read;

pub(super) use event::Event;
pub(super) use read::Evtx;
