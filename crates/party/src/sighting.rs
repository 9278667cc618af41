//! A sighting that a person sends back: the exact bytes are shown first, and only what was consented to leaves.
//!
//! What is sent names the label's random id, not what was seen; whatever more the note says, the person wrote.

use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vauban_release::{Digest, HubId, Signature, StreamId, Time, Words};

use crate::{
    Door, DoorError, Hit, Party,
    door::{read_all, success},
};

const FORMAT: &str = "sighting/1";
/// The longest note and name, in bytes.
const LONGEST: usize = 2000;
/// The longest answer, in bytes.
const LONGEST_ANSWER: u64 = 4096;

/// Why a sighting cannot be shown or sent.
#[derive(Debug, thiserror::Error)]
pub enum SightingError {
    /// A note or a name that is too long, or has control characters.
    #[error("a note and a name are text of at most {LONGEST} bytes")]
    Text,
    /// Nobody consents.
    #[error("a sighting needs the name of who consents")]
    Nobody,
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
            Self::Text => Words::new(
                "La note est trop longue ou contient des caractères de contrôle. Raccourcissez-la.",
                "The note is too long, or has control characters. Shorten it.",
            ),
            Self::Nobody => Words::new(
                "Indiquez le nom de la personne qui donne son accord.",
                "Give the name of the person who consents.",
            ),
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

/// What is signed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sighting {
    vauban: String,
    hub: HubId,
    stream: StreamId,
    label: String,
    party: Digest,
    time: Time,
    by: String,
    note: String,
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
        if by.trim().is_empty() {
            return Err(SightingError::Nobody);
        }
        let is_text = |text: &str| text.len() <= LONGEST && !text.chars().any(|sign| sign.is_control() && sign != '\n');
        if !is_text(by) || !is_text(note) {
            return Err(SightingError::Text);
        }
        let sighting = Sighting {
            vauban: FORMAT.to_owned(),
            hub: party.hub().ok_or(SightingError::Stream)?,
            stream: hit.stream,
            label: hit.label.id.to_string(),
            party: party.membership().fingerprint(),
            time: now.into(),
            by: by.to_owned(),
            note: note.to_owned(),
        };
        let line = serde_json::to_string(&sighting).map_err(|_| SightingError::Text)? + "\n";
        let comment = format!("sighting for stream {}", hit.stream).parse().map_err(|_| SightingError::Text)?;
        let signature: Signature = party.membership().key().sign(line.as_bytes(), comment);
        Ok(Self { stream: hit.stream, text: format!("{line}{signature}") })
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
