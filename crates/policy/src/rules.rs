//! The policy, ready to be asked: names by their labels, networks by their length, words by what they mean.

use std::{collections::HashMap, net::IpAddr};

use ipnet::IpNet;
use jiff::civil::Date;

use crate::{Compartment, Kind, Policy, Tool, check::Problem, kinds::built_in};

/// The lists that one policy may name.
pub(crate) const MOST_LISTS: usize = 64;

/// A policy that may be asked.
#[derive(Debug, Clone)]
pub struct Rules {
    pub(crate) policy: Policy,
    pub(crate) compartments: Vec<Prepared>,
    pub(crate) people: Vec<String>,
    pub(crate) devices: Vec<String>,
    pub(crate) always: Vec<Target>,
    pub(crate) exceptions: Vec<Excepted>,
    pub(crate) tools: Vec<(String, Tool)>,
    /// Every name of a tool: the tools that have it.
    names: HashMap<String, Vec<usize>>,
    /// Every network of a tool.
    networks: Vec<(IpNet, usize)>,
    /// Networks of compartments, the narrowest first.
    places: Vec<(IpNet, usize)>,
    /// The addresses that devices always have.
    addresses: Vec<(IpNet, usize)>,
}

/// A compartment, ready to be asked.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    pub(crate) name: String,
    pub(crate) never: Vec<Target>,
    /// A bit for each list that holds in it.
    pub(crate) lists: u64,
}

/// An exception, ready to be asked.
#[derive(Debug, Clone)]
pub(crate) struct Excepted {
    pub(crate) who: Vec<Who>,
    pub(crate) to: Vec<Target>,
    pub(crate) until: Date,
    pub(crate) despite_indicators: bool,
}

/// Whom an exception is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Person(usize),
    Device(usize),
    Compartment(usize),
}

/// What a word in `never`, `to` or `always` means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    Kind(Kind),
    Tool(String),
    Name(String),
    Network(IpNet),
}

impl Target {
    /// The meaning of a word; none when it has none.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        if let Some(kind) = Kind::from_word(word) {
            return Some(Self::Kind(kind));
        }
        if let Some(tool) = word.strip_prefix("tool:") {
            return Some(Self::Tool(tool.to_owned()));
        }
        if let Some(network) = network(word) {
            return Some(Self::Network(network));
        }
        let name = plain_name(word);
        let is_name = !name.is_empty()
            && name.len() <= 253
            && name.contains('.')
            && name.split('.').all(|label| {
                !label.is_empty()
                    && label.len() <= 63
                    && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            });
        is_name.then_some(Self::Name(name))
    }
}

/// A name without its last dot, in lower case.
pub(crate) fn plain_name(name: &str) -> String {
    name.trim().trim_end_matches('.').to_ascii_lowercase()
}

/// Whether a name is another one or lies below it.
pub(crate) fn is_under(name: &str, above: &str) -> bool {
    name.strip_suffix(above).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

impl Rules {
    /// Prepares a policy.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn new(policy: Policy) -> Result<Self, Vec<Problem>> {
        let problems = crate::check::check(&policy);
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut known = built_in().clone();
        known.extend(policy.tool.clone());
        let tools: Vec<(String, Tool)> = known.into_iter().collect();
        let mut names: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, (_, tool)) in tools.iter().enumerate() {
            for name in &tool.names {
                names.entry(plain_name(name)).or_default().push(at);
            }
        }
        let networks = placed(tools.iter().map(|(_, tool)| tool.addresses.as_slice()));
        let mut places = placed(policy.compartment.values().map(|compartment| compartment.networks.as_slice()));
        places.sort_by_key(|(network, at)| (std::cmp::Reverse(network.prefix_len()), *at));
        let addresses = placed(policy.device.values().map(|device| device.addresses.as_slice()));
        Ok(Self {
            compartments: policy.compartment.iter().map(|(name, table)| prepared(&policy, name, table)).collect(),
            people: policy.person.keys().cloned().collect(),
            devices: policy.device.keys().cloned().collect(),
            always: targets(&policy.policy.always),
            exceptions: policy.exception.iter().map(|exception| excepted(&policy, exception)).collect(),
            tools,
            names,
            networks,
            places,
            addresses,
            policy,
        })
    }

    /// The policy as it was written.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The compartment of this name.
    #[must_use]
    pub fn compartment(&self, name: &str) -> Option<&Compartment> {
        self.policy.compartment.get(name)
    }

    /// The compartment whose network holds this address, the narrowest one.
    pub(crate) fn place_of(&self, address: IpAddr) -> Option<usize> {
        self.places.iter().find(|(network, _)| network.contains(&address)).map(|(_, at)| *at)
    }

    /// The device that always has this address: the first by name.
    pub(crate) fn device_of(&self, address: IpAddr) -> Option<usize> {
        self.addresses.iter().find(|(network, _)| network.contains(&address)).map(|(_, at)| *at)
    }

    /// Every network that says who is where: of compartments and of devices.
    pub fn places(&self) -> impl Iterator<Item = IpNet> {
        self.places.iter().chain(&self.addresses).map(|(network, _)| *network)
    }

    /// Every network that any word speaks of as a destination: of tools, `always`, `never` and exceptions. Between their
    /// ends all decisions about addresses are the same, so whoever compiles the policy asks once for each stretch.
    pub fn destinations(&self) -> impl Iterator<Item = IpNet> {
        let named = self.targets().filter_map(|target| match target {
            Target::Network(network) => Some(*network),
            _ => None,
        });
        self.networks.iter().map(|(network, _)| *network).chain(named)
    }

    /// Every name that any word speaks of as a destination, and the names of all tools: what is decided about another name is
    /// what is decided about the closest of these above it.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let named = self.targets().filter_map(|target| match target {
            Target::Name(name) => Some(name.as_str()),
            _ => None,
        });
        self.names.keys().map(String::as_str).chain(named)
    }

    /// What the words of `always`, `never` and exceptions mean.
    fn targets(&self) -> impl Iterator<Item = &Target> {
        let targets = self.always.iter();
        let targets = targets.chain(self.compartments.iter().flat_map(|compartment| &compartment.never));
        targets.chain(self.exceptions.iter().flat_map(|exception| &exception.to))
    }

    /// What the tools are called that a name belongs to, as `tool:` names them.
    #[must_use]
    pub fn tools_called(&self, name: &str) -> Vec<&str> {
        self.tools_of_name(&plain_name(name)).iter().map(|at| self.tools[*at].0.as_str()).collect()
    }

    /// The tools that a name belongs to: those with the longest name above it. Whoever names `mail.google.com` speaks of
    /// that, and not of `google.com`.
    pub(crate) fn tools_of_name(&self, name: &str) -> &[usize] {
        let mut above = Some(name);
        while let Some(name) = above {
            if let Some(tools) = self.names.get(name) {
                return tools;
            }
            above = name.split_once('.').map(|(_, rest)| rest);
        }
        &[]
    }

    /// The tools that an address belongs to.
    pub(crate) fn tools_of_address(&self, address: IpAddr) -> impl Iterator<Item = usize> {
        self.networks.iter().filter(move |(network, _)| network.contains(&address)).map(|(_, tool)| *tool)
    }
}

