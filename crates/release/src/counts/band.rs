//! How many, roughly: an exact number of hits can tell which they were to whoever knows when he used what.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A number, to within a factor of ten. In a line all bands are written with one width, so that its length says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Band {
    /// None.
    #[serde(rename = "    0")]
    None,
    /// One.
    #[serde(rename = "    1")]
    One,
    /// Two to nine.
    #[serde(rename = "  2-9")]
    Few,
    /// Ten to ninety-nine.
    #[serde(rename = "10-99")]
    Tens,
    /// A hundred and more.
    #[serde(rename = " 100+")]
    Many,
}

impl Band {
    /// All there are, from the least to the most.
    pub const ALL: [Self; 5] = [Self::None, Self::One, Self::Few, Self::Tens, Self::Many];

    /// The band of a number.
    #[must_use]
    pub const fn of(count: usize) -> Self {
        match count {
            0 => Self::None,
            1 => Self::One,
            2..=9 => Self::Few,
            10..=99 => Self::Tens,
            _ => Self::Many,
        }
    }

    /// How it is shown: `0`, `1`, `2-9`, `10-99` or `100+`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "0",
            Self::One => "1",
            Self::Few => "2-9",
            Self::Tens => "10-99",
            Self::Many => "100+",
        }
    }
}

impl fmt::Display for Band {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_one_band_and_every_band_one_width() {
        for (count, shown) in [(0, "0"), (1, "1"), (2, "2-9"), (9, "2-9"), (10, "10-99"), (99, "10-99"), (100, "100+")]
        {
            assert_eq!(Band::of(count).as_str(), shown);
        }
        assert_eq!(Band::of(usize::MAX), Band::Many);
        for band in Band::ALL {
            let written = serde_json::to_string(&band).unwrap();
            assert_eq!(written, format!("\"{band:>5}\""));
            assert_eq!(serde_json::from_str::<Band>(&written).unwrap(), band);
        }
        for bad in ["\"0\"", "\"3\"", "\"2-9  \"", "0", "null"] {
            assert!(serde_json::from_str::<Band>(bad).is_err(), "{bad}");
        }
    }
}
