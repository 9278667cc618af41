//! What a view is made of, in one tag: the same entries on the same day are the same bytes.

use data_encoding::HEXLOWER;
use jiff::{Timestamp, civil::Date, tz::Offset};
use sha2::{Digest as _, Sha256};

use super::{
    view::What,
    walk::{Looking, Part},
};
use crate::{front::problem::Problem, store::Detail};

/// What a view follows from, besides its format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag {
    /// The tag, without quotes.
    pub(super) text: String,
    /// The time that a view is stamped with: the day's beginning (UTC), or when the newest entry came if that is later.
    pub(super) stamp: Timestamp,
}

impl Tag {
    /// As HTTP has it.
    pub(super) fn quoted(&self) -> String {
        format!("\"{}\"", self.text)
    }
}

/// Looks at all entries, and reads none.
pub(super) async fn tag(looking: Looking<'_>, what: &What) -> Result<Tag, Problem> {
    let mut hash = Sha256::new();
    let head = looking.view.digest.map(|digest| digest.0).unwrap_or_default();
    hash.update(format!("vauban view 1\n{}\n{what:?}\n{}\n", env!("CARGO_PKG_VERSION"), looking.view.info.title));
    hash.update(head);
    let mut stamp = beginning(day(looking.now))?;
    let mut walk = looking.walk(&Part::default(), Detail::Manifest);
    while let Some(page) = walk.next().await? {
        for entry in page {
            hash.update(entry.sequence.0.to_be_bytes());
            stamp = stamp.max(entry.added);
        }
    }
    hash.update(stamp.as_microsecond().to_be_bytes());
    Ok(Tag { text: HEXLOWER.encode(&hash.finalize()), stamp })
}

/// The day (UTC).
pub(super) fn day(at: Timestamp) -> Date {
    Offset::UTC.to_datetime(at).date()
}

/// When a day begins (UTC).
pub(super) fn beginning(day: Date) -> Result<Timestamp, Problem> {
    Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)).map_err(|_| Problem::Internal)
}
