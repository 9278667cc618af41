//! The rooms, one file each.

pub(crate) mod mail;
pub(crate) mod overview;
pub(crate) mod quarantine;
pub(crate) mod reports;
pub(crate) mod sightings;
