//! The shapes of a log line. Looks at no more than it needs to know the shape and the time.

use jiff::{Timestamp, civil::DateTime};

/// The moment a line of an access log tells, when it is one.
pub(super) fn moment(line: &[u8]) -> Option<Timestamp> {
    let line = line.get(..line.len().min(512))?;
    let text = match std::str::from_utf8(line) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(line.get(..error.valid_up_to())?).ok()?,
    };
    squid(text).or_else(|| common(text))
}

/// `1491202800.000    120 192.0.2.51 TCP_MISS/200 800 GET http://… - HIER_DIRECT/198.51.100.10 text/html`
fn squid(line: &str) -> Option<Timestamp> {
    let mut fields = line.split_ascii_whitespace();
    let (seconds, fraction) = fields.next()?.split_once('.')?;
    let seconds: i64 = (seconds.len() <= 11).then(|| seconds.parse().ok()).flatten()?;
    let milliseconds: i64 = (fraction.len() == 3).then(|| fraction.parse().ok()).flatten()?;
    fields.next()?.parse::<i64>().ok()?;
    fields.next()?;
    let (code, status) = fields.next()?.split_once('/')?;
    let shaped = code.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_') && is_status(status);
    shaped.then(|| Timestamp::from_millisecond(seconds.checked_mul(1000)?.checked_add(milliseconds)?).ok()).flatten()
}

/// `192.0.2.1 - frank [10/Apr/2017:13:55:36 +0200] "GET / HTTP/1.0" 200 2326`
fn common(line: &str) -> Option<Timestamp> {
    let (front, rest) = line.split_once(" [")?;
    let (time, rest) = rest.split_once("] \"")?;
    let (_, after) = rest.rsplit_once("\" ").filter(|_| !rest.contains("\" \"")).or_else(|| rest.split_once("\" "))?;
    let status = after.split_ascii_whitespace().next()?;
    if front.split(' ').count() != 3 || !is_status(status) {
        return None;
    }
    clock(time)
}

fn is_status(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `10/Apr/2017:13:55:36 +0200`
fn clock(text: &str) -> Option<Timestamp> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (local, zone) = text.split_once(' ')?;
    let mut parts = local.split(['/', ':']);
    let day: i8 = parts.next()?.parse().ok()?;
    let name = parts.next()?;
    let month = i8::try_from(MONTHS.iter().position(|month| *month == name)? + 1).ok()?;
    let year: i16 = parts.next()?.parse().ok()?;
    let (hour, minute, second) =
        (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = (zone.get(1..3)?.parse::<i32>().ok()?, zone.get(3..5)?.parse::<i32>().ok()?);
    let offset = jiff::tz::Offset::from_seconds(sign * (hours.min(24) * 3600 + minutes.min(59) * 60)).ok()?;
    let local = DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
    offset.to_timestamp(local).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_moment_of_each_shape() {
        for (line, wanted) in [
            (
                "1491202800.000    120 192.0.2.51 TCP_MISS/200 800 GET http://a.example/ - HIER_DIRECT/198.51.100.10 text/html",
                "2017-04-03T07:00:00Z",
            ),
            (
                r#"192.0.2.1 - frank [10/Apr/2017:13:55:36 +0200] "GET /a.gif HTTP/1.0" 200 2326"#,
                "2017-04-10T11:55:36Z",
            ),
            (
                r#"192.0.2.1 - - [10/Apr/2017:13:55:36 -0700] "GET / HTTP/1.1" 404 5 "http://r.example/" "Mozilla/5.0 (X)""#,
                "2017-04-10T20:55:36Z",
            ),
        ] {
            assert_eq!(moment(line.as_bytes()).map(|at| at.to_string()).as_deref(), Some(wanted), "{line}");
        }
        for line in [
            "",
            "1.2 3",
            "see [10/Apr/2017:13:55:36 +0200] \"x\" 200",
            "1491202800.000 120 x y z",
            "2017-04-10 GET / 200",
        ] {
            assert_eq!(moment(line.as_bytes()), None, "{line}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_line_panics(line in "[0-9A-Za-z/:+\\[\\]\" .-]{0,80}") {
            let _ = moment(line.as_bytes());
        }
    }
}
