//! Who is treated alike, and what each may reach: found by asking the one decision for every stretch of addresses.

use std::collections::{BTreeMap, HashMap};

use ipnet::IpNet;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use vauban_policy::{Known, Met, Object, Rules, Subject, Verdict};

use super::stretches::{Family, Stretch, networks, stretches};

/// Everybody of one family who is treated alike.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) family: Family,
    /// What its chains are called after.
    pub(crate) name: String,
    /// Its compartment; none for whoever is in none.
    pub(crate) compartment: Option<String>,
    /// Who it is; empty for whoever is in no network that the policy names.
    pub(crate) sources: Vec<IpNet>,
    /// What it may reach whatever indicators say, until the end of a day or (none) for ever.
    pub(crate) free: BTreeMap<Option<Date>, Vec<IpNet>>,
    /// What an exception opens to it, as long as it is not known to be bad, until the end of a day.
    pub(crate) except: BTreeMap<Option<Date>, Vec<IpNet>>,
    /// What is kept out of it.
    pub(crate) never: Vec<IpNet>,
}

/// What is decided about one stretch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
struct Outcome {
    free: Option<Option<Date>>,
    except: Option<Date>,
    never: bool,
}

/// The prefix of addresses of the first family that are written as ones of the second. Nobody sends them over a wire.
pub(crate) const MAPPED: &str = "::ffff:0.0.0.0/96";

/// Everybody of a family, the one of whoever is elsewhere last.
pub(crate) fn places(rules: &Rules, family: Family, at: Timestamp) -> Vec<Place> {
    let mapped: Option<IpNet> = MAPPED.parse().ok();
    let to = stretches(family, rules.destinations().chain(mapped));
    let ends = ends(rules, at);
    let mut found: Vec<(Option<String>, Vec<Outcome>, bool)> = Vec::new();
    let mut known: HashMap<(Option<String>, Vec<Outcome>, bool), Vec<Stretch>> = HashMap::new();
    for from in stretches(family, rules.places()) {
        let subject = Subject { address: Some(from.any()), ..Subject::default() };
        let is_elsewhere = !rules.places().any(|network| network.contains(&from.any()));
        let outcomes = to.iter().map(|to| outcome(rules, subject, *to, at, &ends)).collect();
        let key = (rules.compartment_of(subject).map(str::to_owned), outcomes, is_elsewhere);
        if !known.contains_key(&key) {
            found.push(key.clone());
        }
        known.entry(key).or_default().push(from);
    }
    found.sort_by_key(|(.., is_elsewhere)| *is_elsewhere);
    let mut names = BTreeMap::new();
    found
        .into_iter()
        .map(|key| {
            let sources = known.remove(&key).unwrap_or_default();
            place(family, key, &sources, &to, &mut names)
        })
        .collect()
}

fn place(
    family: Family,
    (compartment, outcomes, is_elsewhere): (Option<String>, Vec<Outcome>, bool),
    sources: &[Stretch],
    to: &[Stretch],
    names: &mut BTreeMap<String, usize>,
) -> Place {
    let of = |wanted: &dyn Fn(&Outcome) -> bool| {
        networks(to.iter().zip(&outcomes).filter(|(_, outcome)| wanted(outcome)).map(|(to, _)| *to))
    };
    let grouped = |day: &dyn Fn(&Outcome) -> Option<Option<Date>>| {
        let mut days: Vec<_> = outcomes.iter().filter_map(day).collect();
        days.sort_unstable();
        days.dedup();
        days.into_iter().map(|end| (end, of(&|outcome| day(outcome) == Some(end)))).collect()
    };
    let stem = compartment.as_deref().map_or("nobody".to_owned(), |name| format!("in_{}", identifier(name)));
    let number = names.entry(stem.clone()).and_modify(|number| *number += 1).or_insert(1);
    Place {
        family,
        name: format!("{stem}_{number}"),
        sources: if is_elsewhere { Vec::new() } else { networks(sources.iter().copied()) },
        free: grouped(&|outcome| outcome.free),
        except: grouped(&|outcome| outcome.except.map(Some)),
        never: of(&|outcome| outcome.never),
        compartment,
    }
}

/// The last days of all exceptions that still hold, in their order.
fn ends(rules: &Rules, at: Timestamp) -> Vec<Date> {
    let today = TimeZone::UTC.to_datetime(at).date();
    let mut ends: Vec<Date> = rules.policy().exception.iter().map(|exception| exception.until).collect();
    ends.retain(|end| *end >= today);
    ends.sort_unstable();
    ends.dedup();
    ends
}

/// Asks for one stretch, and where an exception answers, for every day on which that can change.
fn outcome(rules: &Rules, subject: Subject<'_>, to: Stretch, at: Timestamp, ends: &[Date]) -> Outcome {
    let object = Object::Address(to.any());
    let known = Met { id: "", is_secret: false };
    let now = rules.decide(subject, object, Known::default(), at);
    let is_exception = |rule: &str| rule.starts_with("exception/");
    if now.rule.starts_with("always/") {
        return Outcome { free: Some(None), ..Outcome::default() };
    }
    if !is_exception(&now.rule) {
        return Outcome { never: now.verdict == Verdict::Block, ..Outcome::default() };
    }
    let mut outcome = Outcome::default();
    for end in ends {
        let Some(at) = noon(*end) else { continue };
        if rules.decide(subject, object, Known::met(Some(known)), at).verdict == Verdict::Allow {
            outcome.free = Some(Some(*end));
        }
        if is_exception(&rules.decide(subject, object, Known::default(), at).rule) {
            outcome.except = Some(*end);
        }
    }
    // Exceptions only end; after the last of them the compartment's own words are left.
    let after = ends.last().and_then(|end| end.tomorrow().ok()).and_then(noon);
    outcome.never =
        after.is_none_or(|at| rules.decide(subject, object, Known::default(), at).verdict == Verdict::Block);
    outcome
}

fn noon(day: Date) -> Option<Timestamp> {
    TimeZone::UTC.to_timestamp(day.at(12, 0, 0, 0)).ok()
}

/// A name that nftables takes, and that no other name becomes.
pub(crate) fn identifier(name: &str) -> String {
    let mut text = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("_{byte:02x}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_names_become_one() {
        assert_eq!(identifier("work"), "work");
        assert_ne!(identifier("a_20"), identifier("a "));
        assert!(identifier("é; drop \"x\"").bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    }
}
