//! A sighting that a person sends back: the exact bytes are shown first, and only what was consented to leaves.
//!
//! What is sent names the label's random id, not what was seen; whatever more the note says, the person wrote.

use std::path::PathBuf;

use jiff::Timestamp;
use vauban_release::{Digest, SignedSighting, StreamId, Told, Words};

use crate::{
    Door, DoorError, Hit, Party,
    door::{read_all, success},
    files,
};

const FOLDER: &str = "sightings";
const SIGHTING: &str = "sighting.txt";
const RECEIPT: &str = "receipt.txt";
/// The longest answer, in bytes.
const LONGEST_ANSWER: u64 = 4096;

/// Why a sighting cannot be shown or sent.
#[derive(Debug, thiserror::Error)]
pub enum SightingError {
    /// What a person said.
    #[error(transparent)]
    Said(#[from] vauban_release::SightingError),
    /// The stream is not here.
    #[error("the stream of this hit is not here any more")]
    Stream,
    /// Nothing was shown under this digest.
    #[error("no sighting of this digest was shown here")]
    Unknown,
    /// The hub did not take it. It was not sent, or may have been; it can be sent again.
    #[error(transparent)]
    Door(#[from] DoorError),
    /// The disk.
    #[error("the state directory: {0}")]
    Io(#[from] std::io::Error),
}

impl SightingError {
    /// What a person reads, and what to do next.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::Said(error) => error.words(),
            Self::Stream => Words::new(
                "Ce flux n'est plus reçu ici. Appelez l'agence.",
                "This stream is not received here any more. Call the agency.",
            ),
            Self::Unknown => Words::new(
                "Aucun signalement de ce nom n'a été montré ici.",
                "No sighting of this name was shown here.",
            ),
            Self::Door(error) => error.words(),
            Self::Io(_) => Words::new(
                "Impossible d'écrire sur le disque : rien n'a été envoyé.",
                "The disk cannot be written to, and nothing was sent.",
            ),
        }
    }
}

/// A sighting as it would be sent, to be shown to whoever decides. It was not sent.
#[derive(Clone, Debug)]
pub struct Preview {
    stream: StreamId,
    text: String,
}

impl Preview {
    /// Makes the bytes: one line of JSON that names the label's id, and this party's signature over it.
    ///
    /// # Errors
    /// See [`SightingError`].
    pub fn new(party: &Party, hit: &Hit, by: &str, note: &str, now: Timestamp) -> Result<Self, SightingError> {
        let hub = party.hub().ok_or(SightingError::Stream)?;
        let told = Told { hub, stream: hit.stream, label: &hit.label.id.to_string(), by, note };
        let signed = SignedSighting::sign(&told, party.membership().key(), now.into())?;
        Ok(Self { stream: hit.stream, text: signed.to_text() })
    }

    /// The digest by which it is named when somebody consents.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self.bytes())
    }

    /// Keeps it here, so that somebody can look at it and consent later. Nothing is sent.
    ///
    /// # Errors
    /// [`SightingError::Io`].
    pub fn keep(&self, party: &Party) -> Result<(), SightingError> {
        let place = party.folder().join(FOLDER).join(self.digest().to_string());
        Ok(vauban_intel::whole::write(&place.join(SIGHTING), self.bytes())?)
    }

    /// What was kept under a digest, byte for byte.
    ///
    /// # Errors
    /// [`SightingError::Unknown`] when nothing is kept there, or it was changed since.
    pub fn kept(party: &Party, digest: Digest) -> Result<Self, SightingError> {
        let place = party.folder().join(FOLDER).join(digest.to_string());
        let bytes = files::read(&place.join(SIGHTING))?.filter(|bytes| Digest::of(bytes) == digest);
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(SightingError::Unknown)?;
        let stream = SignedSighting::from_text(&text)?.sighting().stream;
        Ok(Self { stream, text })
    }

    /// Exactly what would be sent.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// A person saw the bytes and agrees that they leave. There is no other way to what can be sent.
    #[must_use]
    pub fn consent(self) -> Consent {
        Consent { preview: self }
    }
}

/// The sightings that were shown here and not sent yet, by their digest, each with its bytes.
///
/// # Errors
/// When they cannot be read.
pub fn shown(party: &Party) -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let folder = party.folder().join(FOLDER);
    let mut waiting = Vec::new();
    for name in files::names(&folder)? {
        let place = folder.join(&name);
        if let Some(bytes) = files::read(&place.join(SIGHTING))?.filter(|_| !place.join(RECEIPT).exists()) {
            waiting.push((name, bytes));
        }
    }
    Ok(waiting)
}

/// What a person agreed to.
#[derive(Debug)]
pub struct Consent {
    preview: Preview,
}

impl Consent {
    /// Sends it, and keeps it with the hub's answer as the receipt. Returns where. It is kept before it is sent, as unsent.
    ///
    /// # Errors
    /// [`SightingError::Door`]: it may be sent again; the same bytes are the same sighting.
    pub fn send(&self, door: &dyn Door, party: &Party) -> Result<PathBuf, SightingError> {
        let bytes = self.preview.bytes();
        self.preview.keep(party)?;
        let place = party.folder().join(FOLDER).join(self.preview.digest().to_string());
        let path = format!("/hub/v1/streams/{}/sightings", self.preview.stream);
        let reply = success(door.post(&path, bytes)?)?;
        let answer = read_all(reply, LONGEST_ANSWER)?;
        let receipt = place.join(RECEIPT);
        vauban_intel::whole::write(&receipt, &answer)?;
        Ok(receipt)
    }
}
