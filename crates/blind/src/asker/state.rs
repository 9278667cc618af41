//! The secret half of a batch on a disk: sealed, and of one size, so that neither says what was asked, or how much.
//!
//! ```text
//! "VBS1"  nonce [24]  then, sealed with XChaCha20-Poly1305:
//!         epoch u32  public key [32]  elements u16  then elements x ( input [32]  blind and element [64]  number u16 )  mac [16]
//! ```

use std::fmt;

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{AeadInPlace as _, generic_array::GenericArray},
};
use rand::{CryptoRng, RngCore};
use voprf::VoprfClient;
use zeroize::Zeroizing;

use super::pending::{Pending, Place};
use crate::{BatchSize, Observable, Pin};

const MAGIC: &[u8; 4] = b"VBS1";
const NONCE: usize = 24;
const MAC: usize = 16;
const PLACE: usize = 32 + 64 + 2;
/// What the number of a padding is.
const NOBODY: u16 = u16::MAX;

/// Bytes of a sealed state besides its 98 for each element.
pub const SEALED_HEADER: usize = MAGIC.len() + NONCE + Pin::BYTES + 2 + MAC;

/// Why a state that was kept cannot be gone on with. The slot is lost then, nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// Other bytes, or of another version.
    #[error("this is no kept batch of a version that is known here")]
    Magic,
    /// Cut short, or of another size of batch.
    #[error("a kept batch of this size has {expected} bytes, this has {found}")]
    Length {
        /// The length that the size asks for.
        expected: usize,
        /// The bytes there are.
        found: usize,
    },
    /// It does not open: another key, or damage.
    #[error("the kept batch does not open with this key")]
    Sealed,
    /// It opened, but was written by something else.
    #[error("the kept batch opened, but is of a form that is not known here")]
    Form,
}

/// The key under which a party seals what it keeps. It never prints itself and is wiped when dropped.
pub struct StateKey(Zeroizing<[u8; 32]>);

impl StateKey {
    /// Of 32 random bytes that the party keeps elsewhere than the state.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(GenericArray::from_slice(self.0.as_slice()))
    }
}

impl fmt::Debug for StateKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("StateKey(..)")
    }
}

impl Pending {
    /// Bytes of every sealed state for batches of this size.
    #[must_use]
    pub const fn sealed_length(size: BatchSize) -> usize {
        SEALED_HEADER + size.elements() * PLACE
    }

    /// Seals the state for a restart.
    ///
    /// # Errors
    /// [`StateError::Sealed`] if the cipher refuses, which it does for states of 256 GiB.
    pub fn seal<R: RngCore + CryptoRng>(&self, key: &StateKey, rng: &mut R) -> Result<Vec<u8>, StateError> {
        let mut nonce = XNonce::default();
        rng.fill_bytes(&mut nonce);
        let mut plain = self.plain();
        let mac = key.cipher().encrypt_in_place_detached(&nonce, MAGIC, &mut plain).map_err(|_| StateError::Sealed)?;
        Ok([MAGIC.as_slice(), &nonce, &plain, &mac].concat())
    }

    fn plain(&self) -> Zeroizing<Vec<u8>> {
        let mut plain = Zeroizing::new(Vec::with_capacity(Self::sealed_length(self.size())));
        plain.extend(self.pin().to_bytes());
        plain.extend(u16::try_from(self.size().elements()).unwrap_or(u16::MAX).to_be_bytes());
        for place in self.places() {
            plain.extend(place.observable.input());
            plain.extend(Zeroizing::new(<[u8; 64]>::from(place.client.serialize())).iter());
            plain.extend(place.wanted.unwrap_or(NOBODY).to_be_bytes());
        }
        plain
    }

    /// Opens what [`Self::seal`] sealed.
    ///
    /// # Errors
    /// Every way in which the bytes cannot be gone on with.
    pub fn open(sealed: &[u8], size: BatchSize, key: &StateKey) -> Result<Self, StateError> {
        let expected = Self::sealed_length(size);
        let wrong = StateError::Length { expected, found: sealed.len() };
        let (magic, rest) = sealed.split_first_chunk::<4>().ok_or(StateError::Magic)?;
        if magic != MAGIC {
            return Err(StateError::Magic);
        }
        if sealed.len() != expected {
            return Err(wrong);
        }
        let (nonce, rest) = rest.split_first_chunk::<NONCE>().ok_or(wrong)?;
        let (text, mac) = rest.split_last_chunk::<MAC>().ok_or(wrong)?;
        let mut plain = Zeroizing::new(text.to_vec());
        let (nonce, mac) = (XNonce::from_slice(nonce), GenericArray::from_slice(mac));
        key.cipher().decrypt_in_place_detached(nonce, MAGIC, &mut plain, mac).map_err(|_| StateError::Sealed)?;
        Self::from_plain(&plain, size).ok_or(StateError::Form)
    }

    fn from_plain(plain: &[u8], size: BatchSize) -> Option<Self> {
        let (pin, rest) = plain.split_first_chunk::<{ Pin::BYTES }>()?;
        let (elements, rest) = rest.split_first_chunk::<2>()?;
        if usize::from(u16::from_be_bytes(*elements)) != size.elements() {
            return None;
        }
        let places = rest.as_chunks::<PLACE>().0.iter().map(place).collect::<Option<Vec<_>>>()?;
        Some(Self::new(Pin::from_bytes(pin)?, size, places))
    }
}

fn place(bytes: &[u8; PLACE]) -> Option<Place> {
    let (input, rest) = bytes.split_first_chunk::<32>()?;
    let (client, number) =
        rest.split_last_chunk::<2>().map(|(client, number)| (client, u16::from_be_bytes(*number)))?;
    Some(Place {
        observable: Observable::from_digest(*input),
        client: VoprfClient::deserialize(client).ok()?,
        wanted: (number != NOBODY).then_some(number),
    })
}
