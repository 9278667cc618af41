//! Numbers that people can read to each other on the telephone.
//!
//! The word lists are BIP 39's, which exist in both languages, tell every word by its first four letters and end in a checksum, so a word
//! that was misheard is noticed. Eighteen words are 192 bits: whoever makes *both* keys (a hub that wants to show
//! one party another) looks for a collision, and finds one of 192 bits after 2^96 tries, of the usual twelve words after 2^64.

use std::fmt;

use bip39::{Language, Mnemonic};
use sha2::{Digest as _, Sha256};

/// The lists of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordList {
    /// English words.
    English,
    /// French words.
    French,
}

impl WordList {
    fn language(self) -> Language {
        match self {
            Self::English => Language::English,
            Self::French => Language::French,
        }
    }
}

/// Why words are no fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    /// Not eighteen.
    #[error("a fingerprint has 18 words, these are {0}")]
    Count(usize),
    /// One is in neither list (or they are of both), or was misheard: the checksum does not fit.
    #[error("one of these words is wrong")]
    Word,
}

/// 192 bits that stand for a key or a log of keys.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 24]);

impl Fingerprint {
    /// How many words it has.
    pub const WORDS: usize = 18;

    /// The first 192 bits of the SHA-256 of a purpose (length first, so that no purpose begins another) and parts of fixed lengths.
    pub(crate) fn of(purpose: &[u8], parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        hash.update([u8::try_from(purpose.len()).unwrap_or(u8::MAX)]);
        hash.update(purpose);
        for part in parts {
            hash.update(part);
        }
        let digest: [u8; 32] = hash.finalize().into();
        let mut bytes = [0; 24];
        bytes.copy_from_slice(&digest[..24]);
        Self(bytes)
    }

    /// Its 24 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 24] {
        &self.0
    }

    /// Its words, eighteen with spaces between.
    #[must_use]
    pub fn words(&self, list: WordList) -> String {
        let mnemonic = Mnemonic::from_entropy_in(list.language(), &self.0);
        mnemonic.map(|words| words.to_string()).unwrap_or_default()
    }

    /// Reads words of either list, as somebody typed them: capitals, spaces and the way accents are written do not matter.
    ///
    /// # Errors
    /// Another number of words, a word of no list, a checksum that does not fit.
    pub fn from_words(text: &str) -> Result<Self, WordsError> {
        let words: Vec<String> = text.split_whitespace().take(Self::WORDS + 1).map(str::to_lowercase).collect();
        if words.len() != Self::WORDS {
            return Err(WordsError::Count(words.len()));
        }
        let typed = words.join(" ");
        let read = |list: WordList| Mnemonic::parse_in(list.language(), typed.as_str()).ok();
        let mnemonic = read(WordList::English).or_else(|| read(WordList::French)).ok_or(WordsError::Word)?;
        let bytes = <[u8; 24]>::try_from(mnemonic.to_entropy()).map_err(|_| WordsError::Word)?;
        Ok(Self(bytes))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Fingerprint({})", self.words(WordList::English))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn words_read_back(bytes: [u8; 24]) {
            for list in [WordList::English, WordList::French] {
                let words = Fingerprint(bytes).words(list);
                prop_assert_eq!(words.split(' ').count(), Fingerprint::WORDS);
                prop_assert_eq!(Fingerprint::from_words(&words.to_uppercase()), Ok(Fingerprint(bytes)));
            }
        }

        /// Six bits of checksum: one word in 64 that was misheard passes it, and then it is another fingerprint.
        #[test]
        fn a_wrong_word_is_never_the_same(bytes: [u8; 24], at in 0..Fingerprint::WORDS) {
            let words = Fingerprint(bytes).words(WordList::English);
            let mut words: Vec<&str> = words.split(' ').collect();
            words[at] = if words[at] == "zoo" { "abandon" } else { "zoo" };
            prop_assert_ne!(Fingerprint::from_words(&words.join(" ")), Ok(Fingerprint(bytes)));
        }
    }

    #[test]
    fn another_number_of_words_is_refused() {
        assert_eq!(Fingerprint::from_words("abandon ability"), Err(WordsError::Count(2)));
        assert_eq!(Fingerprint::from_words(&"abandon ".repeat(4000)), Err(WordsError::Count(19)));
        assert_eq!(Fingerprint::from_words(&"vauban ".repeat(18)), Err(WordsError::Word));
    }
}
