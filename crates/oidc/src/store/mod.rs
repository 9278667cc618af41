//! The file: how it is opened and changed. What is in it is the other modules' business.

mod open;
mod time;

pub(crate) use open::Store;
pub(crate) use time::{after, before, millis, moment};
