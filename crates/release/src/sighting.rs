//! A sighting that a party sends back: a line that names a label by its random id, and says what a person chose to say.

use serde::{Deserialize, Serialize};

use crate::{
    Digest, HubId, Moment, StreamId, Time, Words,
    line::{LineError, read, write},
    signing::{NotSigned, PublicKey, Signature, SigningKey},
};

const FORMAT: &str = "sighting/1";
/// The longest note and name, in bytes.
const LONGEST: usize = 2000;

/// Why a sighting is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SightingError {
    /// Not such a text in its one spelling.
    #[error("not a sighting: {0}")]
    Line(#[from] LineError),
    /// A note or a name that is too long, or has control characters.
    #[error("a note and a name are text of at most {LONGEST} bytes")]
    Text,
    /// Nobody consents.
    #[error("a sighting needs the name of who consents")]
    Nobody,
    /// Of another stream, or another hub.
    #[error("the sighting is of another stream")]
    OtherStream,
    /// Another party's.
    #[error("the sighting is another party's")]
    OtherParty,
    /// Dated in the future.
    #[error("the sighting is dated {0}, when it cannot have been signed")]
    Time(Time),
    /// Signed by another key, or changed.
    #[error("the sighting: {0}")]
    NotSigned(#[from] NotSigned),
}

impl SightingError {
    /// What a person reads, and what to do next.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::Line(_) => Words::new("Ce n'est pas un signalement.", "This is not a sighting."),
            Self::Text => Words::new(
                "La note est trop longue ou contient des caractères de contrôle. Raccourcissez-la.",
                "The note is too long, or has control characters. Shorten it.",
            ),
            Self::Nobody => Words::new(
                "Indiquez le nom de la personne qui donne son accord.",
                "Give the name of the person who consents.",
            ),
            Self::OtherStream => {
                Words::new("Ce signalement concerne un autre flux.", "This sighting is of another stream.")
            }
            Self::OtherParty => {
                Words::new("Ce signalement vient d'un autre destinataire.", "This sighting is another recipient's.")
            }
            Self::Time(time) => Words::new(
                format!("Ce signalement est daté du {time}, ce qui est impossible. Vérifiez les horloges."),
                format!("This sighting is dated {time}, which cannot be. Check the clocks."),
            ),
            Self::NotSigned(_) => {
                Words::new("La signature de ce signalement est fausse.", "The signature of this sighting is wrong.")
            }
        }
    }
}

/// What is said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sighting {
    vauban: String,
    /// At which hub.
    pub hub: HubId,
    /// In which stream the label was.
    pub stream: StreamId,
    /// The label's id, 32 digits of hexadecimal: random to everybody but the desk.
    pub label: String,
    /// The fingerprint of the party's key.
    pub party: Digest,
    /// When it was signed.
    pub time: Time,
    /// Who consented.
    pub by: String,
    /// What they say of it.
    pub note: String,
}

/// What a person says of a label that was met.
#[derive(Clone, Copy, Debug)]
pub struct Told<'t> {
    /// At which hub.
    pub hub: HubId,
    /// In which stream.
    pub stream: StreamId,
    /// The label's id.
    pub label: &'t str,
    /// Who consents.
    pub by: &'t str,
    /// What they say of it.
    pub note: &'t str,
}

impl Sighting {
    fn check(&self) -> Result<(), SightingError> {
        if self.by.trim().is_empty() {
            return Err(SightingError::Nobody);
        }
        let is_text = |text: &str| text.len() <= LONGEST && !text.chars().any(|sign| sign.is_control() && sign != '\n');
        if is_text(&self.by) && is_text(&self.note) { Ok(()) } else { Err(SightingError::Text) }
    }
}

/// A sighting and its party's signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedSighting {
    sighting: Sighting,
    line: String,
    signature: Signature,
}

