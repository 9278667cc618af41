//! What a party may know of an indicator that it met, and the one size in which that is sealed.

use std::fmt;

use chacha20poly1305::{
    ChaCha20Poly1305, KeyInit as _, Nonce,
    aead::{AeadInPlace as _, generic_array::GenericArray},
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// Bytes of a label before it is sealed, padding included.
pub(crate) const PLAIN: usize = 488;
/// Bytes of a sealed label.
pub(crate) const SEALED: usize = PLAIN + MAC;
const MAC: usize = 16;
const VERSION: u8 = 1;

/// Why a label cannot be sealed, or is not what it should be although it opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LabelError {
    /// Too much to say: the texts together may have about 460 bytes.
    #[error("the texts of a label are {0} bytes too long")]
    Long(usize),
    /// A language without advice, or nobody to call.
    #[error("a label says in both languages what to do, and whom to call")]
    Empty,
    /// Characters that steer a terminal, or turn the direction of writing.
    #[error("a label has a control character")]
    Control,
    /// It opened, so the agency wrote it, but in a form that is not known here.
    #[error("the label opened, but is of a form that is not known here")]
    Form,
}

/// How bad a sighting is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth a look.
    Low,
    /// Worth a look today.
    Medium,
    /// Act now.
    High,
}

/// A random number by which a sighting is sent back. It stands for the indicator without naming it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LabelId(pub [u8; 16]);

impl fmt::Display for LabelId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

/// What a party learns when it saw what the agency knows: what to do, not what is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// Stands for the indicator when a sighting is sent back.
    pub id: LabelId,
    /// How bad it is.
    pub severity: Severity,
    /// What to do next, in French.
    pub advice_fr: String,
    /// What to do next, in English.
    pub advice_en: String,
    /// Whom to call: a name and a number, the same in both languages.
    pub call: String,
}

impl Label {
    /// Whether the label can be sealed.
    ///
    /// # Errors
    /// Texts that are missing, too long, or have control characters.
    pub fn check(&self) -> Result<(), LabelError> {
        self.plain().map(drop)
    }

    fn check_texts(&self) -> Result<(), LabelError> {
        let texts = [&self.advice_fr, &self.advice_en, &self.call];
        if texts.iter().any(|text| text.trim().is_empty()) {
            return Err(LabelError::Empty);
        }
        if texts.iter().any(|text| text.chars().any(steers)) {
            return Err(LabelError::Control);
        }
        Ok(())
    }

    /// Version, length (16 bits, big endian), the label, and zeros up to [`PLAIN`] bytes.
    fn plain(&self) -> Result<Zeroizing<Vec<u8>>, LabelError> {
        self.check_texts()?;
        let text = Zeroizing::new(postcard::to_allocvec(self).map_err(|_| LabelError::Form)?);
        let room = PLAIN - 3;
        if text.len() > room {
            return Err(LabelError::Long(text.len() - room));
        }
        let length = u16::try_from(text.len()).map_err(|_| LabelError::Form)?;
        let mut plain = Zeroizing::new(Vec::with_capacity(SEALED));
        plain.push(VERSION);
        plain.extend(length.to_be_bytes());
        plain.extend(text.iter());
        plain.resize(PLAIN, 0);
        Ok(plain)
    }

    fn from_plain(plain: &[u8]) -> Result<Self, LabelError> {
        let [VERSION, high, low, rest @ ..] = plain else { return Err(LabelError::Form) };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let text = rest.get(..length).ok_or(LabelError::Form)?;
        let label: Self = postcard::from_bytes(text).map_err(|_| LabelError::Form)?;
        label.check_texts()?;
        Ok(label)
    }

    /// Seals the label under a key that is used for nothing else: it is derived from one output and one table's random salt, so
    /// that a nonce of zeros is used once (RFC 8439, section 2.8; RFC 5116, section 3.2).
    pub(crate) fn seal(&self, key: &[u8; 32], bound_to: &[u8]) -> Result<Vec<u8>, LabelError> {
        let mut sealed = self.plain()?;
        let tag = cipher(key).encrypt_in_place_detached(&Nonce::default(), bound_to, &mut sealed);
        let tag = tag.map_err(|_| LabelError::Form)?;
        Ok([sealed.as_slice(), tag.as_slice()].concat())
    }

    /// Opens a sealed label: nothing when the key is not its own.
    pub(crate) fn open(sealed: &[u8], key: &[u8; 32], bound_to: &[u8]) -> Option<Result<Self, LabelError>> {
        let (text, tag) = sealed.split_last_chunk::<MAC>()?;
        let mut plain = Zeroizing::new(text.to_vec());
        let opened = cipher(key).decrypt_in_place_detached(
            &Nonce::default(),
            bound_to,
            &mut plain,
            GenericArray::from_slice(tag),
        );
        opened.ok().map(|()| Self::from_plain(&plain))
    }
}

fn cipher(key: &[u8; 32]) -> ChaCha20Poly1305 {
    ChaCha20Poly1305::new(GenericArray::from_slice(key))
}

/// Control characters, and those that turn the direction of what follows.
fn steers(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn label(advice: &str) -> Label {
        Label {
            id: LabelId([7; 16]),
            severity: Severity::High,
            advice_fr: advice.to_owned(),
            advice_en: advice.to_owned(),
            call: "CERT, +33 1 23 45 67 89".to_owned(),
        }
    }

    proptest! {
        #[test]
        fn every_label_has_one_size_and_opens_with_its_key_alone(advice in "[a-zé]{1,100}", key: [u8; 32], flip in 0..SEALED) {
            let label = label(&advice);
            let mut sealed = label.seal(&key, b"row").unwrap();
            prop_assert_eq!(sealed.len(), SEALED);
            prop_assert_eq!(Label::open(&sealed, &key, b"row"), Some(Ok(label)));
            prop_assert_eq!(Label::open(&sealed, &key, b"other row"), None);
            sealed[flip] ^= 1;
            prop_assert_eq!(Label::open(&sealed, &key, b"row"), None);
        }

        #[test]
        fn no_plain_text_panics(bytes in prop::collection::vec(any::<u8>(), 0..PLAIN)) {
            let _ = Label::from_plain(&bytes);
        }
    }

    #[test]
    fn what_cannot_be_shown_is_not_sealed() {
        assert_eq!(label("").check(), Err(LabelError::Empty));
        assert_eq!(label("red \x1b[31m").check(), Err(LabelError::Control));
        assert_eq!(label("\u{202e}exe.txt").check(), Err(LabelError::Control));
        assert!(matches!(label(&"a".repeat(PLAIN)).check(), Err(LabelError::Long(_))));
        assert_eq!(label(&"a".repeat(200)).check(), Ok(()));
    }

    #[test]
    fn what_cannot_be_shown_is_not_read() {
        let mut plain = label("abcd").plain().unwrap();
        let at = plain.windows(4).position(|four| four == b"abcd").unwrap();
        plain[at] = 0x1b;
        assert_eq!(Label::from_plain(&plain), Err(LabelError::Control));
        plain[0] = 9;
        assert_eq!(Label::from_plain(&plain), Err(LabelError::Form));
    }
}
