//! The `From ` lines between messages.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use crate::formats::mail::begins_with_headers;

/// Whether `line` begins a message. Text may hold a line that begins with `From ` too, so a date is asked of it
/// or, where a program writes none, that it says nothing else; and a header must follow at once.
pub(super) fn is_separator(line: &[u8], after_blank: bool, next: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"From ").or_else(|| (line == b"From").then_some(&[][..])) else { return false };
    let is_bare = matches!(rest.trim_ascii(), b"" | b"-") && after_blank;
    (is_bare || has_date(rest)) && starts_message(next)
}

/// The date of a `From ` line, which is written in UTC (RFC 4155 appendix A).
pub(super) fn date(line: &[u8]) -> Option<Timestamp> {
    let words: Vec<&str> = str::from_utf8(line).ok()?.split_whitespace().collect();
    let time = words.iter().rposition(|word| word.contains(':') && word.starts_with(|c: char| c.is_ascii_digit()))?;
    let year = words
        .get(time.checked_add(1)?..)?
        .iter()
        .find(|word| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit()))?;
    let (month, day) = (words.get(time.checked_sub(2)?)?, words.get(time.checked_sub(1)?)?);
    let clock = words.get(time)?;
    let clock = if clock.matches(':').count() == 1 { format!("{clock}:00") } else { (*clock).to_owned() };
    let moment = DateTime::strptime("%b %d %H:%M:%S %Y", format!("{month} {day} {clock} {year}")).ok()?;
    TimeZone::UTC.to_timestamp(moment).ok()
}

/// A time of day and a year stand in it.
fn has_date(line: &[u8]) -> bool {
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let is_time = |word: &[u8]| {
        matches!(word, [a, b, b':', c, d, ..] if [a, b, c, d].iter().all(|byte| byte.is_ascii_digit()))
            || matches!(word, [a, b':', c, d, ..] if [a, c, d].iter().all(|byte| byte.is_ascii_digit()))
    };
    let is_year =
        |word: &[u8]| matches!(word, [b'1' | b'2', b'9' | b'0', a, b] if a.is_ascii_digit() && b.is_ascii_digit());
    words.any(is_time) && line.split(u8::is_ascii_whitespace).any(is_year)
}

/// What follows looks like a header: its first line names a field. An old envelope line may stand before it.
fn starts_message(next: &[u8]) -> bool {
    let next = match next.strip_prefix(b">From ") {
        Some(rest) => memchr::memchr(b'\n', rest).and_then(|end| rest.get(end.saturating_add(1)..)).unwrap_or_default(),
        None => next,
    };
    let line = next.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let name = line
        .get(..memchr::memchr(b':', line.get(..line.len().min(80)).unwrap_or_default()).unwrap_or(0))
        .unwrap_or_default();
    let names_a_field =
        !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte));
    names_a_field || begins_with_headers(next, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_are_told_from_prose() {
        for (line, after_blank, next, wanted) in [
            ("From a@b.example Sat Mar 19 04:34:30 2016", true, "Subject: x", true),
            ("From a@b.example Sat Mar 19 04:34:30 2016", false, "Subject: x", true),
            ("From - Sat Mar 19 04:34:30 2016", true, "X-Mozilla-Status: 0001", true),
            ("From 1529@xxx Sat Mar 19 04:34:30 +0000 2016", true, "X-GM-THRID: 1", true),
            ("From ", true, "Subject: x", true),
            ("From here on, at 10:00 in 2016", true, "we walk on", false),
            ("From here on it is said", true, "Note: x", false),
            ("From", false, "Note: x", false),
            (">From a Sat Mar 19 04:34:30 2016", true, "Subject: x", false),
        ] {
            assert_eq!(is_separator(line.as_bytes(), after_blank, next.as_bytes()), wanted, "{line}");
        }
    }

    #[test]
    fn dates_are_read() {
        for line in [
            "From a@b.example Sat Mar 19 04:34:30 2016",
            "From 15@xxx Sat Mar 19 04:34:30 +0000 2016",
            "From - Sat Mar 19 04:34:30 2016",
        ] {
            assert_eq!(date(line.as_bytes()), "2016-03-19T04:34:30Z".parse().ok(), "{line}");
        }
        assert_eq!(date(b"From a@b.example Sat Mar 99 04:34:30 2016"), None);
        assert_eq!(date(b"From "), None);
    }
}