/// Each network with the number of whoever has it.
fn placed<'t>(texts: impl Iterator<Item = &'t [String]>) -> Vec<(IpNet, usize)> {
    texts.enumerate().flat_map(|(at, texts)| texts.iter().filter_map(move |text| Some((network(text)?, at)))).collect()
}

fn targets(words: &[String]) -> Vec<Target> {
    words.iter().filter_map(|word| Target::parse(word)).collect()
}

fn prepared(policy: &Policy, name: &str, table: &Compartment) -> Prepared {
    let lists = policy.list.iter().enumerate().filter(|(_, list)| match &table.lists {
        None => true,
        Some(names) => names.contains(&list.name),
    });
    let lists = lists.take(MOST_LISTS).fold(0, |mask, (at, _)| mask | 1 << at);
    Prepared { name: name.to_owned(), never: targets(&table.never), lists }
}

fn excepted(policy: &Policy, exception: &crate::Exception) -> Excepted {
    let person = |name: &str| policy.person.keys().position(|other| other == name).map(Who::Person);
    let mut who = Vec::new();
    for word in &exception.who {
        match word.split_once(':') {
            None => who.extend(person(word)),
            Some(("device", name)) => {
                who.extend(policy.device.keys().position(|other| other == name).map(Who::Device));
            }
            Some(("compartment", name)) => {
                who.extend(policy.compartment.keys().position(|other| other == name).map(Who::Compartment));
            }
            Some((_, group)) => {
                let members = policy.person.values().enumerate();
                let members = members.filter(|(_, person)| person.groups.iter().any(|own| own == group));
                who.extend(members.map(|(at, _)| Who::Person(at)));
            }
        }
    }
    Excepted {
        who,
        to: targets(&exception.to),
        until: exception.until,
        despite_indicators: exception.despite_indicators,
    }
}

/// An address or a network.
pub(crate) fn network(text: &str) -> Option<IpNet> {
    text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_mean_one_thing() {
        assert_eq!(Target::parse("anonymiser"), Some(Target::Kind(Kind::Anonymiser)));
        assert_eq!(Target::parse("tool:signal"), Some(Target::Tool("signal".to_owned())));
        assert_eq!(Target::parse("Evil.Example."), Some(Target::Name("evil.example".to_owned())));
        assert_eq!(Target::parse("203.0.113.7"), Some(Target::Network("203.0.113.7/32".parse().unwrap())));
        for nothing in ["", "anonymizer", "evil", "-", "a..b", "tld.", "bad name.example", "é.example"] {
            assert_eq!(Target::parse(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn names_end_at_labels() {
        assert!(is_under("a.evil.example", "evil.example") && is_under("evil.example", "evil.example"));
        assert!(!is_under("notevil.example", "evil.example") && !is_under("evil.example.test", "evil.example"));
    }
}
