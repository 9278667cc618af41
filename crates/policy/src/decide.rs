//! The one decision.
//!
//! In this order, and the first that applies decides:
//! 1. what can never be blocked (`always`);
//! 2. exceptions that hold on this day, for this person, device, group or compartment; against what is known to be bad only
//!    those that say so;
//! 3. what is known to be bad (an indicator);
//! 4. a list that holds in the compartment;
//! 5. what the compartment keeps out (`never`);
//! 6. the compartment itself: what nothing forbids is allowed. Whoever is in no compartment reaches nothing.

use std::net::IpAddr;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use vauban_model::Text;

use crate::{Known, Place, Rule, Rules, settle::Why, words};

/// Who asks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Subject<'s> {
    /// The person, when known.
    pub person: Option<&'s str>,
    /// The device, when known.
    pub device: Option<&'s str>,
    /// From where.
    pub address: Option<IpAddr>,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Object<'o> {
    /// A name of the net.
    Name(&'o str),
    /// An address, as it stands.
    Address(IpAddr),
}

/// An indicator that met what is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Met<'m> {
    /// Its id.
    pub id: &'m str,
    /// Whether the asker may not know that it is one: then nothing is said of it, and it is not blocked either.
    pub is_secret: bool,
}

/// What comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It may pass.
    Allow,
    /// It may not.
    Block,
}

impl Verdict {
    /// The word for it in every output.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Block => "block",
        }
    }
}

/// A rule that did not apply, and why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOver {
    /// The rule.
    pub rule: String,
    /// Why it did not apply.
    pub why: Text,
}

/// A decision with everything that led to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What comes out.
    pub verdict: Verdict,
    /// The rule that decided: `work/never/private-messaging`, `exception/2`, `always/1`, `indicator/…`, `list/malware`, `work/default`, `nobody`.
    pub rule: String,
    /// The compartment; none for whoever is in none.
    pub compartment: Option<String>,
    /// The reason, for the person who asks.
    pub reason: Text,
    /// The rules before it, which did not apply.
    pub passed_over: Vec<PassedOver>,
}

/// The day on which exceptions are looked at: in UTC, everywhere.
#[must_use]
pub fn day(at: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(at).date()
}

impl Rules {
    /// Decides.
    #[must_use]
    pub fn decide(&self, subject: Subject<'_>, object: Object<'_>, known: Known<'_>, at: Timestamp) -> Decision {
        let place = self.place(subject);
        let today = day(at);
        let mut passed_over = Vec::new();
        let rule = self.walk(place, object, known, today, &mut |rule, why| {
            passed_over.push(PassedOver { rule: self.rule_id(rule, place, known), why: self.why(rule, why, place) });
        });
        Decision {
            verdict: rule.verdict(),
            rule: self.rule_id(rule, place, known),
            compartment: self.compartment_name(place).map(str::to_owned),
            reason: self.reason(rule, place),
            passed_over,
        }
    }

    /// The compartment of whoever asks: its device's, its network's, its person's, else that of everybody else.
    #[must_use]
    pub fn compartment_of(&self, subject: Subject<'_>) -> Option<&str> {
        self.compartment_name(self.place(subject))
    }

    /// The id of a rule, as it stands in answers, logs and pages.
    #[must_use]
    pub fn rule_id(&self, rule: Rule, place: Place, known: Known<'_>) -> String {
        let compartment = || self.compartment_name(place).unwrap_or_default();
        match rule {
            Rule::Always(at) => format!("always/{}", at + 1),
            Rule::Exception(at) => format!("exception/{}", at + 1),
            Rule::Indicator => format!("indicator/{}", known.indicator.map(|met| met.id).unwrap_or_default()),
            Rule::List(at) => format!("list/{}", self.list(at)),
            Rule::Nobody => "nobody".to_owned(),
            Rule::Never(at) => format!("{}/never/{}", compartment(), self.never(place, at)),
            Rule::Default => format!("{}/default", compartment()),
        }
    }

    /// The reason that a rule gives to whoever asks.
    #[must_use]
    pub fn reason(&self, rule: Rule, place: Place) -> Text {
        let compartment = || self.compartment_name(place).unwrap_or_default();
        match rule {
            Rule::Always(at) => words::always(&self.policy.policy.always[at]),
            Rule::Exception(at) => words::exception(&self.policy.exception[at]),
            Rule::Indicator => words::indicator(),
            Rule::List(at) => words::list(self.list(at)),
            Rule::Nobody => words::nobody(),
            Rule::Never(at) => words::never(compartment(), self.never(place, at)),
            Rule::Default => words::default(compartment()),
        }
    }

    /// The reason of a rule that was written down by its id: the policy may have changed since. None for an id that no rule of
    /// this policy has.
    #[must_use]
    pub fn reason_of(&self, id: &str) -> Option<Text> {
        let number = |at: &str| at.parse::<usize>().ok()?.checked_sub(1);
        match id.split_once('/') {
            None => (id == "nobody").then(words::nobody),
            Some(("always", at)) => Some(words::always(self.policy.policy.always.get(number(at)?)?)),
            Some(("exception", at)) => Some(words::exception(self.policy.exception.get(number(at)?)?)),
            Some(("indicator", _)) => Some(words::indicator()),
            Some(("list", name)) if !name.contains('/') => Some(words::list(name)),
            Some((compartment, "default")) => Some(words::default(compartment)),
            Some((compartment, rest)) => Some(words::never(compartment, rest.strip_prefix("never/")?)),
        }
    }

    fn why(&self, rule: Rule, why: Why, place: Place) -> Text {
        let exception = |at: usize| &self.policy.exception[at];
        match (rule, why) {
            (Rule::Exception(at), Why::Expired) => words::expired(exception(at)),
            (Rule::Exception(at), Why::OtherSubject) => words::other_subject(exception(at)),
            (Rule::Exception(at), Why::OtherTarget) => words::other_target(&exception(at).to.join(", ")),
            (Rule::Always(at), _) => words::other_target(&self.policy.policy.always[at]),
            (Rule::Never(at), _) => words::other_target(self.never(place, at)),
            _ => words::not_despite(),
        }
    }

    fn never(&self, place: Place, at: usize) -> &str {
        let compartment = self.compartment_name(place).and_then(|name| self.compartment(name));
        compartment.and_then(|compartment| compartment.never.get(at)).map_or("", String::as_str)
    }

    fn list(&self, at: usize) -> &str {
        self.policy.list.get(at).map_or("", |list| list.name.as_str())
    }
}
