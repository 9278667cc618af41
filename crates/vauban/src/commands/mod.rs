//! The subcommands, one file each.

pub(crate) mod intel;
pub(crate) mod pattern;
pub(crate) mod record;
pub(crate) mod show;
pub(crate) mod sweep;
pub(crate) mod worker;
