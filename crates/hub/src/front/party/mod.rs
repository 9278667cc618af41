//! The hub's own API: what a party's program asks of it.

mod asker;
mod blind;
mod counts;
mod joining;
mod keys;
mod pieces;
mod receipts;
mod releases;
mod sightings;
mod streams;

pub(super) use asker::{Party, challenge, hash, stream_id};
pub(super) use blind::blind;
pub(super) use counts::give_counts;
pub(super) use joining::join;
pub use keys::key_entry;
pub(super) use keys::keys;
pub(super) use receipts::{countersigned, give_receipt, receipt};
pub(super) use releases::{is_known, release, with_tag};
pub(super) use sightings::{give_sighting, sighting};
pub(super) use streams::{manifests, streams};
