//! Reading one list: its bytes become text, its lines entries, and whatever is no entry is counted with its reason.

mod decode;
mod read;
mod refusal;
mod report;
mod rows;
mod trouble;

pub use read::inspect;
pub(crate) use read::read;
pub use refusal::Refusal;
pub use report::{Report, Shown, Told};
pub(crate) use rows::{Rows, Target};
pub(crate) use trouble::Trouble;
