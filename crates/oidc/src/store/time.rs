//! Times as the database has them: milliseconds since 1970.

use jiff::{SignedDuration, Timestamp};

use crate::OidcError;

pub(crate) fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

pub(crate) fn moment(at: i64) -> Result<Timestamp, OidcError> {
    Timestamp::from_millisecond(at).map_err(|_| OidcError::Damaged("a time"))
}

/// So much later, in milliseconds.
pub(crate) fn after(at: Timestamp, duration: SignedDuration) -> i64 {
    millis(at).saturating_add(length(duration))
}

/// So much earlier, in milliseconds.
pub(crate) fn before(at: Timestamp, duration: SignedDuration) -> i64 {
    millis(at).saturating_sub(length(duration))
}

fn length(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
