//! The file: how it is opened, read and changed. What is in it is the other modules' business.

mod change;
mod open;
mod time;

pub(crate) use change::Change;
pub(crate) use open::Lasting;
pub use open::People;
pub(crate) use time::{SLACK, after, earlier, millis, moment};
