//! What was asked of the filter of names, where the policy wants it kept: a list with an end, not evidence. Compartments that
//! keep nothing never come here.

mod store;
mod values;

pub use store::Names;
pub use values::{AskedName, AskedNames, Looked};
