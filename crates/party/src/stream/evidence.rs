//! What proves that a hub told two stories: both manifests with their signatures, kept until a person looked.

use std::path::{Path, PathBuf};

use vauban_release::{ChainError, MANIFEST_FILE, SIGNATURE_FILE, SignedManifest, Time, Words};

use super::{Current, StreamError};
use crate::files;

const STOPPED: &str = "stopped.json";

pub(super) fn folder(stream: &Path) -> PathBuf {
    stream.join("evidence")
}

/// Why the stream was stopped.
pub(super) fn stopped(stream: &Path) -> Result<Option<Words>, StreamError> {
    let Some(bytes) = files::read(&stream.join(STOPPED))? else { return Ok(None) };
    // Whatever the file says, its being there stops the stream.
    let unknown = || Words::new("La raison n'est plus lisible.", "The reason cannot be read any more.");
    Ok(Some(serde_json::from_slice(&bytes).unwrap_or_else(|_| unknown())))
}

/// Keeps both sides, and stops the stream. The evidence is written first.
pub(super) fn keep(
    stream: &Path,
    ours: Option<&Current>,
    theirs: &SignedManifest,
    error: &ChainError,
) -> Result<(), StreamError> {
    keep_both(stream, ours.map(Current::signed), theirs, &error.words(), &error.to_string())
}

pub(super) fn keep_both(
    stream: &Path,
    ours: Option<&SignedManifest>,
    theirs: &SignedManifest,
    words: &Words,
    error: &str,
) -> Result<(), StreamError> {
    let digest = theirs.digest().to_string();
    let number = theirs.manifest().number;
    let place = folder(stream).join(format!("{number}-{}", digest.get(..16).unwrap_or_default()));
    let why = format!("{error}\n{}\n{}\n", words.fr, words.en);
    for (side, signed) in [("ours", ours), ("theirs", Some(theirs))] {
        let Some(signed) = signed else { continue };
        let write = |name: &str, bytes: &[u8]| vauban_intel::whole::write(&place.join(side).join(name), bytes);
        write(SIGNATURE_FILE, signed.signature().to_string().as_bytes())?;
        write(MANIFEST_FILE, signed.bytes())?;
    }
    vauban_intel::whole::write(&place.join("why.txt"), why.as_bytes())?;
    let words = serde_json::to_vec(words).map_err(|_| StreamError::Damaged)?;
    Ok(vauban_intel::whole::write(&stream.join(STOPPED), &words)?)
}

/// Lets the stream go on. Who decided it, and when, stays beside the evidence.
pub(super) fn resume(stream: &Path, who: &str, now: Time) -> Result<(), StreamError> {
    let path = folder(stream).join("resumed.txt");
    let mut text = files::read(&path)?.unwrap_or_default();
    let who: String = who.chars().filter(|character| !character.is_control()).collect();
    text.extend_from_slice(format!("{now} {who}\n").as_bytes());
    vauban_intel::whole::write(&path, &text)?;
    match std::fs::remove_file(stream.join(STOPPED)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}