impl SignedSighting {
    /// Signs it.
    ///
    /// # Errors
    /// [`SightingError::Nobody`] or [`SightingError::Text`].
    pub fn sign(told: &Told<'_>, party: &SigningKey, time: Time) -> Result<Self, SightingError> {
        let sighting = Sighting {
            vauban: FORMAT.to_owned(),
            hub: told.hub,
            stream: told.stream,
            label: told.label.to_owned(),
            party: party.public().fingerprint(),
            time,
            by: told.by.to_owned(),
            note: told.note.to_owned(),
        };
        sighting.check()?;
        let line = write(&sighting)?;
        let comment = format!("sighting for stream {}", sighting.stream).parse().map_err(LineError::Form)?;
        let signature = party.sign(line.as_bytes(), comment);
        Ok(Self { sighting, line, signature })
    }

    /// What it says. Believe it only after [`Self::verify`].
    #[must_use]
    pub const fn sighting(&self) -> &Sighting {
        &self.sighting
    }

    /// Who signed it, and under which name of the key. Believe it only after [`Self::verify`].
    #[must_use]
    pub const fn signature(&self) -> &Signature {
        &self.signature
    }

    /// The text: the line, then the four lines of its signature.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{}{}", self.line, self.signature)
    }

    /// Reads the text.
    ///
    /// # Errors
    /// What is wrong with its form; the signature is checked by [`Self::verify`].
    pub fn from_text(text: &str) -> Result<Self, SightingError> {
        let (line, sighting, signature) = read::<Sighting>(text)?;
        if sighting.vauban != FORMAT {
            return Err(LineError::Shape.into());
        }
        sighting.check()?;
        Ok(Self { sighting, line, signature })
    }

    /// Checks that this party signed it for this stream of this hub, at a time when it could.
    ///
    /// # Errors
    /// See [`SightingError`].
    pub fn verify(&self, party: &PublicKey, hub: HubId, stream: StreamId, moment: Moment) -> Result<(), SightingError> {
        if self.sighting.party != party.fingerprint() {
            return Err(SightingError::OtherParty);
        }
        party.verify(self.line.as_bytes(), &self.signature)?;
        if (self.sighting.hub, self.sighting.stream) != (hub, stream) {
            return Err(SightingError::OtherStream);
        }
        let time = self.sighting.time;
        if moment.is_before(time) { Err(SightingError::Time(time)) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use zeroize::Zeroizing;

    use super::*;

    const NOON: &str = "2026-11-26T12:00:00Z";

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_seed(&Zeroizing::new([seed; 32]), [seed; 8])
    }

    fn stream(number: u128) -> StreamId {
        StreamId::new(Uuid::from_u128(number))
    }

    fn hub() -> HubId {
        HubId::new(Uuid::from_u128(7))
    }

    fn made(note: &str) -> Result<SignedSighting, SightingError> {
        let told = Told { hub: hub(), stream: stream(1), label: &"00".repeat(16), by: "A. Martin", note };
        SignedSighting::sign(&told, &key(1), NOON.parse().unwrap())
    }

    #[test]
    fn it_is_for_one_stream_by_one_party() {
        let text = made("On a laptop.\nTwo lines.").unwrap().to_text();
        let read = SignedSighting::from_text(&text).unwrap();
        let noon = Moment::new(NOON.parse().unwrap());
        let verify = |party: u8, at| read.verify(&key(party).public(), hub(), stream(at), noon);
        assert_eq!(verify(1, 1), Ok(()));
        assert_eq!(verify(2, 1), Err(SightingError::OtherParty));
        assert_eq!(verify(1, 2), Err(SightingError::OtherStream));
        let early = Moment::new("2026-11-26T09:00:00Z".parse().unwrap());
        let told = read.verify(&key(1).public(), hub(), stream(1), early);
        assert!(matches!(told, Err(SightingError::Time(_))), "{told:?}");
        let changed = SignedSighting::from_text(&text.replace("laptop", "server")).unwrap();
        let told = changed.verify(&key(1).public(), hub(), stream(1), noon);
        assert!(matches!(told, Err(SightingError::NotSigned(_))), "{told:?}");
    }

    #[test]
    fn what_moves_a_cursor_is_refused_on_both_sides() {
        assert_eq!(made("\u{1b}[2J").err(), Some(SightingError::Text));
        assert_eq!(made(&"x".repeat(2001)).err(), Some(SightingError::Text));
        let text = made("here").unwrap().to_text().replace("here", "\\u001b[2J");
        assert!(SignedSighting::from_text(&text).is_err());
    }
}
