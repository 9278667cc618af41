//! What a party keeps of what it saw, sealed: a backup of the state directory, or a disk without its key, tells nothing but a size.
//!
//! XChaCha20-Poly1305 with a random nonce, and the file's purpose authenticated with it, so that no file passes for another.

use std::fmt;

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{AeadInPlace as _, generic_array::GenericArray},
};
use vauban_blind::{CryptoRng, RngCore, StateKey};
use zeroize::Zeroizing;

const MAGIC: &[u8; 4] = b"VPS1";
const NONCE: usize = 24;
const MAC: usize = 16;

/// Why sealed bytes do not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what was kept of blind look-ups does not open: another key, or damage")]
pub struct SealError;

/// The 32 bytes under which a party seals what it keeps. It never prints itself and is wiped when dropped.
#[derive(Clone)]
pub struct StateSecret(Zeroizing<[u8; 32]>);

impl StateSecret {
    /// Of random bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(crate) fn for_pending(&self) -> StateKey {
        StateKey::new(*self.0)
    }

    pub(crate) fn seal<R: RngCore + CryptoRng>(
        &self,
        purpose: &str,
        mut plain: Zeroizing<Vec<u8>>,
        rng: &mut R,
    ) -> Result<Vec<u8>, SealError> {
        let mut nonce = XNonce::default();
        rng.fill_bytes(&mut nonce);
        let mac = self.cipher().encrypt_in_place_detached(&nonce, purpose.as_bytes(), &mut plain);
        let mac = mac.map_err(|_| SealError)?;
        Ok([MAGIC.as_slice(), &nonce, &plain, &mac].concat())
    }

    pub(crate) fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let rest = sealed.strip_prefix(MAGIC).ok_or(SealError)?;
        let (nonce, rest) = rest.split_first_chunk::<NONCE>().ok_or(SealError)?;
        let (text, mac) = rest.split_last_chunk::<MAC>().ok_or(SealError)?;
        let mut plain = Zeroizing::new(text.to_vec());
        let (nonce, mac) = (XNonce::from_slice(nonce), GenericArray::from_slice(mac));
        let opened = self.cipher().decrypt_in_place_detached(nonce, purpose.as_bytes(), &mut plain, mac);
        opened.map_err(|_| SealError)?;
        Ok(plain)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(GenericArray::from_slice(self.0.as_slice()))
    }
}

impl fmt::Debug for StateSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("StateSecret(..)")
    }
}
