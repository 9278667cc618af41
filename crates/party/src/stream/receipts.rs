//! Receipts: signed before the release counts as accepted, sent after it, again and again until the hub has them, then kept with what
//! the hub signed in return.

use std::path::{Path, PathBuf};

use vauban_release::{Countersignature, Number, PublicKey, SignedReceipt};

use super::{Current, StreamError};
use crate::{
    Door, DoorError,
    door::{read_all, success},
    files,
};

/// The file in the folder of a release.
pub(super) const FILE: &str = "receipt.txt";
/// For how many receipts the hub is asked at a time what it signed in return.
const MOST_ASKED: usize = 4;
/// The longest answer to a receipt, in bytes.
const LONGEST: u64 = 4096;

fn folder(stream: &Path) -> PathBuf {
    stream.join("receipts")
}

fn unsent(number: Number) -> String {
    format!("{number:0>16}.unsent")
}

/// Puts the receipt of the current release among those that are to be sent, unless it is there or was sent.
pub(super) fn keep(stream: &Path, current: &Current) -> Result<(), StreamError> {
    let number = current.signed().manifest().number;
    let folder = folder(stream);
    let is_there = |name: String| folder.join(name).exists();
    if is_there(unsent(number)) || is_there(format!("{number:0>16}.txt")) {
        return Ok(());
    }
    let release = current.name().map(|name| stream.join(super::current::RELEASES).join(name));
    let text = release.map(|release| files::read(&release.join(FILE))).transpose()?.flatten();
    let text = text.ok_or(StreamError::Damaged)?;
    Ok(vauban_intel::whole::write(&folder.join(unsent(number)), &text)?)
}

/// Sends what was not sent yet, oldest first. Returns how many still wait; the first error ends the attempt, and is no reason to stop anything.
pub(super) fn send(
    stream: &Path,
    id: vauban_release::StreamId,
    door: &dyn Door,
    hub: Option<&PublicKey>,
) -> Result<(usize, Option<DoorError>), StreamError> {
    let names = files::names(&folder(stream))?;
    let waiting: Vec<&String> = names.iter().filter(|name| name.ends_with(".unsent")).collect();
    for (at, name) in waiting.iter().enumerate() {
        let path = folder(stream).join(name);
        let text = std::fs::read(&path)?;
        let receipt = std::str::from_utf8(&text).ok().and_then(|text| SignedReceipt::from_text(text).ok());
        let receipt = receipt.ok_or(StreamError::Damaged)?;
        let place = format!("/hub/v1/streams/{id}/releases/{}/receipt", receipt.receipt().number);
        let answer = door.put(&place, &text).and_then(success).and_then(|reply| read_all(reply, LONGEST));
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return Ok((waiting.len() - at, Some(error))),
        };
        let sent = path.with_extension("txt");
        if is_seen(&answer, &receipt, hub) {
            vauban_intel::whole::write(&path.with_extension("seen"), &answer)?;
        }
        std::fs::rename(&path, &sent)?;
    }
    Ok((0, None))
}

/// Asks for what the hub signed in return for receipts that it has, the newest first. That it has not signed yet is no error.
pub(super) fn fetch_seen(
    stream: &Path,
    id: vauban_release::StreamId,
    door: &dyn Door,
    hub: Option<&PublicKey>,
) -> Result<(), StreamError> {
    let names = files::names(&folder(stream))?;
    let unseen = |name: &&String| {
        let stem = name.strip_suffix(".txt");
        stem.is_some_and(|stem| !names.contains(&format!("{stem}.seen")))
    };
    for name in names.iter().rev().filter(unseen).take(MOST_ASKED) {
        let path = folder(stream).join(name);
        let text = std::fs::read_to_string(&path)?;
        let receipt = SignedReceipt::from_text(&text).map_err(|_| StreamError::Damaged)?;
        let place = format!("/hub/v1/streams/{id}/releases/{}/receipt/seen", receipt.receipt().number);
        let answer = door.get(&place, None).and_then(success).and_then(|reply| read_all(reply, LONGEST));
        match answer {
            Ok(answer) if is_seen(&answer, &receipt, hub) => {
                vauban_intel::whole::write(&path.with_extension("seen"), &answer)?;
            }
            Ok(_) | Err(DoorError::Refused(_)) => {}
            Err(_) => break,
        }
    }
    Ok(())
}

/// Whether the hub signed that it has the receipt. One that does not has only said so.
fn is_seen(answer: &[u8], receipt: &SignedReceipt, hub: Option<&PublicKey>) -> bool {
    let text = std::str::from_utf8(answer).ok();
    let seen = text.and_then(|text| Countersignature::from_text(text).ok());
    seen.zip(hub).is_some_and(|(seen, hub)| seen.verify(hub, receipt).is_ok())
}
