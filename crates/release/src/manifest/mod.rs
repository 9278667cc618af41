//! The manifest: one line of JSON that says everything about a release, and is what gets signed.
//!
//! A manifest has one spelling: fixed order of fields, no spaces, no floats, no field more or less. What is read is written again and
//! must be the same bytes. An unknown field is refused, not skipped: a later version may use one to narrow what a release means,
//! and whoever skipped it would take more than was given. New fields come with a new number in `"vauban":"release/1"`.

mod check;
mod history;
mod part;
mod shape;
mod signed;

pub use check::{Flaw, LONGEST_ADVICE, MOST_BATCH, MOST_CHANGES, MOST_SLOTS};
pub use history::write_history;
pub use part::{LARGEST_RELEASE, Part, PartMeasure, PartName};
pub use shape::{Blind, Content, Manifest};
pub(crate) use signed::read as read_manifest;
pub use signed::{LONGEST_MANIFEST, ManifestError, SignedManifest};
