//! The order of the rules, in one place: what decides in microseconds and what explains are the same walk.

use std::{borrow::Cow, net::IpAddr};

use jiff::civil::Date;

use crate::{
    Met, Object, Rules, Subject, Verdict,
    rules::{Excepted, Target, Who, is_under, plain_name},
};

/// Who asks, with everything that follows from it: numbers in the order of the policy's names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Place {
    pub(crate) person: Option<usize>,
    pub(crate) device: Option<usize>,
    pub(crate) compartment: Option<usize>,
}

/// What is known of what is asked for, besides the policy.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Known<'m> {
    /// An indicator that met it.
    pub indicator: Option<Met<'m>>,
    /// A bit for each list that blocks it, in the order of the policy's lists.
    pub blocked: u64,
    /// A bit for each list that lets it pass, whatever later lists say.
    pub passed: u64,
}

impl<'m> Known<'m> {
    /// This indicator, and no list.
    #[must_use]
    pub const fn met(indicator: Option<Met<'m>>) -> Self {
        Self { indicator, blocked: 0, passed: 0 }
    }
}

/// The rule that decided; numbers are places in the policy, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// What can never be blocked.
    Always(usize),
    /// An exception.
    Exception(usize),
    /// An indicator.
    Indicator,
    /// A list.
    List(usize),
    /// Whoever asks is in no compartment.
    Nobody,
    /// What the compartment keeps out.
    Never(usize),
    /// Nothing forbids it.
    Default,
}

impl Rule {
    /// What comes of it.
    #[must_use]
    pub const fn verdict(self) -> Verdict {
        match self {
            Self::Always(_) | Self::Exception(_) | Self::Default => Verdict::Allow,
            Self::Indicator | Self::List(_) | Self::Nobody | Self::Never(_) => Verdict::Block,
        }
    }
}

/// Why a rule did not apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    OtherTarget,
    OtherSubject,
    Expired,
    NotDespite,
}

/// What is asked for, with everything that follows.
struct Asked<'o> {
    name: Option<Cow<'o, str>>,
    address: Option<IpAddr>,
    tools: Vec<usize>,
}

impl Rules {
    /// Who asks, with everything that follows: the compartment is the device's, else its network's, else its person's, else
    /// that of everybody else.
    #[must_use]
    pub fn place(&self, subject: Subject<'_>) -> Place {
        let find = |names: &[String], name: &str| names.iter().position(|other| other == name);
        let named = subject.device.and_then(|name| find(&self.devices, name));
        let device = named.or_else(|| self.device_of(subject.address?));
        let table = device.and_then(|at| self.policy.device.get(&self.devices[at]));
        let own = table.map(|device| device.person.as_str());
        let person = subject.person.or(own).and_then(|name| find(&self.people, name));
        let compartment = |name: &str| self.compartments.iter().position(|other| other.name == name);
        let of_person = || self.policy.person.get(&self.people[person?]);
        Place {
            person,
            device,
            compartment: table
                .and_then(|device| compartment(&device.compartment))
                .or_else(|| self.place_of(subject.address?))
                .or_else(|| compartment(&of_person()?.compartment))
                .or_else(|| compartment(&self.policy.policy.otherwise)),
        }
    }

    /// The place of a person in a compartment, for what knows both: mail that a server of the organisation sends.
    #[must_use]
    pub fn place_in(&self, person: Option<&str>, compartment: &str) -> Place {
        Place {
            person: person.and_then(|name| self.people.iter().position(|other| other == name)),
            device: None,
            compartment: self.compartments.iter().position(|other| other.name == compartment),
        }
    }

    /// The person whom people call by this name.
    #[must_use]
    pub fn person_called(&self, name: &str) -> Option<&str> {
        let found = self.policy.person.iter().find(|(_, person)| !name.is_empty() && person.name == name);
        found.map(|(key, _)| key.as_str())
    }

    /// Whether a device or a network of the policy has this address: everybody else comes from somewhere.
    #[must_use]
    pub fn knows(&self, address: IpAddr) -> bool {
        self.device_of(address).is_some() || self.place_of(address).is_some()
    }

    /// The name of a place's compartment.
    #[must_use]
    pub fn compartment_name(&self, place: Place) -> Option<&str> {
        Some(self.compartments.get(place.compartment?)?.name.as_str())
    }

    /// The name of a place's device.
    #[must_use]
    pub fn device_name(&self, place: Place) -> Option<&str> {
        Some(self.devices.get(place.device?)?.as_str())
    }

    /// The rule that decides, and nothing else: what planes ask thousands of times a second.
    #[must_use]
    pub fn settle(&self, place: Place, object: Object<'_>, known: Known<'_>, today: Date) -> Rule {
        self.walk(place, object, known, today, &mut |_, _| ())
    }

