//! From bytes to objects: bounded in everything, and one object at a time.

mod document;
mod limits;
mod metered;
mod stream;
mod value;

pub use document::{Document, read_all};
pub use limits::Limits;
pub use stream::{Entry, Envelope, ReadError, Refusal, Refused, read, read_from};
