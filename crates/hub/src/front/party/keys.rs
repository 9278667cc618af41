//! The log of the blind tier's keys, the same for everybody.

use std::sync::Arc;

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use vauban_release::{BlindKey, KeyLog};

use super::Party;
use crate::{
    front::{Front, answered::private, problem::Problem},
    store::{Epoch, KeyEntry, Sequence},
};

/// More than a log holds.
const MOST: u64 = 4_096;

/// An entry as the front keeps it: the 32 bytes of the key, beside its epoch.
#[must_use]
pub fn key_entry(sequence: Sequence, epoch: vauban_release::Epoch, key: BlindKey, at: Timestamp) -> KeyEntry {
    KeyEntry { sequence, epoch: Epoch(epoch.get()), entry: key.bytes().to_vec(), at }
}

pub(in crate::front) async fn keys(State(front): State<Arc<Front>>, _: Party) -> Result<Response, Problem> {
    let mut log: Option<KeyLog> = None;
    for entry in front.store.keys(Sequence(0), MOST).await? {
        let (epoch, key) = read(&entry).ok_or(Problem::Internal)?;
        match &mut log {
            Some(log) => log.append(epoch, key).map_err(|_| Problem::Internal)?,
            None => log = Some(KeyLog::new(front.settings.hub, epoch, key)),
        }
    }
    let text = log.ok_or(Problem::NoKeys)?.to_string();
    Ok(private(([(header::CONTENT_TYPE, "text/plain;charset=utf-8")], text).into_response()))
}

fn read(entry: &KeyEntry) -> Option<(vauban_release::Epoch, BlindKey)> {
    let key = <[u8; 32]>::try_from(entry.entry.as_slice()).ok()?;
    Some((vauban_release::Epoch::new(entry.epoch.0).ok()?, BlindKey::new(key)))
}
