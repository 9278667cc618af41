//! The rooms, one file each.

pub(crate) mod exception;
pub(crate) mod lists;
pub(crate) mod live;
pub(crate) mod mail;
pub(crate) mod names;
pub(crate) mod overview;
pub(crate) mod policy;
pub(crate) mod quarantine;
pub(crate) mod reports;
pub(crate) mod sightings;
