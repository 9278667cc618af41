//! TAXII 2.1 over HTTP: the crate `vauban-taxii` reads and writes, the store finds.

mod calls;
mod door;
mod pages;
mod received;
mod write;

pub(super) use door::answer;
pub use received::Received;
