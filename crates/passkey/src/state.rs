//! What is kept between options and response: bytes of our own, short and with a version, for the row of a challenge. They hold what was
//! asked, and no secret: whoever reads them cannot answer. They are not the library's, so that it can be replaced while challenges wait.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::model::Attestation;

/// No state is longer, in bytes: a version, a ceremony, and 32 bytes for each key that was named.
pub const LONGEST_STATE: usize = 1_280;

const VERSION: u8 = 1;

/// What was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    pub(crate) challenge: [u8; 32],
    pub(crate) ceremony: Ceremony,
}

/// For what, and of whom. Keys are named by the SHA-256 of their ids, which may have 1,023 bytes each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Ceremony {
    Enrol { person: [u8; 16], attestation: Attestation, known: Vec<[u8; 32]> },
    SignIn,
    Refresh { allowed: Vec<[u8; 32]> },
    Approve { digest: [u8; 32], nonce: [u8; 32], allowed: Vec<[u8; 32]> },
}

/// The bytes are no state, or of a version that is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("these bytes are no state of a ceremony")]
pub struct NotAState;

impl State {
    /// The bytes to keep, of at most [`LONGEST_STATE`].
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        // Nothing in a state can fail to be written: no map, no length that is unknown.
        postcard::to_extend(self, vec![VERSION]).unwrap_or_default()
    }

    /// The state of these bytes.
    ///
    /// # Errors
    ///
    /// [`NotAState`] for bytes that [`State::to_bytes`] did not make.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotAState> {
        match bytes.split_first() {
            Some((&VERSION, rest)) if bytes.len() <= LONGEST_STATE => match postcard::take_from_bytes(rest) {
                Ok((state, [])) => Ok(state),
                _ => Err(NotAState),
            },
            _ => Err(NotAState),
        }
    }
}

/// How a state names a key.
pub(crate) fn name(id: &[u8]) -> [u8; 32] {
    Sha256::digest(id).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::door::MOST_KEYS;

    #[test]
    fn the_longest_state_has_room() {
        let many = vec![[7; 32]; MOST_KEYS];
        for ceremony in [
            Ceremony::Enrol { person: [1; 16], attestation: Attestation::Required, known: many.clone() },
            Ceremony::Refresh { allowed: many.clone() },
            Ceremony::Approve { digest: [2; 32], nonce: [3; 32], allowed: many },
            Ceremony::SignIn,
        ] {
            let state = State { challenge: [255; 32], ceremony };
            let bytes = state.to_bytes();
            assert!(bytes.len() <= LONGEST_STATE, "{}", bytes.len());
            assert_eq!(State::from_bytes(&bytes), Ok(state));
        }
    }

    #[test]
    fn other_bytes_are_none() {
        let bytes = State { challenge: [9; 32], ceremony: Ceremony::SignIn }.to_bytes();
        assert_eq!(State::from_bytes(&[]), Err(NotAState));
        assert_eq!(State::from_bytes(&bytes[..bytes.len() - 1]), Err(NotAState));
        assert_eq!(State::from_bytes(&[bytes.as_slice(), &[0]].concat()), Err(NotAState));
        assert_eq!(State::from_bytes(&[&[VERSION + 1], &bytes[1..]].concat()), Err(NotAState));
    }
}
