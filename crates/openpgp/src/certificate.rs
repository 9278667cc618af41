//! The public key of one reader, and whether mail may be encrypted to it.
//!
//! Verifies what binds names and subkeys to the key; what is not bound is as if it were not there. It does not say
//! whose key it is: a name in a key is a claim. Third-party signatures prove nothing here and are not looked at, and
//! neither are revocations by somebody else (RFC 9580 section 5.2.3.23).

mod address;
mod bindings;
mod packets;
mod strength;

use jiff::Timestamp;
use pgp::composed::{SignedKeyDetails, SignedPublicKey, SignedPublicSubKey};
use pgp::types::{KeyDetails as _, KeyVersion};

use bindings::{Bindings, Subkey};

pub(crate) use address::normal as normal_address;

/// The most bytes that a key may have, in whichever form it comes.
pub const MAX_KEY_BYTES: usize = 256 * 1024;

/// An OpenPGP certificate, known as a public key (RFC 9580 section 10.1), with its own signatures verified.
#[derive(Clone, Debug)]
pub struct Certificate {
    key: SignedPublicKey,
    bindings: Bindings,
    fingerprint: String,
    addresses: Vec<String>,
}

/// Why bytes are not a certificate that we take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// More than [`MAX_KEY_BYTES`].
    #[error("the key has {0} bytes, and {MAX_KEY_BYTES} is the most that is read")]
    TooLarge(usize),
    /// A private key, or a file in which there is one.
    #[error(
        "this is a private key, and the private key must not be on this machine: keep it on the reader's device and put its public key here"
    )]
    Secret,
    /// Neither an armoured nor a binary public key.
    #[error("this is not an OpenPGP public key: {0}")]
    NotAKey(String),
    /// More than one key: it would be a guess which of them the reader can open.
    #[error("there are several keys in it, and one is wanted")]
    Several,
    /// A key of a kind whose signatures cannot be verified here: Brainpool curves, and versions that are deprecated or
    /// were never standard.
    #[error(
        "keys of this kind are not supported: ask for one of the usual kinds, such as ECC with Curve 25519, or RSA"
    )]
    Unsupported,
    /// So many signatures that verifying them would be an attack on us.
    #[error("the key carries more signatures of its own than are verified")]
    TooManySignatures,
    /// Nothing in the key is signed by the key itself: anybody may have put it together.
    #[error("no valid signature of the key binds a name or a property to it")]
    Unbound,
}

/// Why no mail can be encrypted to a certificate now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// The key says that it ended.
    #[error("the key expired on {since}")]
    Expired {
        /// When it ended.
        since: Timestamp,
    },
    /// The key was made later than now: one of the two clocks is wrong.
    #[error("the key is valid only from {from}")]
    NotYetValid {
        /// When it begins.
        from: Timestamp,
    },
    /// Its owner declared it lost or replaced.
    #[error("the key was revoked by its owner")]
    Revoked,
    /// It can only sign, or every part of it that can encrypt has expired or was revoked.
    #[error("no part of the key can encrypt mail now")]
    NoEncryptionKey,
    /// RSA or DSA below 2048 bits: it can be broken.
    #[error("the key is too weak to protect anything")]
    TooWeak,
}

impl Certificate {
    /// Reads one public key, armoured or binary (RFC 9580 sections 6 and 10.1).
    ///
    /// An expired, revoked or weak key is read all the same: [`Certificate::usable`] is where that is said, because it
    /// depends on the time.
    ///
    /// # Errors
    /// See [`KeyError`]. A private key is refused even where the rest of the input is broken.
    pub fn parse(bytes: &[u8]) -> Result<Certificate, KeyError> {
        let key = packets::read(bytes)?;
        if !matches!(key.version(), KeyVersion::V4 | KeyVersion::V6) || !strength::can_sign(key.public_params()) {
            return Err(KeyError::Unsupported);
        }
        let bindings = Bindings::verify(&key)?;
        if !bindings.are_any() {
            return Err(KeyError::Unbound);
        }
        let mut addresses = Vec::new();
        for user in bindings.users() {
            if let Some(address) = key.details.users.get(user).and_then(|user| address::of(user.id.id()))
                && !addresses.contains(&address)
            {
                addresses.push(address);
            }
        }
        let fingerprint = data_encoding::HEXUPPER.encode(key.fingerprint().as_bytes());
        Ok(Certificate { key, bindings, fingerprint, addresses })
    }

    /// The fingerprint in upper-case hexadecimal without spaces: 40 digits, 64 for version 6 (RFC 9580 section 5.5.4).
    pub fn fingerprint(&self) -> String {
        self.fingerprint.clone()
    }

