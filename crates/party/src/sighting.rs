//! A sighting that a person sends back: the exact bytes are shown first, and only what was consented to leaves.
//!
//! What is sent names the label's random id, not what was seen; whatever more the note says, the person wrote.

use std::path::PathBuf;

use jiff::Timestamp;
use vauban_release::{Digest, SignedSighting, StreamId, Told, Words};

use crate::{
    Door, DoorError, Hit, Party,
    door::{read_all, success},
};

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
        let place = party.folder().join("sightings").join(Digest::of(bytes).to_string());
        vauban_intel::whole::write(&place.join("sighting.txt"), bytes)?;
        let path = format!("/hub/v1/streams/{}/sightings", self.preview.stream);
        let reply = success(door.post(&path, bytes)?)?;
        let answer = read_all(reply, LONGEST_ANSWER)?;
        let receipt = place.join("receipt.txt");
        vauban_intel::whole::write(&receipt, &answer)?;
        Ok(receipt)
    }
}
