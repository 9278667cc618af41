//! Attempts that failed are counted by person and address, and slowed. Nobody is locked out: a good key gets in whatever the counters
//! say, because only answers to failures wait.

use std::{net::IpAddr, time::Duration};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};

use crate::{
    By, EventKind, PeopleError, Person, PersonId,
    event::NewEvent,
    person,
    store::{Change, Lasting, People, earlier, millis},
};

/// A counter halves in so many milliseconds.
const HALF: f64 = 300_000.0;
/// Failures that are not slowed: people touch the wrong key.
const FREE: f64 = 3.0;
/// The first wait, which doubles with each failure.
const FIRST: f64 = 0.25;
/// The longest wait in seconds.
const LONGEST: f64 = 10.0;
/// Counters that are kept; the oldest go first.
const COUNTERS: i64 = 20_000;
/// Counters that are older say nothing any more.
const FORGOTTEN: jiff::SignedDuration = jiff::SignedDuration::from_hours(2);
/// Every failure of an address up to this many is an event of its own; beyond, each doubling is one.
const EACH: f64 = 8.0;
/// The same over all addresses.
const EACH_OVERALL: f64 = 256.0;

/// An attempt that failed before it came to a rule of ours: a signature that does not hold, an answer that cannot be read.
#[derive(Debug, Clone, Copy)]
pub struct Attempt {
    /// Whose key was named, if it is known.
    pub person: Option<PersonId>,
    /// From where.
    pub address: Option<IpAddr>,
    /// Why, as a word; never anything that the other side sent.
    pub why: &'static str,
}

impl People {
    /// Writes down that an attempt failed, and says how long to wait before that is answered.
    ///
    /// # Errors
    /// When the file refuses.
    pub fn refused(&self, attempt: &Attempt, now: Timestamp) -> Result<Duration, PeopleError> {
        let subject = match attempt.person {
            Some(id) => self.read(|sql| person::person(sql, id))?,
            None => None,
        };
        self.count_refusal(subject.as_ref(), attempt.address, attempt.why, now)?;
        self.slowdown(attempt.person, attempt.address, now)
    }

    /// How long to wait before a failure is answered. A success is answered at once.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn slowdown(
        &self,
        person: Option<PersonId>,
        address: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Duration, PeopleError> {
        self.read(|sql| {
            let of_address = failures(sql, &neighbourhood(address), now)?;
            let of_person = match person {
                Some(person) => failures(sql, &subject(person), now)?,
                None => 0.0,
            };
            let over = of_address.max(of_person) - FREE;
            let seconds = if over <= 0.0 { 0.0 } else { (FIRST * over.exp2()).min(LONGEST) };
            Ok(Duration::from_secs_f64(seconds))
        })
    }

    /// Counts a refusal, and makes an event of it while they are few.
    pub(crate) fn count_refusal(
        &self,
        subject_person: Option<&Person>,
        address: Option<IpAddr>,
        why: &'static str,
        now: Timestamp,
    ) -> Result<(), PeopleError> {
        self.change(Lasting::Soon, now, |change| {
            let of_address = change.count_failure(&neighbourhood(address))?;
            let overall = change.count_failure("all")?;
            let of_person = match subject_person {
                Some(person) => Some(change.count_failure(&subject(person.id))?),
                None => None,
            };
            // What is tried against somebody known is told in the middle of a flood, too.
            let is_told_of_person = of_person.is_some_and(|failed| is_told(failed, EACH));
            let is_told_of_all = is_told(of_address, EACH) && is_told(overall, EACH_OVERALL);
            if !is_told_of_person && !is_told_of_all {
                return Ok(());
            }
            let named = subject_person.map(Person::named);
            let event = NewEvent::new(EventKind::SignInRefused, By::Unknown).named(named).address(address);
            change.note(event.detail(why))
        })
    }
}

impl Change<'_> {
    /// Counts a failure, and says how many there are with it.
    fn count_failure(&self, bucket: &str) -> Result<f64, PeopleError> {
        let failed = failures(&self.sql, bucket, self.now)? + 1.0;
        self.sql
            .prepare_cached(
                "INSERT INTO attempts (bucket, failed, at) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (bucket) DO UPDATE SET failed = ?2, at = ?3",
            )?
            .execute((bucket, failed, millis(self.now)))?;
        Ok(failed)
    }

    /// Forgets counters that say nothing any more, and the oldest of those that are too many.
    pub(crate) fn forget_attempts(&self) -> Result<(), PeopleError> {
        self.sql.execute("DELETE FROM attempts WHERE at < ?", [earlier(self.now, FORGOTTEN)])?;
        self.sql.execute(
            "DELETE FROM attempts WHERE bucket IN (SELECT bucket FROM attempts ORDER BY at DESC LIMIT -1 OFFSET ?)",
            [COUNTERS],
        )?;
        Ok(())
    }
}

/// What is left of a counter by now.
fn failures(sql: &Connection, bucket: &str, now: Timestamp) -> Result<f64, PeopleError> {
    let found: Option<(f64, i64)> = sql
        .prepare_cached("SELECT failed, at FROM attempts WHERE bucket = ?")?
        .query_row([bucket], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((failed, at)) = found else { return Ok(0.0) };
    // A clock that went back lets nothing decay, and nothing grow.
    let passed = millis(now).saturating_sub(at).max(0);
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of centuries fit")]
    let halves = passed as f64 / HALF;
    Ok(failed * (-halves).exp2())
}

/// Whether a failure is an event: the first few are, then each doubling.
fn is_told(failed: f64, each: f64) -> bool {
    failed <= each || failed.log2().floor() > (failed - 1.0).log2().floor()
}

fn subject(person: PersonId) -> String {
    format!("person {person}")
}

/// The network that one subscriber has: an address of IPv4, 64 bits of IPv6.
#[must_use]
pub fn neighbourhood(address: Option<IpAddr>) -> String {
    match address.map(|address| address.to_canonical()) {
        None => "address unknown".to_owned(),
        Some(IpAddr::V4(address)) => format!("address {address}"),
        Some(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("address {a:x}:{b:x}:{c:x}:{d:x}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_subscriber_is_one_neighbourhood() {
        let of = |text: &str| neighbourhood(Some(text.parse().unwrap()));
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }

    #[test]
    fn a_flood_makes_few_events() {
        let told = (1..=100_000).filter(|count| is_told(f64::from(*count), EACH)).count();
        assert!((9..=8 + 17).contains(&told), "{told}");
    }
}
