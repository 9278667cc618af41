//! What people and programs read: terminal, JSON lines, HTML, STIX.
//!
//! Takes findings and makes text; prints nothing itself, reads no clock and follows no link. Everything that comes
//! from evidence is hostile: it is escaped here, in every format.

mod advice;
mod findings;
pub mod html;
pub mod jsonl;
mod progress;
mod steps;
pub mod stix;
mod story;
mod techniques;
pub mod terminal;
#[cfg(test)]
mod testing;
mod words;

pub use advice::advice;
pub use findings::{Findings, SweepInfo};
pub use progress::progress_line;
pub use story::{Circumstances, story};
pub use techniques::technique_name;
pub use words::{defanged, exposure, severity};
