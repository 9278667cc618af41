//! One file per rule.

pub(super) mod attributes;
pub(super) mod forgotten;
pub(super) mod formats;
pub(super) mod imports;
pub(super) mod length;
pub(super) mod machine;
pub(super) mod mod_files;
pub(super) mod module_docs;
pub(super) mod names;
pub(super) mod no_guarantee;
