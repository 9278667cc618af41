//! Ways past the filter.

mod addresses;
mod names;
mod odd;
mod time;
mod way;

pub(crate) use way::{Sort, Way, all};
