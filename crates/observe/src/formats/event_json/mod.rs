//! Windows events that other programs wrote as JSON.

mod read;

pub(super) use read::EventJson;
