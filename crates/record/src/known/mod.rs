//! What earlier sweeps know: which files were what, what was found in each content, and every observable in it.
//!
//! A cache beside the record, not evidence: it has no hash chain, old parts of it are dropped, and whoever deletes it
//! loses time, never findings. A content is known under the *knowledge* it was examined with (indicators, rules,
//! limits, program); the same bytes examined with other knowledge are another matter.

mod history;
mod knowledge;
mod retention;
mod segment;
mod store;
mod values;

pub use history::{Observation, Place};
pub use store::KnownStore;
pub use values::{Content, Former, KnownFile, NewContent, Retention, Stat};
