//! The formats of indicator documents: one folder for each, and one line in [`FORMATS`].

mod csv;
mod format;
mod hosts;
mod list;
mod misp;
mod report;
mod rpz;
mod sigma;
mod stix;
mod yara;

pub use format::{FORMATS, Format, read_document};
pub(crate) use sigma::tests as sigma_tests;
pub(crate) use stix::plain_alternatives;
pub(crate) use yara::pieces as yara_pieces;
