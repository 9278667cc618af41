//! Walking archives: each member's path and bytes, in order, within the budget.
//!
//! A damaged archive gives what it still holds. Nothing here recurses, writes to disk, follows a link or tries a
//! password; a member's path is text and nothing else, however many `../` it holds.

mod cab;
mod cab_folder;
mod fields;
mod iso;
mod iso_tree;
mod member;
mod seven_zip;
mod tar;
mod zip;
mod zip_local;

pub use cab::cab;
pub use iso::iso;
pub use member::{Member, Visit};
pub use seven_zip::seven_zip;
pub use tar::tar;
pub use zip::zip;
