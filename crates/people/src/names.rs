//! Texts that people chose, short and harmless: no line of another, no letters that turn around or hide others.

use std::{fmt, str::FromStr};

use rusqlite::{
    ToSql,
    types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef},
};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;
use unicode_security::skeleton;

/// A text that cannot be a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// Nothing is in it.
    #[error("a name must not be empty")]
    Empty,
    /// Too long.
    #[error("a name must not be longer than {0} characters")]
    Long(usize),
    /// A character that a person cannot see, or that changes the order of others.
    #[error("a name must not hold characters that cannot be seen")]
    Hidden,
}

/// Whether a character is one that people see where it stands.
fn is_plain(character: char) -> bool {
    !character.is_control()
        && !matches!(character, '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// One spelling: composed letters, single blanks, none around.
fn checked(text: &str, most: usize) -> Result<String, InvalidName> {
    // Composing can only shorten what is bounded here.
    if text.len() > most * 16 {
        return Err(InvalidName::Long(most));
    }
    let spelt = text.split_whitespace().collect::<Vec<_>>().join(" ").nfc().collect::<String>();
    if spelt.is_empty() {
        Err(InvalidName::Empty)
    } else if spelt.chars().count() > most {
        Err(InvalidName::Long(most))
    } else if spelt.chars().all(is_plain) {
        Ok(spelt)
    } else {
        Err(InvalidName::Hidden)
    }
}

macro_rules! name {
    ($(#[$about:meta])* $name:ident, $most:literal) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// As it is shown.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidName;

            fn from_str(text: &str) -> Result<Self, InvalidName> {
                checked(text, $most).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidName;

            fn try_from(text: String) -> Result<Self, InvalidName> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(self.0.as_str().into())
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                value.as_str()?.parse().map_err(|_| FromSqlError::InvalidType)
            }
        }
    };
}

name!(
    /// A person's name, at most 80 characters.
    Name,
    80
);
name!(
    /// The name of a group, which is a compartment of the policy; at most 64 characters.
    Group,
    64
);
name!(
    /// What a person calls a key; at most 60 characters.
    Label,
    60
);

impl Name {
    /// What two spellings of one name share: no case, no forms of letters.
    pub(crate) fn folded(&self) -> String {
        self.0.nfkc().collect::<String>().to_lowercase()
    }

    /// What two names share that look the same to people (UTS #39, section 4), whatever alphabet their letters are of. It is never
    /// kept, because the tables behind it change.
    pub(crate) fn look(&self) -> String {
        skeleton(&self.folded()).collect()
    }
}

/// A browser as it names itself: hostile, so it is cut at 160 characters and rid of what cannot be seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Agent(String);

impl Agent {
    /// What is kept of it.
    #[must_use]
    pub fn new(told: &str) -> Self {
        Self(told.chars().take(160).filter(|character| is_plain(*character)).collect())
    }

    /// As it is shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_one_spelling_and_hide_nothing() {
        let name: Name = "  Zoe\u{301}   Martin ".parse().unwrap();
        assert_eq!(name.as_str(), "Zo\u{e9} Martin");
        assert_eq!(name.folded(), "ZO\u{c9} MARTIN".parse::<Name>().unwrap().folded());
        assert_eq!(name.as_str().parse::<Name>().as_ref(), Ok(&name), "spelling it again changes nothing");
        for bad in ["", " \n ", "a\u{0}", "a\u{202e}b", "a\u{200b}", "\u{3164}", &"x".repeat(81), &"x".repeat(1 << 20)]
        {
            assert!(bad.parse::<Name>().is_err());
        }
        let look = |name: &str| name.parse::<Name>().unwrap().look();
        assert_eq!(look("Ana"), look("\u{410}n\u{430}"), "two of Cyrillic");
        assert_ne!(look("Ana"), look("Ann"));
        assert_eq!("two\nlines".parse::<Name>().unwrap().as_str(), "two lines");
        assert_eq!(Agent::new(&format!("a\u{1b}[31m{}", "x".repeat(1 << 20))).as_str().chars().count(), 159);
    }
}
