//! What happened: numbered without gaps, in words of both languages, without secrets.

mod kind;
mod store;
mod values;
mod words;

pub use kind::{EventKind, Told};
pub(crate) use values::NewEvent;
pub use values::{By, Event, Named};
