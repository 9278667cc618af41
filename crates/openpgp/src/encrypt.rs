//! Encrypts a message to its reader: PGP/MIME (RFC 3156 section 4) with a protected header (RFC 9788).
//!
//! Chooses and frames; rPGP encrypts. It does not sign (we are not the sender), does not compress (the size would
//! speak about the content, and a bomb would fit in), and does not look whether a message is encrypted already.

mod crlf;
mod envelope;
mod signed;

use std::io::{Read, Write as _};

use jiff::Timestamp;
use pgp::composed::{ArmorOptions, MessageBuilder};
use pgp::crypto::aead::{AeadAlgorithm, ChunkSize};
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use rand::{CryptoRng, RngCore};

use crate::certificate::{Certificate, Part, PartKey, Unusable};
use crate::message::{MAX_HEADER_BYTES, Split};

use crlf::Crlf;
use envelope::Envelope;

/// What the caller may choose.
#[derive(Clone, Debug)]
pub struct Options {
    /// Names of header fields that stay readable besides those that mail needs, such as one that a filter on this
    /// server reads. They are not copied into the encrypted part.
    pub keep: Vec<String>,
    /// The most bytes that a message may have; the memory needed is about three times the message.
    pub max_message_bytes: usize,
}

/// Why a message was not encrypted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncryptError {
    /// Nobody to encrypt it to.
    #[error("there is no key to encrypt to")]
    NoKey,
    /// A reader could not open the result: nobody is left out in silence.
    #[error("cannot encrypt to the key {fingerprint}")]
    Unusable {
        /// The key that cannot be used.
        fingerprint: String,
        /// Why it cannot.
        #[source]
        reason: Unusable,
    },
    /// Larger than [`Options::max_message_bytes`].
    #[error("the message has {0} bytes, which is more than is encrypted")]
    TooLarge(usize),
    /// A header so large that it is an attack.
    #[error("the header of the message has more than {MAX_HEADER_BYTES} bytes, and that is the most that is encrypted")]
    HeaderTooLarge,
    /// The library refused, such as for a point that is not on its curve.
    #[error("the message could not be encrypted: {0}")]
    Failed(String),
}

impl Default for Options {
    fn default() -> Options {
        Options { keep: Vec::new(), max_message_bytes: 64 * 1024 * 1024 }
    }
}

/// Encrypts a message to all of these certificates.
///
/// The result is a whole message, lines ended by CRLF. Its header keeps what delivery, threads and mailing lists need;
/// the subject is `...`. Decrypted, it gives the original: every `Content-` field and every byte of the body, with
/// parameters added to `Content-Type` that tell the reader's program to show the header inside (RFC 9788 section 2.1).
/// Mail that its sender signed with OpenPGP without such a header in it stands untouched in a `multipart/mixed` of
/// ours.
///
/// AES-256 in SEIPD version 1, which every OpenPGP program reads, or version 2 with OCB when all of the certificates
/// say that they read it (RFC 9580 sections 5.13.1 and 5.13.2).
///
/// # Errors
/// See [`EncryptError`]. Nothing is encrypted when one of the certificates cannot be used.
pub fn encrypt<R: RngCore + CryptoRng>(
    message: &[u8],
    certificates: &[&Certificate],
    now: Timestamp,
    randomness: &mut R,
    options: &Options,
) -> Result<Vec<u8>, EncryptError> {
    if message.len() > options.max_message_bytes {
        return Err(EncryptError::TooLarge(message.len()));
    }
    let parts = parts(certificates, now)?;
    let split = Split::of(message);
    if split.is_too_long {
        return Err(EncryptError::HeaderTooLarge);
    }
    let mut boundary = [0; 20];
    randomness.fill_bytes(&mut boundary);
    let boundary = data_encoding::BASE32_NOPAD.encode(&boundary);
    let envelope = if signed::hides_marks(message, message.len() - split.body.len()) {
        Envelope::wrapping(&split, &options.keep, &boundary)
    } else {
        Envelope::of(&split, &options.keep, &boundary)
    };
    let Envelope { outer, inner, tail } = &envelope;

    // Base64, a line end of two bytes for every 64, and a little for what stands around it.
    let length = inner.len() + split.body.len() + tail.len();
    let mut out = Vec::with_capacity(outer.len() + length / 3 * 4 / 64 * 66 + 1024 * (parts.len() + 4));
    out.extend_from_slice(outer);
    let plain = inner.as_slice().chain(split.body).chain(tail.as_slice());
    armour(plain, &parts, randomness, &mut out).map_err(|error| EncryptError::Failed(error.to_string()))?;
    out.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    Ok(out)
}

fn parts<'c>(certificates: &[&'c Certificate], now: Timestamp) -> Result<Vec<Part<'c>>, EncryptError> {
    if certificates.is_empty() {
        return Err(EncryptError::NoKey);
    }
    let mut seen = Vec::new();
    let mut parts = Vec::new();
    for certificate in certificates {
        let fingerprint = certificate.fingerprint();
        if seen.contains(&fingerprint) {
            continue;
        }
        match certificate.encryption_part(now) {
            Ok(part) => parts.push(part),
            Err(reason) => return Err(EncryptError::Unusable { fingerprint, reason }),
        }
        seen.push(fingerprint);
    }
    Ok(parts)
}

/// The armoured message. The body is read where it lies, so that no second copy of it is made.
fn armour<R: RngCore + CryptoRng>(
    plain: impl Read,
    parts: &[Part<'_>],
    randomness: &mut R,
    out: &mut Vec<u8>,
) -> pgp::errors::Result<()> {
    let builder = MessageBuilder::from_reader("", plain);
    let mut lines = Crlf::new(out);
    if parts.iter().all(|part| part.takes_seipd_v2) {
        let (cipher, mode) = (SymmetricKeyAlgorithm::AES256, AeadAlgorithm::Ocb);
        let mut builder = builder.seipd_v2(&mut *randomness, cipher, mode, ChunkSize::default());
        for part in parts {
            match part.key {
                PartKey::Primary(key) => builder.encrypt_to_key(&mut *randomness, key)?,
                PartKey::Subkey(key) => builder.encrypt_to_key(&mut *randomness, key)?,
            };
        }
        // RFC 9580 section 6.1: no checksum, the encryption has a better one.
        builder.to_armored_writer(
            &mut *randomness,
            ArmorOptions { headers: None, include_checksum: false },
            &mut lines,
        )?;
    } else {
        let mut builder = builder.seipd_v1(&mut *randomness, SymmetricKeyAlgorithm::AES256);
        for part in parts {
            match part.key {
                PartKey::Primary(key) => builder.encrypt_to_key(&mut *randomness, key)?,
                PartKey::Subkey(key) => builder.encrypt_to_key(&mut *randomness, key)?,
            };
        }
        // Programs that know only version 1 may be old enough to miss the checksum.
        builder.to_armored_writer(
            &mut *randomness,
            ArmorOptions { headers: None, include_checksum: true },
            &mut lines,
        )?;
    }
    lines.flush()?;
    Ok(())
}
