//! Times as the database has them: milliseconds since 1970.

use jiff::{SignedDuration, Timestamp};

/// How far a clock may step back before what began is taken for not begun yet. Machines set their clocks right by seconds.
pub(crate) const SLACK: SignedDuration = SignedDuration::from_secs(60);

pub(crate) fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

pub(crate) fn moment(at: i64) -> rusqlite::Result<Timestamp> {
    // The last second of time has no milliseconds.
    let moment = Timestamp::from_millisecond(at).or_else(|_| Timestamp::from_second(at.div_euclid(1_000)));
    moment.map_err(|_| rusqlite::Error::IntegralValueOutOfRange(0, at))
}

/// So much later, in milliseconds.
pub(crate) fn after(at: Timestamp, duration: SignedDuration) -> i64 {
    let added = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    millis(at).saturating_add(added).min(millis(Timestamp::MAX))
}

/// So much earlier, in milliseconds.
pub(crate) fn earlier(at: Timestamp, duration: SignedDuration) -> i64 {
    let taken = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    millis(at).saturating_sub(taken).max(millis(Timestamp::MIN))
}
