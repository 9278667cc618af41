//! The head of a log as words to be read out over the telephone, in French or in English.
//!
//! A hub that wants to show two parties different logs may choose both, so the words must withstand a search for any two that agree,
//! not only for one that agrees with a given log: 192 bits leave it 2^96 attempts, where 128 bits would leave it 2^64. The words are
//! the two lists of BIP 39, chosen so that their first four letters tell them apart; 6 of the 198 bits catch a word misheard. They are
//! no key to anything.

use std::fmt;

use bip39::{Language, Mnemonic};
use unicode_normalization::UnicodeNormalization as _;

use super::LogHead;
use crate::{Digest, Head};

/// How many bytes of the digest the words hold.
const BYTES: usize = 24;
/// How many words stand in a line.
const IN_A_LINE: usize = 6;

/// 18 words in each language that say the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadWords {
    /// French.
    pub fr: Vec<String>,
    /// English.
    pub en: Vec<String>,
}

impl LogHead {
    /// The words of this head.
    #[must_use]
    pub fn words(&self) -> HeadWords {
        HeadWords::of(&self.digest)
    }
}

impl Head {
    /// The words of the newest release: two parties of one stream who have the same number compare these, too.
    #[must_use]
    pub fn words(&self) -> HeadWords {
        HeadWords::of(&self.digest)
    }
}

impl HeadWords {
    /// The words of a digest.
    #[must_use]
    pub fn of(digest: &Digest) -> Self {
        Self { fr: words(digest, Language::French), en: words(digest, Language::English) }
    }

    /// Whether what somebody else read out is this head, in either language, with or without accents and capitals.
    #[must_use]
    pub fn are_said_in(&self, text: &str) -> bool {
        let said: Vec<String> = text.split_whitespace().map(plain).collect();
        [&self.fr, &self.en].into_iter().any(|words| words.iter().map(|word| plain(word)).eq(said.iter().cloned()))
    }
}

fn words(digest: &Digest, language: Language) -> Vec<String> {
    let mnemonic = Mnemonic::from_entropy_in(language, &digest.bytes()[..BYTES]);
    mnemonic.expect("24 bytes are a length that has words").words().map(|word| word.nfc().collect()).collect()
}

/// Three lines of six words, each language for itself.
impl fmt::Display for HeadWords {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (language, words) in [("fr", &self.fr), ("en", &self.en)] {
            for line in words.chunks(IN_A_LINE) {
                writeln!(formatter, "{language}  {}", line.join(" "))?;
            }
        }
        Ok(())
    }
}

/// Lower case without accents: the first four letters of the list's words differ without them, too.
fn plain(word: &str) -> String {
    word.nfd().filter(|character| character.is_alphabetic()).flat_map(char::to_lowercase).collect()
}
