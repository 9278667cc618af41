//! The policy, ready to be asked: names by their labels, networks by their length.

use std::{
    collections::{BTreeMap, HashMap},
    net::IpAddr,
};

use ipnet::IpNet;

use crate::{Compartment, Exception, Kind, Policy, Tool, check::Problem, kinds::built_in};

/// A policy that may be asked.
#[derive(Debug, Clone)]
pub struct Rules {
    pub(crate) policy: Policy,
    /// Every name of a tool: the tools that have it.
    names: HashMap<String, Vec<String>>,
    /// Every network of a tool.
    networks: Vec<(IpNet, String)>,
    pub(crate) tools: BTreeMap<String, Tool>,
    /// Networks of compartments, the narrowest first.
    places: Vec<(IpNet, String)>,
    /// The addresses that devices always have.
    devices: Vec<(IpNet, String)>,
    /// What each word of the policy means.
    targets: HashMap<String, Target>,
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
        if let Ok(network) = word.parse::<IpNet>() {
            return Some(Self::Network(network));
        }
        if let Ok(address) = word.parse::<IpAddr>() {
            return Some(Self::Network(address.into()));
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
        let mut tools = built_in().clone();
        tools.extend(policy.tool.clone());
        let mut names: HashMap<String, Vec<String>> = HashMap::new();
        let mut networks = Vec::new();
        for (tool, entry) in &tools {
            for name in &entry.names {
                names.entry(plain_name(name)).or_default().push(tool.clone());
            }
            networks.extend(entry.addresses.iter().filter_map(|text| Some((network(text)?, tool.clone()))));
        }
        let of = |name: &String, texts: &[String]| -> Vec<(IpNet, String)> {
            texts.iter().filter_map(|text| Some((network(text)?, name.clone()))).collect()
        };
        let mut places: Vec<_> =
            policy.compartment.iter().flat_map(|(name, compartment)| of(name, &compartment.networks)).collect();
        let devices = policy.device.iter().flat_map(|(name, device)| of(name, &device.addresses)).collect();
        let words = policy.policy.always.iter();
        let words = words.chain(policy.compartment.values().flat_map(|compartment| &compartment.never));
        let words = words.chain(policy.exception.iter().flat_map(|exception| &exception.to));
        let targets = words.filter_map(|word| Some((word.clone(), Target::parse(word)?))).collect();
        places.sort_by_key(|(network, name)| (std::cmp::Reverse(network.prefix_len()), name.clone()));
        Ok(Self { policy, names, networks, tools, places, devices, targets })
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
    pub(crate) fn place(&self, address: IpAddr) -> Option<&str> {
        self.places.iter().find(|(network, _)| network.contains(&address)).map(|(_, name)| name.as_str())
    }

    /// The device that always has this address: the first by name.
    pub(crate) fn device(&self, address: IpAddr) -> Option<&str> {
        self.devices.iter().find(|(network, _)| network.contains(&address)).map(|(_, name)| name.as_str())
    }

    /// What a word of the policy means.
    pub(crate) fn target(&self, word: &str) -> Option<&Target> {
        self.targets.get(word)
    }

    /// The tools that a name belongs to: those with the longest name above it. Whoever names `mail.google.com` speaks of
    /// that, and not of `google.com`.
    pub(crate) fn tools_of_name(&self, name: &str) -> &[String] {
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
    pub(crate) fn tools_of_address(&self, address: IpAddr) -> Vec<&str> {
        let found = self.networks.iter().filter(|(network, _)| network.contains(&address));
        found.map(|(_, tool)| tool.as_str()).collect()
    }

    pub(crate) fn exceptions(&self) -> impl Iterator<Item = (usize, &Exception)> {
        self.policy.exception.iter().enumerate().map(|(at, exception)| (at + 1, exception))
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
