//! What a hub says it has: its streams, and the manifests after the one that is known. Nothing of it is believed but what is signed.

use std::io::{BufRead, BufReader, Read};

use data_encoding::BASE64;
use serde::Deserialize;
use vauban_release::{Digest, LONGEST_MANIFEST, Number, SignedManifest, StreamId};

use super::StreamError;
use crate::{
    Door, DoorError,
    door::{read_all, success},
};

/// The longest list of streams, in bytes.
const LONGEST_LIST: u64 = 1 << 20;
/// The most streams of one party.
const MOST_STREAMS: usize = 256;
/// The longest line of manifests: both in base64, with what stands around them.
const LONGEST_LINE: u64 = (LONGEST_MANIFEST as u64 + 1024) / 3 * 4 + 256;
/// The most manifests that are looked at in one update.
const MOST_MANIFESTS: usize = 4096;
/// The longest title and description that are shown, in signs.
const LONGEST_TEXT: usize = 1000;

/// A stream, as the hub lists it.
#[derive(Clone, Debug, Deserialize)]
pub struct Listed {
    /// Which stream.
    pub id: StreamId,
    /// What it is called, without control characters.
    #[serde(default)]
    pub title: String,
    /// What it holds, without control characters.
    #[serde(default)]
    pub description: String,
    /// The number of the last release; none while nothing was released.
    pub number: Option<Number>,
    /// The digest of its manifest.
    pub digest: Option<Digest>,
}

pub(crate) fn read_streams(door: &dyn Door) -> Result<Vec<Listed>, DoorError> {
    parse_streams(&read_all(success(door.get("/hub/v1/streams", None)?)?, LONGEST_LIST)?)
}

/// The list of streams in an answer of a hub.
///
/// # Errors
/// [`DoorError::Form`] for what is no such list, and for one of more than 256 streams.
pub fn parse_streams(bytes: &[u8]) -> Result<Vec<Listed>, DoorError> {
    let mut listed: Vec<Listed> =
        serde_json::from_slice(bytes).map_err(|error| DoorError::Form(format!("the list of streams: {error}")))?;
    if listed.len() > MOST_STREAMS {
        return Err(DoorError::Form(format!("more than {MOST_STREAMS} streams")));
    }
    for stream in &mut listed {
        stream.title = shown(&stream.title);
        stream.description = shown(&stream.description);
    }
    Ok(listed)
}

/// Nothing that a hub says moves a terminal's cursor.
fn shown(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(LONGEST_TEXT).collect()
}

#[derive(Deserialize)]
struct Line {
    manifest: String,
    signature: String,
}

/// The signed manifests after a number, in the order in which the hub gives them, up to the one that it listed.
pub(super) fn read_manifests(
    door: &dyn Door,
    stream: StreamId,
    after: u64,
    up_to: Number,
) -> Result<Vec<SignedManifest>, StreamError> {
    let mut manifests: Vec<SignedManifest> = Vec::new();
    loop {
        let last = manifests.last().map_or(after, |signed| signed.manifest().number.get());
        if last >= up_to.get() {
            return Ok(manifests);
        }
        let reply = success(door.get(&format!("/hub/v1/streams/{stream}/manifests?after={last}"), None)?)?;
        let page = parse_manifests(reply.body, last, MOST_MANIFESTS.saturating_sub(manifests.len()))?;
        if page.is_empty() {
            return Err(DoorError::Form(format!("there is no manifest after {last}")).into());
        }
        manifests.extend(page);
    }
}

/// The signed manifests in an answer of a hub: after a number, rising, so many at the most.
///
/// # Errors
/// [`StreamError::Door`] for what is no such list, [`StreamError::Body`] for a line that is no signed manifest.
pub fn parse_manifests(body: impl Read, mut last: u64, most: usize) -> Result<Vec<SignedManifest>, StreamError> {
    let (mut reader, mut line, mut manifests) = (BufReader::new(body), Vec::new(), Vec::new());
    loop {
        line.clear();
        let read = reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line);
        if read.map_err(|error| DoorError::Failed(error.to_string()))? == 0 {
            return Ok(manifests);
        }
        if line.last() != Some(&b'\n') && line.len() as u64 >= LONGEST_LINE {
            return Err(DoorError::Long(LONGEST_LINE).into());
        }
        let signed = read_line(&line)?;
        let number = signed.manifest().number.get();
        if number <= last || manifests.len() >= most {
            return Err(DoorError::Form("manifests that do not rise, or too many".to_owned()).into());
        }
        last = number;
        manifests.push(signed);
    }
}

fn read_line(line: &[u8]) -> Result<SignedManifest, StreamError> {
    let bad = |what: String| DoorError::Form(format!("a line of manifests: {what}"));
    let line: Line = serde_json::from_slice(line).map_err(|error| bad(error.to_string()))?;
    let decode = |text: &str| BASE64.decode(text.as_bytes()).map_err(|error| bad(error.to_string()));
    Ok(SignedManifest::read(&decode(&line.manifest)?, &decode(&line.signature)?)?)
}
