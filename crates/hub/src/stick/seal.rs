//! What lies on a stick is sealed to whoever is to read it. What seals is `age`, which draws its own randomness.

use std::{
    fmt,
    io::{Read as _, Write as _},
    iter,
};

use age::{
    Decryptor, Encryptor,
    secrecy::ExposeSecret as _,
    x25519::{Identity, Recipient},
};
use vauban_release::PublicKey;
use zeroize::Zeroizing;

use super::StickError;

/// What a front is told of sticks.
#[derive(Clone)]
pub struct StickRole {
    /// The key that orders are signed with.
    pub(super) desk: PublicKey,
    /// What opens `to-front`.
    pub(super) to_front: Identity,
    /// What `from-front` is sealed to.
    pub(super) from_front: Recipient,
}

impl StickRole {
    /// From the desk's key, the secret that opens what comes (`AGE-SECRET-KEY-…`) and the key that seals what goes back (`age1…`).
    #[must_use]
    pub fn new(desk: &str, to_front: &str, from_front: &str) -> Option<Self> {
        let (to_front, from_front) = (to_front.parse().ok()?, from_front.parse().ok()?);
        Some(Self { desk: desk.parse().ok()?, to_front, from_front })
    }
}

impl fmt::Debug for StickRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StickRole({}, …)", self.desk)
    }
}

/// The desk's keys for sticks: one for each way.
pub(crate) struct StickKeys {
    pub(super) to_front: Identity,
    pub(super) from_front: Identity,
}

impl StickKeys {
    /// New ones.
    pub(crate) fn generate() -> Self {
        Self { to_front: Identity::generate(), from_front: Identity::generate() }
    }

    /// The text of their file: a line each.
    pub(crate) fn to_text(&self) -> Zeroizing<String> {
        let [to, from] = [&self.to_front, &self.from_front].map(Identity::to_string);
        Zeroizing::new(format!("{}\n{}\n", to.expose_secret(), from.expose_secret()))
    }

    /// Reads it.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let [to, from] = text.lines().collect::<Vec<_>>()[..] else { return None };
        Some(Self { to_front: to.parse().ok()?, from_front: from.parse().ok()? })
    }

    /// What the front's file says: the secret that opens what comes, and the key that seals what goes back.
    pub(crate) fn for_front(&self) -> (Zeroizing<String>, String) {
        let secret = Zeroizing::new(self.to_front.to_string().expose_secret().to_owned());
        (secret, self.from_front.to_public().to_string())
    }
}

/// Seals bytes to a key.
pub(super) fn seal(bytes: &[u8], to: &Recipient) -> Result<Vec<u8>, StickError> {
    let told = |error: &dyn fmt::Display| StickError::Seal(error.to_string());
    let encryptor = Encryptor::with_recipients(iter::once(to as &dyn age::Recipient)).map_err(|error| told(&error))?;
    let mut sealed = Vec::with_capacity(bytes.len().saturating_add(4096));
    let mut writer = encryptor.wrap_output(&mut sealed).map_err(|error| told(&error))?;
    writer.write_all(bytes).and_then(|()| writer.finish()).map_err(|error| told(&error))?;
    Ok(sealed)
}

/// Opens what was sealed, if it has no more than `most` bytes. Half of it opens no more than other bytes do.
pub(super) fn open(sealed: &[u8], with: &Identity, most: u64) -> Option<Vec<u8>> {
    let decryptor = Decryptor::new_buffered(sealed).ok()?;
    let mut bytes = Vec::new();
    let reader = decryptor.decrypt(iter::once(with as &dyn age::Identity)).ok()?;
    // One byte more than may be: only so is the end looked at.
    reader.take(most.saturating_add(1)).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= most).then_some(bytes)
}

/// The most bytes that something of so many has when it is sealed: a tag for each 64 KiB, and a head.
pub(super) const fn sealed_most(bytes: u64) -> u64 {
    bytes.saturating_add(bytes / 1024).saturating_add(16 << 10)
}
