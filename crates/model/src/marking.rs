//! Who may see a thing: Traffic Light Protocol 2.0 (FIRST, August 2022).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A TLP 2.0 label. The order is from the freest to the strictest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum Marking {
    /// The world may know.
    #[serde(rename = "TLP:CLEAR")]
    Clear,
    /// The community may know.
    #[serde(rename = "TLP:GREEN")]
    Green,
    /// The recipient's organisation and its clients may know. What an unmarked indicator counts as.
    #[default]
    #[serde(rename = "TLP:AMBER")]
    Amber,
    /// The recipient's organisation alone may know.
    #[serde(rename = "TLP:AMBER+STRICT")]
    AmberStrict,
    /// The individual recipients alone may know.
    #[serde(rename = "TLP:RED")]
    Red,
}

impl Marking {
    /// The label as TLP 2.0 section 2 spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clear => "TLP:CLEAR",
            Self::Green => "TLP:GREEN",
            Self::Amber => "TLP:AMBER",
            Self::AmberStrict => "TLP:AMBER+STRICT",
            Self::Red => "TLP:RED",
        }
    }

    /// The id of the STIX 2.1 marking-definition object that the OASIS TLP 2.0 extension gives this label.
    #[must_use]
    pub const fn stix_id(self) -> &'static str {
        match self {
            Self::Clear => "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
            Self::Green => "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
            Self::Amber => "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
            Self::AmberStrict => "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
            Self::Red => "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
        }
    }

    /// The label behind a STIX marking-definition id: the TLP 2.0 objects above and the TLP 1.0 objects of
    /// STIX 2.1 section 7.2.1.4 (`TLP:WHITE` reads as [`Marking::Clear`]).
    #[must_use]
    pub fn from_stix_id(id: &str) -> Option<Self> {
        Some(match id {
            "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9" => Self::Clear,
            "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da" => Self::Green,
            "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82" => Self::Amber,
            "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed" => Self::Red,
            _ => {
                return [Self::Clear, Self::Green, Self::Amber, Self::AmberStrict, Self::Red]
                    .into_iter()
                    .find(|marking| marking.stix_id() == id);
            }
        })
    }
}

impl fmt::Display for Marking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A label that is not one of TLP's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown TLP label {0:?}")]
pub struct UnknownMarking(pub String);

/// Reads `TLP:AMBER+STRICT`, `tlp:amber`, `amber`, and TLP 1.0's `white`.
impl FromStr for Marking {
    type Err = UnknownMarking;

    fn from_str(label: &str) -> Result<Self, Self::Err> {
        let lower = label.trim().to_ascii_lowercase();
        let bare = lower.strip_prefix("tlp:").unwrap_or(&lower).trim();
        Ok(match bare {
            "clear" | "white" => Self::Clear,
            "green" => Self::Green,
            "amber" => Self::Amber,
            "amber+strict" => Self::AmberStrict,
            "red" => Self::Red,
            _ => return Err(UnknownMarking(label.to_owned())),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_label_reads_back() {
        for marking in [Marking::Clear, Marking::Green, Marking::Amber, Marking::AmberStrict, Marking::Red] {
            assert_eq!(marking.as_str().parse(), Ok(marking));
            assert_eq!(Marking::from_stix_id(marking.stix_id()), Some(marking));
        }
        assert_eq!("white".parse(), Ok(Marking::Clear));
        assert!("purple".parse::<Marking>().is_err());
    }

    #[test]
    fn unmarked_is_amber_and_red_is_strictest() {
        assert_eq!(Marking::default(), Marking::Amber);
        assert!(Marking::Red > Marking::AmberStrict && Marking::AmberStrict > Marking::Amber);
    }
}