    /// The rule that decides about an answer: the name that was asked for, then each name that it leads to and each address
    /// that it gives, with what is known of each. What stands in the way of a name that nothing forbids is the name's own;
    /// what may always pass takes along what it leads to, and an exception does, but for what is known to be bad.
    ///
    /// The number tells which of `leads` decided; none for the name itself.
    #[must_use]
    pub fn settle_answer<'o>(
        &self,
        place: Place,
        asked: (Object<'_>, Known<'_>),
        leads: impl IntoIterator<Item = (Object<'o>, Known<'o>)>,
        today: Date,
    ) -> (Rule, Option<usize>) {
        let rule = self.settle(place, asked.0, asked.1, today);
        let may_be_bad = match rule {
            Rule::Default => false,
            Rule::Exception(at) if !self.exceptions[at].despite_indicators => true,
            _ => return (rule, None),
        };
        for (at, (object, known)) in leads.into_iter().enumerate() {
            let lead = self.settle(place, object, known, today);
            let is_blocked = lead.verdict() == Verdict::Block && (!may_be_bad || lead == Rule::Indicator);
            if is_blocked {
                return (lead, Some(at));
            }
        }
        (rule, None)
    }

    /// The walk: the first rule that applies decides; `passed` hears of those before it.
    pub(crate) fn walk(
        &self,
        place: Place,
        object: Object<'_>,
        known: Known<'_>,
        today: Date,
        passed: &mut dyn FnMut(Rule, Why),
    ) -> Rule {
        let asked = self.asked(object);
        for (at, target) in self.always.iter().enumerate() {
            if self.applies(target, &asked) {
                return Rule::Always(at);
            }
            passed(Rule::Always(at), Why::OtherTarget);
        }
        // An indicator that the asker may not know of is as if it were not there.
        let is_bad = known.indicator.is_some_and(|met| !met.is_secret);
        for (at, exception) in self.exceptions.iter().enumerate() {
            match self.hinders(exception, place, &asked, today, is_bad) {
                None => return Rule::Exception(at),
                Some(why) => passed(Rule::Exception(at), why),
            }
        }
        if is_bad {
            return Rule::Indicator;
        }
        let Some(compartment) = place.compartment.and_then(|at| self.compartments.get(at)) else { return Rule::Nobody };
        // The first list that says anything speaks.
        let said = (known.blocked | known.passed) & compartment.lists;
        if said != 0 && known.blocked >> said.trailing_zeros() & 1 == 1 {
            return Rule::List(said.trailing_zeros() as usize);
        }
        for (at, target) in compartment.never.iter().enumerate() {
            if self.applies(target, &asked) {
                return Rule::Never(at);
            }
            passed(Rule::Never(at), Why::OtherTarget);
        }
        Rule::Default
    }

    /// What keeps an exception from holding.
    fn hinders(&self, exception: &Excepted, place: Place, asked: &Asked<'_>, today: Date, is_bad: bool) -> Option<Why> {
        let is_for = |who: &Who| match *who {
            Who::Person(at) => place.person == Some(at),
            Who::Device(at) => place.device == Some(at),
            Who::Compartment(at) => place.compartment == Some(at),
        };
        if today > exception.until {
            Some(Why::Expired)
        } else if !exception.who.iter().any(is_for) {
            Some(Why::OtherSubject)
        } else if !exception.to.iter().any(|to| self.applies(to, asked)) {
            Some(Why::OtherTarget)
        } else if is_bad && !exception.despite_indicators {
            Some(Why::NotDespite)
        } else {
            None
        }
    }

    fn asked<'o>(&self, object: Object<'o>) -> Asked<'o> {
        match object {
            Object::Name(name) => {
                let is_plain = !name.is_empty()
                    && !name.ends_with('.')
                    && name.bytes().all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_uppercase());
                let name = if is_plain { Cow::Borrowed(name) } else { Cow::Owned(plain_name(name)) };
                // An address that is written where a name stands is an address; no name ends in digits or a colon's half.
                let may_be_address = name.ends_with(|last: char| last.is_ascii_hexdigit() || matches!(last, ']' | ':'))
                    && name.starts_with(|first: char| first.is_ascii_hexdigit() || matches!(first, '[' | ':'));
                if may_be_address && let Ok(address) = name.trim_matches(['[', ']']).parse() {
                    return self.asked(Object::Address(address));
                }
                let tools = self.tools_of_name(&name).to_vec();
                Asked { name: Some(name), address: None, tools }
            }
            Object::Address(address) => {
                let address = address.to_canonical();
                Asked { name: None, address: Some(address), tools: self.tools_of_address(address).collect() }
            }
        }
    }

    /// Whether a word of the policy speaks of what is asked for.
    fn applies(&self, target: &Target, asked: &Asked<'_>) -> bool {
        let mut tools = asked.tools.iter().filter_map(|at| self.tools.get(*at));
        match target {
            Target::Kind(kind) => tools.any(|(_, tool)| tool.kinds.contains(kind)),
            Target::Tool(name) => tools.any(|(other, _)| other == name),
            Target::Name(above) => asked.name.as_ref().is_some_and(|name| is_under(name, above)),
            Target::Network(network) => asked.address.is_some_and(|address| network.contains(&address)),
        }
    }
}