    /// The mail addresses in its user ids, in lower case, each once. A claim of whoever made the key, not a proof.
    pub fn addresses(&self) -> &[String] {
        &self.addresses
    }

    /// Whether mail can be encrypted to it now.
    ///
    /// # Errors
    /// See [`Unusable`].
    pub fn usable(&self, now: Timestamp) -> Result<(), Unusable> {
        self.encryption_part(now).map(|_| ())
    }

    /// When it will stop being usable, if it is usable now and ends at all: to remind its owner in time.
    pub fn expires(&self, now: Timestamp) -> Option<Timestamp> {
        let part = self.encryption_part(now).ok()?;
        [self.bindings.expiry(now.as_second()), part.expiry].into_iter().flatten().min().map(timestamp)
    }

    /// The part to encrypt to: the newest that may, as GnuPG does, so that a correspondent's mail and ours open alike.
    pub(crate) fn encryption_part(&self, now: Timestamp) -> Result<Part<'_>, Unusable> {
        let seconds = now.as_second();
        if self.bindings.is_revoked() {
            return Err(Unusable::Revoked);
        }
        let created = i64::from(self.key.created_at().as_secs());
        if created > seconds {
            return Err(Unusable::NotYetValid { from: timestamp(created) });
        }
        if let Some(expiry) = self.bindings.expiry(seconds)
            && expiry <= seconds
        {
            return Err(Unusable::Expired { since: timestamp(expiry) });
        }
        if !strength::is_enough(self.key.primary_key.public_params()) {
            return Err(Unusable::TooWeak);
        }
        let mut weak = false;
        let mut newest: Option<(i64, Part<'_>)> = None;
        let subkeys = self.bindings.subkeys(seconds).filter_map(|state| {
            let subkey = self.key.public_subkeys.get(state.index)?;
            Some((i64::from(subkey.created_at().as_secs()), subkey, state))
        });
        for (born, subkey, state) in subkeys {
            if born > seconds || !strength::can_encrypt(subkey.public_params()) {
                continue;
            }
            if !strength::is_enough(subkey.public_params()) {
                weak = true;
            } else if newest.as_ref().is_none_or(|(known, _)| born > *known) {
                newest = Some((born, Part::subkey(subkey, &state, self.bindings.takes_seipd_v2(seconds))));
            }
        }
        if let Some((_, part)) = newest {
            return Ok(part);
        }
        if self.bindings.primary_encrypts(seconds) && strength::can_encrypt(self.key.primary_key.public_params()) {
            let key = PartKey::Primary(&self.key.primary_key);
            return Ok(Part { key, expiry: None, takes_seipd_v2: self.bindings.takes_seipd_v2(seconds), subkey: None });
        }
        Err(if weak { Unusable::TooWeak } else { Unusable::NoEncryptionKey })
    }

    /// The smallest key that works: the primary, one name, the part that encrypts, and what binds them now.
    pub(crate) fn minimal(&self, address: &str, now: Timestamp) -> Result<SignedPublicKey, Unusable> {
        let part = self.encryption_part(now)?;
        let seconds = now.as_second();
        let named = |index: &usize| {
            let user = self.key.details.users.get(*index);
            user.and_then(|user| address::of(user.id.id())).is_some_and(|known| known == address)
        };
        let user = self.bindings.users().find(named).or_else(|| self.bindings.users().next());
        let users = user.and_then(|index| self.bindings.certification(&self.key, index, seconds)).into_iter().collect();
        let direct = self.bindings.direct(&self.key, seconds).into_iter().collect();
        let subkeys = part.subkey.and_then(|index| self.bindings.binding(&self.key, index, seconds));
        let details = SignedKeyDetails::new(Vec::new(), direct, users, Vec::new());
        Ok(SignedPublicKey::new(self.key.primary_key.clone(), details, subkeys.into_iter().collect()))
    }
}

/// The part of a certificate that mail is encrypted to.
pub(crate) struct Part<'c> {
    pub(crate) key: PartKey<'c>,
    pub(crate) takes_seipd_v2: bool,
    expiry: Option<i64>,
    subkey: Option<usize>,
}

/// Where that part stands in the certificate.
pub(crate) enum PartKey<'c> {
    Primary(&'c pgp::packet::PublicKey),
    Subkey(&'c pgp::packet::PublicSubkey),
}

impl<'c> Part<'c> {
    fn subkey(subkey: &'c SignedPublicSubKey, state: &Subkey, takes_seipd_v2: bool) -> Part<'c> {
        let key = PartKey::Subkey(&subkey.key);
        Part { key, expiry: state.expiry, takes_seipd_v2, subkey: Some(state.index) }
    }
}

/// Seconds since 1970 in an OpenPGP packet are 32 bits, and two of them added fit every calendar we have.
fn timestamp(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}
