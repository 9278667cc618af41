//! The signer's key. It is the only thing that the signer must keep: with it and a table, any name can be tried.

use std::fmt;

use rand::{CryptoRng, RngCore};
use voprf::VoprfServer;
use zeroize::Zeroizing;

use super::{KeyError, PublicKey};
use crate::{Epoch, Observable, Output, Pin, Suite};

/// The private key of one epoch (RFC 9497, section 3.2: `skS`). It never prints itself and is wiped when dropped.
#[derive(Clone)]
pub struct SecretKey(VoprfServer<Suite>);

impl SecretKey {
    /// A new key (RFC 9497, section 3.2.1: `DeriveKeyPair` of a random seed).
    ///
    /// # Errors
    /// [`KeyError::Invalid`] if 256 derivations in a row gave zero, which does not happen.
    pub fn generate<R: RngCore + CryptoRng>(rng: &mut R) -> Result<Self, KeyError> {
        VoprfServer::new(rng).map(Self).map_err(|_| KeyError::Invalid)
    }

    /// Reads a key that was kept.
    ///
    /// # Errors
    /// Another length, a scalar that is not reduced, and zero.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        if bytes.len() != 32 {
            return Err(KeyError::Length(bytes.len()));
        }
        VoprfServer::new_with_key(bytes).map(Self).map_err(|_| KeyError::Invalid)
    }

    /// The bytes to keep; they wipe themselves.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        let both = Zeroizing::new(<[u8; 64]>::from(self.0.serialize()));
        let mut secret = Zeroizing::new([0; 32]);
        secret.copy_from_slice(&both[..32]);
        secret
    }

    /// What a release pins of it.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey::of(self.0.get_public_key())
    }

    /// The output without a batch, for a desk that has the key itself (RFC 9497, section 3.3.1: `Evaluate`). A desk that has
    /// not asks as a party does, and the signer never learns the indicators.
    ///
    /// # Errors
    /// [`KeyError::Invalid`] when the observable hashes to the identity, which nobody can bring about.
    pub fn output(&self, epoch: Epoch, observable: &Observable) -> Result<Output, KeyError> {
        let pin = Pin { epoch, key: self.public() };
        let bytes = self.0.evaluate(observable.input()).map_err(|_| KeyError::Invalid)?;
        Ok(Output::new(pin, bytes.into()))
    }

    pub(crate) fn server(&self) -> &VoprfServer<Suite> {
        &self.0
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretKey(..)")
    }
}
