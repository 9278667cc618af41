//! How a party joins: with the credential that follows from its code it says, once, what it will show from then on and which key signs
//! its receipts. The code is worth nothing afterwards.

use serde::{Deserialize, Serialize};

use crate::{
    Digest, Time, Words,
    line::{LineError, read, write},
    signing::{NotSigned, PublicKey, Signature, SigningKey},
};

const FORMAT: &str = "joining/1";

/// Why somebody has not joined.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoiningError {
    /// Not such a text in its one spelling.
    #[error("not a joining: {0}")]
    Line(#[from] LineError),
    /// It names a key that is none.
    #[error("a joining names the key that signs it")]
    Key,
    /// Signed by another key than it names, or changed.
    #[error("the joining: {0}")]
    NotSigned(#[from] NotSigned),
}

impl JoiningError {
    /// What a person reads.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::Line(_) | Self::Key => Words::new("Ce n'est pas une inscription.", "This is not a joining."),
            Self::NotSigned(_) => {
                Words::new("La signature de cette inscription est fausse.", "The signature of this joining is wrong.")
            }
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    vauban: String,
    credential: Digest,
    key: String,
    time: Time,
}

/// What a party will show and sign with, and the proof that it has the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joining {
    said: Said,
    key: PublicKey,
    line: String,
    signature: Signature,
}

impl Joining {
    /// Signs it. `credential` is the SHA-256 of the text that will be shown; that text is not sent before it counts.
    ///
    /// # Errors
    /// None in practice: see [`JoiningError`].
    pub fn sign(credential: Digest, key: &SigningKey, time: Time) -> Result<Self, JoiningError> {
        let public = key.public();
        let said = Said { vauban: FORMAT.to_owned(), credential, key: public.to_string(), time };
        let line = write(&said)?;
        let comment = "joining".parse().map_err(LineError::Form)?;
        let signature = key.sign(line.as_bytes(), comment);
        Ok(Self { said, key: public, line, signature })
    }

    /// The text: the line, then the four lines of its signature.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{}{}", self.line, self.signature)
    }

    /// Reads the text and checks that the key that it names signed it.
    ///
    /// # Errors
    /// See [`JoiningError`].
    pub fn from_text(text: &str) -> Result<Self, JoiningError> {
        let (line, said, signature) = read::<Said>(text)?;
        if said.vauban != FORMAT {
            return Err(LineError::Shape.into());
        }
        let key: PublicKey = said.key.parse().map_err(|_| JoiningError::Key)?;
        key.verify(line.as_bytes(), &signature)?;
        Ok(Self { said, key, line, signature })
    }

    /// The SHA-256 of what will be shown.
    #[must_use]
    pub const fn credential(&self) -> Digest {
        self.said.credential
    }

    /// The key that signs receipts and sightings.
    #[must_use]
    pub const fn key(&self) -> &PublicKey {
        &self.key
    }

    /// When it was signed, by the party's clock.
    #[must_use]
    pub const fn time(&self) -> Time {
        self.said.time
    }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    fn made() -> Joining {
        let key = SigningKey::from_seed(&Zeroizing::new([3; 32]), [3; 8]);
        let time = "2026-11-26T12:00:00Z".parse().unwrap();
        Joining::sign(Digest::of(b"what will be shown"), &key, time).unwrap()
    }

    #[test]
    fn only_who_has_the_key_joins_with_it() {
        let made = made();
        assert_eq!(Joining::from_text(&made.to_text()).unwrap(), made);
        let other = SigningKey::from_seed(&Zeroizing::new([4; 32]), [4; 8]).public().to_string();
        let text = made.to_text().replace(&made.key().to_string(), &other);
        assert!(matches!(Joining::from_text(&text), Err(JoiningError::NotSigned(_) | JoiningError::Line(_))));
        let text = made.to_text().replace("26T12", "26T13");
        assert!(matches!(Joining::from_text(&text), Err(JoiningError::NotSigned(_))), "{text}");
    }

    #[test]
    fn it_has_one_spelling() {
        let text = made().to_text();
        for bad in [
            text.replacen(':', ": ", 1),
            text.replace("joining/1", "joining/2"),
            text.replace("RW", "XX"),
            String::new(),
        ] {
            assert!(Joining::from_text(&bad).is_err(), "{bad}");
        }
    }
}
