//! DNS messages taken apart and written, records as bytes: what nobody needs to understand stays as it came.

mod message;
mod name;
mod numbers;
mod rdata;
mod write;

pub(crate) use message::{Malformed, Message, Record};
pub use name::Name;
pub(crate) use numbers::{IN, flag, kind, rcode};
pub(crate) use rdata::{canonical, end_of_names, first_name};
pub(crate) use write::write;
