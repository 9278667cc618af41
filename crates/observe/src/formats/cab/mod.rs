//! Microsoft cabinets.

mod read;

pub(crate) use read::Cab;
