//! The one decision.
//!
//! In this order, and the first that applies decides:
//! 1. what can never be blocked (`always`);
//! 2. exceptions that hold on this day, for this person, device, group or compartment; against what is known to be bad only
//!    those that say so;
//! 3. what is known to be bad (an indicator);
//! 4. what the compartment keeps out (`never`);
//! 5. the compartment itself: what nothing forbids is allowed. Whoever is in no compartment reaches nothing.

use std::net::IpAddr;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use vauban_model::Text;

use crate::{
    Exception, Rules,
    rules::{Target, is_under, plain_name},
    words,
};

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
    /// The rule that decided: `work/never/private-messaging`, `exception/2`, `always/1`, `indicator/…`, `work/default`, `nobody`.
    pub rule: String,
    /// The compartment; none for whoever is in none.
    pub compartment: Option<String>,
    /// The reason, for the person who asks.
    pub reason: Text,
    /// The rules before it, which did not apply.
    pub passed_over: Vec<PassedOver>,
}

/// Who asks, with everything that follows.
struct Placed<'r> {
    person: Option<&'r str>,
    device: Option<&'r str>,
    compartment: Option<&'r str>,
}

/// What is asked for, with everything that follows.
struct Asked<'o> {
    name: Option<String>,
    address: Option<IpAddr>,
    tools: Vec<&'o str>,
}

impl Rules {
    /// Decides.
    #[must_use]
    pub fn decide(&self, subject: Subject<'_>, object: Object<'_>, met: Option<Met<'_>>, at: Timestamp) -> Decision {
        let today = TimeZone::UTC.to_datetime(at).date();
        let placed = self.placed(subject);
        let asked = self.asked(object);
        let mut passed_over = Vec::new();
        let compartment = placed.compartment.map(str::to_owned);
        let decided =
            |verdict, rule: String, reason, passed_over| Decision { verdict, rule, compartment, reason, passed_over };

        for (at, word) in (1..).zip(&self.policy.policy.always) {
            let rule = format!("always/{at}");
            if self.applies(word, &asked) {
                return decided(Verdict::Allow, rule, words::always(word), passed_over);
            }
            passed_over.push(PassedOver { rule, why: words::other_target(word) });
        }
        let known = met.filter(|met| !met.is_secret);
        let exception = self.exception(&placed, &asked, today, known.is_some(), &mut passed_over);
        if let Some((rule, exception)) = exception {
            return decided(Verdict::Allow, rule, words::exception(exception), passed_over);
        }
        if let Some(met) = known {
            return decided(Verdict::Block, format!("indicator/{}", met.id), words::indicator(), passed_over);
        }
        let Some(name) = placed.compartment else {
            return decided(Verdict::Block, "nobody".to_owned(), words::nobody(), passed_over);
        };
        let never = self.compartment(name).map(|compartment| compartment.never.as_slice()).unwrap_or_default();
        for word in never {
            let rule = format!("{name}/never/{word}");
            if self.applies(word, &asked) {
                return decided(Verdict::Block, rule, words::never(name, word), passed_over);
            }
            passed_over.push(PassedOver { rule, why: words::other_target(word) });
        }
        decided(Verdict::Allow, format!("{name}/default"), words::default(name), passed_over)
    }

    /// The compartment of whoever asks: its device's, its network's, its person's, else that of everybody else.
    #[must_use]
    pub fn compartment_of(&self, subject: Subject<'_>) -> Option<&str> {
        self.placed(subject).compartment
    }

    fn placed<'r>(&'r self, subject: Subject<'_>) -> Placed<'r> {
        let policy = &self.policy;
        let named = subject.device.and_then(|device| policy.device.get_key_value(device));
        let device = named.or_else(|| policy.device.get_key_value(self.device(subject.address?)?));
        let own = device.map(|(_, device)| device.person.as_str()).filter(|person| !person.is_empty());
        let person = subject.person.or(own).and_then(|person| policy.person.get_key_value(person));
        let said = |name: &'r str| (!name.is_empty()).then_some(name);
        let compartment = device
            .and_then(|(_, device)| said(&device.compartment))
            .or_else(|| self.place(subject.address?))
            .or_else(|| person.and_then(|(_, person)| said(&person.compartment)))
            .or_else(|| said(&policy.policy.otherwise));
        Placed {
            person: person.map(|(name, _)| name.as_str()),
            device: device.map(|(name, _)| name.as_str()),
            compartment,
        }
    }

    fn asked(&self, object: Object<'_>) -> Asked<'_> {
        match object {
            // An address that is written where a name stands is an address.
            Object::Name(name) => match plain_name(name).trim_matches(['[', ']']).parse() {
                Ok(address) => self.asked(Object::Address(address)),
                Err(_) => {
                    let name = plain_name(name);
                    let tools = self.tools_of_name(&name).iter().map(String::as_str).collect();
                    Asked { name: Some(name), address: None, tools }
                }
            },
            Object::Address(address) => {
                let address = address.to_canonical();
                Asked { name: None, address: Some(address), tools: self.tools_of_address(address) }
            }
        }
    }

    /// Whether a word of the policy speaks of what is asked for.
    fn applies(&self, word: &str, asked: &Asked<'_>) -> bool {
        match self.target(word) {
            Some(Target::Kind(kind)) => {
                asked.tools.iter().any(|tool| self.tools.get(*tool).is_some_and(|tool| tool.kinds.contains(kind)))
            }
            Some(Target::Tool(tool)) => asked.tools.contains(&tool.as_str()),
            Some(Target::Name(above)) => asked.name.as_ref().is_some_and(|name| is_under(name, above)),
            Some(Target::Network(network)) => asked.address.is_some_and(|address| network.contains(&address)),
            None => false,
        }
    }

    /// The first exception that holds.
    fn exception<'r>(
        &'r self,
        placed: &Placed<'r>,
        asked: &Asked<'_>,
        today: Date,
        is_known: bool,
        passed_over: &mut Vec<PassedOver>,
    ) -> Option<(String, &'r Exception)> {
        for (at, exception) in self.exceptions() {
            let rule = format!("exception/{at}");
            let why = if today > exception.until {
                words::expired(exception)
            } else if !exception.who.iter().any(|who| self.is_for(who, placed)) {
                words::other_subject(exception)
            } else if !exception.to.iter().any(|to| self.applies(to, asked)) {
                words::other_target(&exception.to.join(", "))
            } else if is_known && !exception.despite_indicators {
                words::not_despite()
            } else {
                return Some((rule, exception));
            };
            passed_over.push(PassedOver { rule, why });
        }
        None
    }

    fn is_for(&self, who: &str, placed: &Placed<'_>) -> bool {
        match who.split_once(':') {
            None => placed.person == Some(who),
            Some(("device", device)) => placed.device == Some(device),
            Some(("compartment", compartment)) => placed.compartment == Some(compartment),
            Some(("group", group)) => placed
                .person
                .and_then(|person| self.policy.person.get(person))
                .is_some_and(|person| person.groups.iter().any(|own| own == group)),
            Some(_) => false,
        }
    }
}
