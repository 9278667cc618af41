//! Making and ending an exception: the record first, then the file.

use std::{io, path::Path};

use data_encoding::HEXLOWER;
use jiff::{Timestamp, ToSpan as _, civil::Date};
use sha2::{Digest as _, Sha256};
use vauban_policy::{Problem, day};
use vauban_record::{Excepted, ExceptedState, Kind, RecordError, write_down};

use super::store::{Exceptions, Made};
use crate::config::Config;

/// The days that an exception of the pages may last; what is to last longer belongs into the configuration.
pub const MOST_DAYS: i64 = 92;
/// Exceptions at a time.
const MOST: usize = 1_000;
/// The longest reason, in characters.
const LONGEST: usize = 300;
/// The days for which the file still has what is over.
const KEPT_DAYS: i64 = 30;

/// What somebody wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// For whom.
    pub who: String,
    /// To what.
    pub to: String,
    /// Why.
    pub reason: String,
    /// The last day on which it is to hold.
    pub until: Date,
}

/// Why an exception cannot be made or ended.
#[derive(Debug, thiserror::Error)]
pub enum ExceptionError {
    /// Nobody answers for it.
    #[error("nobody answers for it")]
    NoOwner,
    /// No reason.
    #[error("it has no reason, or one of more than {LONGEST} characters")]
    NoReason,
    /// It ends before it begins, or too late.
    #[error("its last day lies between today and {MOST_DAYS} days from now")]
    Day,
    /// The policy does not know what it speaks of.
    #[error("the policy does not know {:?}", .0.word)]
    Wrong(Problem),
    /// There are too many.
    #[error("there are {MOST} exceptions already")]
    TooMany,
    /// The file cannot be read or written.
    #[error("the file of exceptions cannot be used: {0}")]
    File(#[from] io::Error),
    /// The record refuses.
    #[error(transparent)]
    Record(#[from] RecordError),
}

/// Makes an exception that its owner answers for.
///
/// # Errors
/// When it has no owner, reason or end, or speaks of what the policy does not know; when it cannot be written down.
pub fn make(
    config: &Config,
    (state, record): (&Path, &Path),
    wanted: Wanted,
    owner: &str,
    now: Timestamp,
) -> Result<Made, ExceptionError> {
    let Wanted { who, to, reason, until } = wanted;
    let (owner, reason, today) = (owner.trim().to_owned(), reason.trim().to_owned(), day(now));
    if owner.is_empty() {
        return Err(ExceptionError::NoOwner);
    }
    if reason.is_empty() || reason.chars().count() > LONGEST || reason.chars().any(char::is_control) {
        return Err(ExceptionError::NoReason);
    }
    let last = today.checked_add(MOST_DAYS.days()).unwrap_or(today);
    if until < today || until > last {
        return Err(ExceptionError::Day);
    }
    let mut made = Made { id: String::new(), who, to, owner, reason, until, made: now };
    if let Some(problem) = config.policy().problems_with(&made.exception()).into_iter().next() {
        return Err(ExceptionError::Wrong(problem));
    }
    let exceptions = Exceptions::open(state);
    let _lock = exceptions.lock()?;
    let mut all = exceptions.all()?;
    all.retain(|one| one.until.checked_add(KEPT_DAYS.days()).is_ok_and(|end| end >= today));
    // Somebody pressed twice.
    let is_same =
        |one: &&Made| (&one.who, &one.to, &one.reason, one.until) == (&made.who, &made.to, &made.reason, until);
    if let Some(there) = all.iter().find(is_same) {
        return Ok(there.clone());
    }
    if all.len() >= MOST {
        return Err(ExceptionError::TooMany);
    }
    made.id = short_name(&made, all.len());
    write_down(record, now, Kind::Excepted, &entry(&made, ExceptedState::Made, &made.owner))?;
    all.push(made.clone());
    exceptions.write(&all)?;
    Ok(made)
}

/// Ends an exception before its time. None where there is none of that name any more.
///
/// # Errors
/// When it cannot be written down.
pub fn end(
    (state, record): (&Path, &Path),
    id: &str,
    who: &str,
    now: Timestamp,
) -> Result<Option<Made>, ExceptionError> {
    let exceptions = Exceptions::open(state);
    let _lock = exceptions.lock()?;
    let mut all = exceptions.all()?;
    let Some(at) = all.iter().position(|one| one.id == id) else { return Ok(None) };
    write_down(record, now, Kind::Excepted, &entry(&all[at], ExceptedState::Ended, who))?;
    let ended = all.remove(at);
    exceptions.write(&all)?;
    Ok(Some(ended))
}

fn entry(made: &Made, what: ExceptedState, who: &str) -> Excepted {
    let Made { id, who: subject, to, owner, reason, until, .. } = made.clone();
    Excepted { id, what, who: who.to_owned(), subject, to, owner, reason, until: until.to_string() }
}

/// A name that says nothing: who it is for stands in no address of a page.
fn short_name(made: &Made, place: usize) -> String {
    let text = format!("{place} {} {} {} {}", made.made.as_nanosecond(), made.who, made.to, made.owner);
    HEXLOWER.encode(&Sha256::digest(text.as_bytes())[..6])
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt as _};

    use vauban_policy::{Known, Object, Rule, Rules, Subject};
    use vauban_record::{SqliteRecord, excepted};

    use super::*;
    use crate::{config, exceptions::with_exceptions};

    const CONFIG: &str = "
[compartment.work]
networks = [\"10.20.0.0/16\"]
never = [\"private-messaging\"]
[device]
laptop = { compartment = \"work\" }
[[exception]]
who = [\"compartment:work\"]
to = [\"tool:signal\"]
owner = \"Claire\"
reason = \"Press.\"
until = \"2026-12-31\"
";

    fn now() -> Timestamp {
        "2026-11-26T08:00:00Z".parse().unwrap()
    }

    fn wanted(who: &str, until: &str) -> Wanted {
        let (who, to, reason) = (who.to_owned(), "tool:whatsapp".to_owned(), " Volunteers. ".to_owned());
        Wanted { who, to, reason, until: until.parse().unwrap() }
    }

    /// The rule for the laptop and WhatsApp.
    fn rule(config: &Config, state: &Path) -> Rule {
        let rules = Rules::new(with_exceptions(config.clone(), state).unwrap().policy()).unwrap();
        let place = rules.place(Subject { device: Some("laptop"), ..Subject::default() });
        rules.settle(place, Object::Name("web.whatsapp.com"), Known::default(), day(now()))
    }

    #[test]
    fn an_exception_counts_until_it_is_ended_and_the_record_says_who() {
        let folder = tempfile::tempdir().unwrap();
        let (state, record) = (folder.path(), folder.path().join("record.sqlite"));
        let config = config::parse(CONFIG).unwrap();
        assert_eq!(rule(&config, state), Rule::Never(0));
        let before = Exceptions::open(state).mark();
        let made = make(&config, (state, &record), wanted("device:laptop", "2026-11-26"), "claire", now()).unwrap();
        assert_ne!(Exceptions::open(state).mark(), before);
        assert_eq!(made.reason, "Volunteers.");
        let mode = fs::metadata(state.join("exceptions.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(rule(&config, state), Rule::Exception(1), "those of the file come first");
        // Pressed twice it is one.
        let again = make(&config, (state, &record), wanted("device:laptop", "2026-11-26"), "claire", now()).unwrap();
        assert_eq!(again, made);
        assert_eq!(Exceptions::open(state).all().unwrap().len(), 1);

        assert_eq!(end((state, &record), &made.id, "hugo", now()).unwrap().unwrap(), made);
        assert!(end((state, &record), &made.id, "hugo", now()).unwrap().is_none());
        assert_eq!(rule(&config, state), Rule::Never(0));
        let entries = excepted(&SqliteRecord::open(&record).unwrap()).unwrap();
        let said: Vec<_> = entries.iter().map(|(_, one)| (one.what, one.who.as_str(), one.owner.as_str())).collect();
        assert_eq!(said, [(ExceptedState::Made, "claire", "claire"), (ExceptedState::Ended, "hugo", "claire")]);
        assert_eq!((entries[0].1.subject.as_str(), entries[0].1.to.as_str()), ("device:laptop", "tool:whatsapp"));
    }

    #[test]
    fn what_is_no_exception_is_refused_and_leaves_no_trace() {
        let folder = tempfile::tempdir().unwrap();
        let (state, record) = (folder.path(), folder.path().join("record.sqlite"));
        let config = config::parse(CONFIG).unwrap();
        let refused = |wanted: Wanted, owner: &str| make(&config, (state, &record), wanted, owner, now()).unwrap_err();
        let good = || wanted("device:laptop", "2026-12-01");
        assert!(matches!(refused(good(), " "), ExceptionError::NoOwner));
        for reason in ["", "  ", "a\nb", &"x".repeat(301)] {
            let wanted = Wanted { reason: reason.to_owned(), ..good() };
            assert!(matches!(refused(wanted, "claire"), ExceptionError::NoReason), "{reason:?}");
        }
        for day in ["2026-11-25", "2027-02-27"] {
            assert!(matches!(refused(wanted("device:laptop", day), "claire"), ExceptionError::Day), "{day}");
        }
        for who in ["device:other", "alice", "group:press", "everybody:x", ""] {
            assert!(matches!(refused(wanted(who, "2026-12-01"), "claire"), ExceptionError::Wrong(_)), "{who}");
        }
        assert!(!state.join("exceptions.json").exists() && !record.exists());
        assert!(make(&config, (state, &record), wanted("device:laptop", "2027-02-26"), "claire", now()).is_ok());
    }

    #[test]
    fn an_exception_for_somebody_who_is_gone_holds_nothing_up() {
        let folder = tempfile::tempdir().unwrap();
        let (state, record) = (folder.path(), folder.path().join("record.sqlite"));
        let config = config::parse(CONFIG).unwrap();
        make(&config, (state, &record), wanted("device:laptop", "2026-12-01"), "claire", now()).unwrap();
        make(&config, (state, &record), wanted("compartment:work", "2026-12-02"), "claire", now()).unwrap();
        let without = config::parse(&CONFIG.replace("laptop =", "other =")).unwrap();
        let loaded = with_exceptions(without, state).unwrap();
        assert_eq!(loaded.made.len(), 1);
        assert!(Rules::new(loaded.policy()).is_ok());
        fs::write(state.join("exceptions.json"), "[{").unwrap();
        assert!(with_exceptions(config, state).is_err());
    }
}
