//! Times as TAXII and STIX write them: RFC 3339 in UTC with `Z`, up to microseconds.
//!
//! TAXII writes its own times with six decimals (section 2); STIX writes three or more, and a version is echoed as its author
//! wrote it. So a [`Stamp`] remembers how many decimals it had, and compares by the instant alone.

use std::{cmp::Ordering, fmt, str::FromStr};

use jiff::{Timestamp, fmt::temporal::DateTimePrinter};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// The decimals of a time of TAXII itself.
const MICROSECONDS: u8 = 6;

/// Why a text is no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StampError {
    /// Another form than `2016-01-01T01:01:01.000Z`, or more than six decimals.
    #[error("a time is written as in 2016-01-01T01:01:01.000Z, with at most six decimals")]
    Form,
    /// The form of a time, but no day or hour that there is.
    #[error("there is no such day or hour")]
    NoSuchTime,
}

/// A time with the number of decimals that it was written with. Two are equal when they are the same instant.
#[derive(Debug, Clone, Copy)]
pub struct Stamp {
    at: Timestamp,
    decimals: u8,
}

impl Stamp {
    /// The instant, with the six decimals that TAXII writes its own times with; what is below a microsecond is cut off.
    #[must_use]
    pub fn taxii(at: Timestamp) -> Self {
        Self { at: Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at), decimals: MICROSECONDS }
    }

    /// The instant.
    #[must_use]
    pub const fn instant(&self) -> Timestamp {
        self.at
    }
}

impl FromStr for Stamp {
    type Err = StampError;

    fn from_str(text: &str) -> Result<Self, StampError> {
        let decimals = shape(text.as_bytes()).ok_or(StampError::Form)?;
        let at = text.parse().map_err(|_| StampError::NoSuchTime)?;
        Ok(Self { at, decimals })
    }
}

/// The number of decimals, when the text is `YYYY-MM-DDTHH:MM:SS[.ssssss]Z`.
fn shape(text: &[u8]) -> Option<u8> {
    let (whole, rest) = text.split_at_checked("YYYY-MM-DDTHH:MM:SS".len())?;
    let is_whole = whole.iter().zip(b"0000-00-00T00:00:00").all(|(byte, form)| match form {
        b'0' => byte.is_ascii_digit(),
        _ => byte == form,
    });
    let decimals = match rest.strip_suffix(b"Z")? {
        [] => 0,
        [b'.', decimals @ ..] if decimals.iter().all(u8::is_ascii_digit) => u8::try_from(decimals.len()).ok()?,
        _ => return None,
    };
    let has_point = rest.len() > 1;
    (is_whole && decimals <= MICROSECONDS && has_point == (decimals > 0)).then_some(decimals)
}

impl fmt::Display for Stamp {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let printer = DateTimePrinter::new().precision(Some(self.decimals));
        printer.print_timestamp(&self.at, jiff::fmt::StdFmtWrite(to)).map_err(|_| fmt::Error)
    }
}

impl PartialEq for Stamp {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}

impl Eq for Stamp {}

impl PartialOrd for Stamp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Stamp {
    fn cmp(&self, other: &Self) -> Ordering {
        self.at.cmp(&other.at)
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<str>::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_echoed_as_it_was_written() {
        for text in [
            "2016-01-01T01:01:01Z",
            "2016-01-01T01:01:01.000Z",
            "2016-12-25T12:30:59.4440Z",
            "1969-12-31T23:59:59.000001Z",
        ] {
            assert_eq!(text.parse::<Stamp>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn the_instant_counts_and_not_the_decimals() {
        let (short, long) = ("2016-01-01T01:01:01Z".parse::<Stamp>(), "2016-01-01T01:01:01.000000Z".parse::<Stamp>());
        assert_eq!(short, long);
    }

    #[test]
    fn other_forms_are_refused() {
        let forms = [
            "",
            "2016-01-01",
            "2016-01-01T01:01:01.Z",
            "2016-01-01T01:01:01.0000000Z",
            "2016-01-01T01:01:01+00:00",
            "2016-01-01t01:01:01z",
            "+016-01-01T01:01:01Z",
            "2016-01-01T01:01:01.000ZZ",
        ];
        for text in forms {
            assert_eq!(text.parse::<Stamp>(), Err(StampError::Form), "{text}");
        }
        assert_eq!("2016-02-30T01:01:01Z".parse::<Stamp>(), Err(StampError::NoSuchTime));
    }

    #[test]
    fn taxii_writes_microseconds() {
        let at = "2016-11-03T12:30:59.001999999Z".parse().unwrap();
        assert_eq!(Stamp::taxii(at).to_string(), "2016-11-03T12:30:59.001999Z");
    }
}
