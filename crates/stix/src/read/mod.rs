//! From bytes to objects: bounded in everything, and one object at a time.

mod document;
mod entry;
mod limits;
mod metered;
mod stream;
mod value;

pub use document::{Document, read_all};
pub use entry::{Entry, Envelope, ReadError, Refusal, Refused};
pub use limits::Limits;
pub use stream::{read, read_from};
