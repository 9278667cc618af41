//! ATT&CK technique ids.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A MITRE ATT&CK technique or sub-technique id, for example `T1566.002`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Technique(Box<str>);

impl Technique {
    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first technique id that stands in `text` as a word of its own, as in a MISP galaxy tag.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '.'))
            .find_map(|word| word.trim_end_matches('.').parse().ok())
    }
}

/// Reads `T1566` and `T1566.002`, nothing else.
impl FromStr for Technique {
    type Err = ();

    fn from_str(id: &str) -> Result<Self, ()> {
        let all_digits = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
        let rest = id.strip_prefix('T').ok_or(())?;
        let well_formed = match rest.split_once('.') {
            None => all_digits(rest, 4),
            Some((technique, sub)) => all_digits(technique, 4) && all_digits(sub, 3),
        };
        if well_formed { Ok(Self(id.into())) } else { Err(()) }
    }
}

impl fmt::Display for Technique {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_ids_and_finds_them_in_galaxy_tags() {
        assert!("T1566.002".parse::<Technique>().is_ok());
        assert!("T156".parse::<Technique>().is_err());
        let tag = r#"misp-galaxy:mitre-attack-pattern="Spearphishing Link - T1566.002""#;
        assert_eq!(Technique::find(tag).map(|t| t.to_string()).as_deref(), Some("T1566.002"));
    }
}
