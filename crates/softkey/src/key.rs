//! The key itself.

use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};
use sha2::{Digest as _, Sha256};

use crate::options::Descriptor;

/// The flags of authenticator data (§6.1).
pub mod flag {
    /// Somebody was present.
    pub const PRESENT: u8 = 0b0000_0001;
    /// The user was verified.
    pub const VERIFIED: u8 = 0b0000_0100;
    /// The key may be copied.
    pub const CAN_BE_COPIED: u8 = 0b0000_1000;
    /// The key is copied.
    pub const COPIED: u8 = 0b0001_0000;
    /// The data of a new key follow.
    pub const ATTESTED: u8 = 0b0100_0000;
    /// Extensions follow.
    pub const EXTENSIONS: u8 = 0b1000_0000;
}

/// Signs a message, with the encoding of WebAuthn (§6.5.5).
pub type Signer = Box<dyn Fn(&[u8]) -> Vec<u8> + Send>;

/// A passkey: discoverable, with its user verified, not copied, and counting.
pub struct SoftKey {
    /// The id of its credential.
    pub id: Vec<u8>,
    /// The user handle.
    pub person: Vec<u8>,
    /// The last counter.
    pub counter: u32,
    /// What is added to the counter with each signature; keys that are copied between devices add nothing.
    pub step: u32,
    /// The flags that it signs with.
    pub flags: u8,
    /// What signs.
    pub signer: Signer,
}

/// Why there is no key, or no signature of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoKey {
    /// The options are not those of the standard.
    #[error("the options cannot be read")]
    Options,
    /// The page is of another host than the options are for: a browser refuses.
    #[error("the page is of another host")]
    OtherHost,
    /// The key is one that is excluded, or not one that is allowed.
    #[error("not with this key")]
    OtherKey,
    /// The seed gives no key.
    #[error("another seed is needed")]
    Seed,
}

/// No lie.
pub fn honest<T>(_: &mut T) {}

impl SoftKey {
    /// The key of a seed, and its public key.
    pub(crate) fn of(seed: [u8; 32], person: Vec<u8>) -> Result<(Self, SigningKey), NoKey> {
        let secret = Sha256::new().chain_update(b"secret").chain_update(seed).finalize();
        let key = SigningKey::from_slice(secret.as_slice()).map_err(|_| NoKey::Seed)?;
        let id = Sha256::new().chain_update(b"id").chain_update(seed).finalize().to_vec();
        let signing = key.clone();
        let signer: Signer = Box::new(move |message| {
            let signature: Signature = signing.sign(message);
            signature.to_der().as_bytes().to_vec()
        });
        let flags = flag::PRESENT | flag::VERIFIED;
        Ok((Self { id, person, counter: 0, step: 1, flags, signer }, key))
    }
}

pub(crate) fn names(list: &[Descriptor], id: &[u8]) -> bool {
    list.iter().any(|descriptor| descriptor.id == BASE64URL_NOPAD.encode(id))
}

/// The hash of a host, the flags, a counter (§6.1).
pub(crate) fn head(host: &str, flags: u8, counter: u32) -> Vec<u8> {
    [Sha256::digest(host).as_slice(), &[flags], &counter.to_be_bytes()].concat()
}
