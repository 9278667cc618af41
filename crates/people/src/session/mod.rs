//! Sessions: how they begin, who holds one, how they end.

mod begin;
mod bind;
mod end;
mod read;
mod values;

pub(crate) use begin::Opened;
pub(crate) use read::who;
pub use values::{Began, Binding, Bound, Session, Started, Visit, Who};
