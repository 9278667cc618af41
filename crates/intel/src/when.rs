//! The ways documents write a time. No time is guessed: what cannot be read is absent.

use jiff::{Timestamp, civil, tz::TimeZone};

/// Reads RFC 3339, `2020-01-31`, `2020-01-31 10:00:00` (as UTC) and seconds since 1970.
pub(crate) fn timestamp(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    if text.len() <= 12 && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Timestamp::from_second(text.parse().ok()?).ok();
    }
    let utc = |time: civil::DateTime| TimeZone::UTC.to_timestamp(time).ok();
    if let Ok(time) = text.trim_end_matches("UTC").trim().parse::<civil::DateTime>() {
        return utc(time);
    }
    text.parse::<civil::Date>().ok().and_then(|date| utc(date.at(0, 0, 0, 0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_usual_forms() {
        let expected: Timestamp = "2020-01-31T00:00:00Z".parse().unwrap();
        for text in
            ["2020-01-31T00:00:00Z", "2020-01-31", "2020-01-31 00:00:00", "2020-01-31 00:00:00 UTC", "1580428800"]
        {
            assert_eq!(timestamp(text), Some(expected), "{text}");
        }
        for bad in ["", "soon", "99999999999999999999", "2020-13-01"] {
            assert_eq!(timestamp(bad), None, "{bad}");
        }
    }
}
