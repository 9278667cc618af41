//! A signature of minisign: four lines, and each of their bytes counts.

use std::{fmt, str::FromStr};

use data_encoding::BASE64;
use ed25519_dalek::Signature as Ed25519;

use super::{FormError, PublicKey};

/// The algorithm of a signature over BLAKE2b-512 of the message, as minisign writes it. The older kind is not read.
pub(super) const PREHASHED: &[u8; 2] = b"ED";
/// The first line is covered by no signature. Only what `minisign -S` writes there by itself is read, so that nothing can hide in it.
const UNTRUSTED: &str = "untrusted comment: signature from minisign secret key";
const TRUSTED: &str = "trusted comment: ";
/// The longest trusted comment, in bytes.
const LONGEST_COMMENT: usize = 256;
/// The longest text of a signature, in bytes.
const LONGEST: usize = 1024;

/// One line that is signed along, and shown to whoever checks by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedComment(String);

impl TrustedComment {
    /// The line.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TrustedComment {
    type Err = FormError;

    fn from_str(text: &str) -> Result<Self, FormError> {
        // minisign itself parts its words with tabs; anything else that moves a terminal's cursor is refused.
        let is_plain = |character: char| character == '\t' || !character.is_control();
        let is_one_line = text.len() <= LONGEST_COMMENT && text.chars().all(is_plain);
        // minisign drops what a line ends with before it looks at the signature, so a comment cannot end with it.
        if is_one_line && text.trim_end() == text { Ok(Self(text.to_owned())) } else { Err(FormError::Comment) }
    }
}

/// Who signed, what and with which comment. Its text is a `.minisig` file.
#[derive(Clone, PartialEq, Eq)]
pub struct Signature {
    id: [u8; 8],
    message: Ed25519,
    comment: TrustedComment,
    whole: Ed25519,
}

impl Signature {
    pub(super) const fn new(id: [u8; 8], message: Ed25519, comment: TrustedComment, whole: Ed25519) -> Self {
        Self { id, message, comment, whole }
    }

    pub(super) const fn key_id(&self) -> [u8; 8] {
        self.id
    }

    pub(super) const fn of_message(&self) -> &Ed25519 {
        &self.message
    }

    pub(super) const fn of_comment(&self) -> &Ed25519 {
        &self.whole
    }

    /// What the second signature covers: the first one and the comment.
    pub(super) fn covered_comment(&self) -> Vec<u8> {
        covered(&self.message, &self.comment)
    }

    /// The line that was signed along.
    #[must_use]
    pub fn comment(&self) -> &TrustedComment {
        &self.comment
    }

    /// A key of which only the 32 bytes were kept, under the name that this signature says. The name proves nothing: checking does.
    ///
    /// # Errors
    /// [`FormError::PublicKey`] or [`FormError::WeakKey`].
    pub fn by(&self, bytes: &[u8; 32]) -> Result<PublicKey, FormError> {
        PublicKey::checked(self.id, bytes)
    }

    /// Reads the bytes of a `.minisig` file.
    ///
    /// # Errors
    /// [`FormError::Signature`] for anything that [`Signature`] would not write in exactly these bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FormError> {
        if bytes.len() > LONGEST {
            return Err(FormError::Signature);
        }
        std::str::from_utf8(bytes).map_err(|_| FormError::Signature)?.parse()
    }
}

pub(super) fn covered(message: &Ed25519, comment: &TrustedComment) -> Vec<u8> {
    [&message.to_bytes()[..], comment.as_str().as_bytes()].concat()
}

impl FromStr for Signature {
    type Err = FormError;

    fn from_str(text: &str) -> Result<Self, FormError> {
        let [UNTRUSTED, first, comment, second, ""] = text.split('\n').collect::<Vec<_>>()[..] else {
            return Err(FormError::Signature);
        };
        let first: [u8; 74] = decode(first)?;
        let (algorithm, rest) = first.split_first_chunk::<2>().ok_or(FormError::Signature)?;
        let (id, message) = rest.split_first_chunk::<8>().ok_or(FormError::Signature)?;
        if algorithm != PREHASHED {
            return Err(FormError::Signature);
        }
        let comment = comment.strip_prefix(TRUSTED).ok_or(FormError::Signature)?;
        Ok(Self {
            id: *id,
            message: Ed25519::from_slice(message).map_err(|_| FormError::Signature)?,
            comment: comment.parse().map_err(|_| FormError::Signature)?,
            whole: Ed25519::from_bytes(&decode(second)?),
        })
    }
}

fn decode<const N: usize>(line: &str) -> Result<[u8; N], FormError> {
    let bytes = BASE64.decode(line.as_bytes()).map_err(|_| FormError::Signature)?;
    bytes.try_into().map_err(|_| FormError::Signature)
}

impl fmt::Display for Signature {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = [&PREHASHED[..], &self.id, &self.message.to_bytes()].concat();
        writeln!(formatter, "{UNTRUSTED}")?;
        writeln!(formatter, "{}", BASE64.encode(&first))?;
        writeln!(formatter, "{TRUSTED}{}", self.comment.as_str())?;
        writeln!(formatter, "{}", BASE64.encode(&self.whole.to_bytes()))
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Signature({:?})", self.comment.as_str())
    }
}
