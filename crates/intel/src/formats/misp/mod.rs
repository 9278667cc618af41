//! MISP events, attributes and objects in JSON, alone or wrapped in `response`. A feed's folder is read file by file.
//!
//! `to_ids` is honoured where the publisher uses it: if any attribute of an event has it on, those that have it off are
//! set aside as context. Some publishers never set it; then every attribute counts.

mod attribute;
mod event;
mod tags;

pub(super) use event::Misp;
