//! Timestamps (section 2.16): RFC 3339 in UTC, of any precision.
//!
//! A precision beyond nanoseconds is allowed, so the fraction is kept as its digits and compared as such.

use std::{cmp::Ordering, fmt, str::FromStr};

/// A point in time. Ordered by time; two ways of writing one time (`.5`, `.500`) are equal.
#[derive(Debug, Clone)]
pub struct Timestamp {
    text: String,
    /// Year, month, day, hour, minute, second.
    parts: [u16; 6],
}

/// Text that is no timestamp.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a time in UTC, as in 2026-01-31T08:00:00.000Z")]
pub struct TimestampError;

impl Timestamp {
    /// The text as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// How many digits of a second there are.
    #[must_use]
    pub fn precision(&self) -> usize {
        self.fraction().len()
    }

    fn fraction(&self) -> &str {
        self.text.get(20..).and_then(|rest| rest.strip_suffix('Z')).unwrap_or_default()
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        let bytes = text.as_bytes();
        let punctuation = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
        if bytes.len() < 20 || punctuation.iter().any(|(at, sign)| bytes.get(*at) != Some(sign)) {
            return Err(TimestampError);
        }
        let number = |from: usize, to: usize| digits(bytes.get(from..to)?);
        let read =
            || Some([number(0, 4)?, number(5, 7)?, number(8, 10)?, number(11, 13)?, number(14, 16)?, number(17, 19)?]);
        let parts = read().ok_or(TimestampError)?;
        let rest = bytes.get(19..).unwrap_or_default();
        let fraction_is_right = match rest {
            [b'Z'] => true,
            [b'.', digits @ .., b'Z'] => !digits.is_empty() && digits.iter().all(u8::is_ascii_digit),
            _ => false,
        };
        if fraction_is_right && is_in_a_calendar(parts) {
            Ok(Self { text: text.to_owned(), parts })
        } else {
            Err(TimestampError)
        }
    }
}

fn digits(bytes: &[u8]) -> Option<u16> {
    bytes.iter().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + u16::from(byte - b'0')))
}

fn is_in_a_calendar([year, month, day, hour, minute, second]: [u16; 6]) -> bool {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    // A leap second is the last of a day in UTC (RFC 3339, section 5.7).
    let last_second = if (hour, minute) == (23, 59) { 60 } else { 59 };
    (1..=days).contains(&day) && hour < 24 && minute < 60 && second <= last_second
}

impl Ord for Timestamp {
    fn cmp(&self, other: &Self) -> Ordering {
        let fraction = |time: &Self| time.fraction().trim_end_matches('0').to_owned();
        self.parts.cmp(&other.parts).then_with(|| fraction(self).cmp(&fraction(other)))
    }
}

impl PartialOrd for Timestamp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Timestamp {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Timestamp {}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().expect(text)
    }

    #[test]
    fn order_is_that_of_time() {
        assert_eq!(time("2016-05-12T08:17:27Z"), time("2016-05-12T08:17:27.000Z"));
        assert_eq!(time("2016-05-12T08:17:27.5Z"), time("2016-05-12T08:17:27.500Z"));
        assert!(time("2016-05-12T08:17:27.000Z") < time("2016-05-12T08:17:27.000123Z"));
        assert!(time("2016-05-12T08:17:27.1Z") > time("2016-05-12T08:17:27.0999999999999999Z"));
        assert!(time("2016-12-31T23:59:60Z") < time("2017-01-01T00:00:00Z"));
        assert_eq!(time("2016-05-12T08:17:27.000123Z").precision(), 6);
    }

    #[test]
    fn days_that_no_calendar_has_are_no_times() {
        for wrong in [
            "2017-02-29T08:17:27.000Z",
            "2016-11-31T08:17:27.000Z",
            "2016-13-12T08:17:27.000Z",
            "2016-03-00T08:17:27.000Z",
            "2016-03-12T24:00:00.000Z",
            "2016-03-12T08:60:00.000Z",
            "2016-03-12T08:00:60.000Z",
            "2016-03-12T08:00:00.Z",
            "2016-03-12T08:00:00",
            "2016-03-12T08:00:00+00:00",
            "2016-03-12t08:00:00z",
            "2016-03-12 08:00:00Z",
            "\u{e9}016-03-12T08:00:00Z",
            "",
        ] {
            assert_eq!(wrong.parse::<Timestamp>(), Err(TimestampError), "{wrong}");
        }
        assert!("2016-02-29T23:59:60.123456789012Z".parse::<Timestamp>().is_ok());
    }
}
