//! What is wrong with `[network]`: words that mean nothing, and plans that would lock the administrator out.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

use ipnet::IpNet;
use vauban_model::Text;
use vauban_policy::{Egress, Problem, Rules};

use super::places::Place;
use crate::{NetworkTable, Quic, words};

/// The network, understood.
#[derive(Debug, Clone)]
pub(crate) struct Network {
    pub(crate) outside: Vec<String>,
    /// The resolver and the gateway.
    pub(crate) infrastructure: Vec<IpNet>,
    pub(crate) administrators: Vec<IpNet>,
    pub(crate) interfaces: BTreeMap<String, Vec<String>>,
    pub(crate) ignored: Vec<String>,
    pub(crate) between: BTreeSet<(String, String)>,
    pub(crate) refuses_quic: bool,
}

impl Network {
    /// What can never be blocked, beside the policy's `always`.
    pub(crate) fn protected(&self) -> Vec<IpNet> {
        self.infrastructure.iter().chain(&self.administrators).copied().collect()
    }
}

/// The longest name of an interface that the kernel takes.
const INTERFACE: usize = 15;
/// Long enough for any name of a compartment in the names of chains.
const COMPARTMENT: usize = 48;

/// Understands the network, or says everything that is wrong with it.
pub(crate) fn network(rules: &Rules, table: &NetworkTable) -> Result<Network, Vec<Problem>> {
    let mut check = Check { rules, problems: Vec::new() };
    let network = check.network(table);
    if check.problems.is_empty() { Ok(network) } else { Err(check.problems) }
}

/// What the policy keeps out must not hold what can never be blocked: somebody erred, and it is better to say so now.
pub(crate) fn lock_outs(network: &Network, places: &[Place]) -> Vec<Problem> {
    let mut seen = BTreeSet::new();
    let mut problems = Vec::new();
    for place in places.iter().filter(|place| place.compartment.is_some()) {
        for protected in network.protected() {
            let holds = |never: &&IpNet| never.contains(&protected) || protected.contains(*never);
            let compartment = place.compartment.as_deref().unwrap_or_default();
            if place.never.iter().any(|never| holds(&never)) && seen.insert((compartment.to_owned(), protected)) {
                problems.push(Problem {
                    key: format!("compartment.{compartment}.never"),
                    word: shown(protected),
                    what: words::never_holds_protected(),
                });
            }
        }
    }
    problems
}

/// Somebody gives the command from an address that is no administrator's: after it, that person might not come back.
pub(crate) fn from_elsewhere(network: &Network, from: Option<IpAddr>) -> Option<Problem> {
    let from = from?.to_canonical();
    let is_known = from.is_loopback() || network.protected().iter().any(|network| network.contains(&from));
    (!is_known).then(|| Problem {
        key: "network.administrators".to_owned(),
        word: from.to_string(),
        what: words::you_are_elsewhere(),
    })
}

/// A network as people write it.
pub(crate) fn shown(network: IpNet) -> String {
    if network.prefix_len() == network.max_prefix_len() { network.addr().to_string() } else { network.to_string() }
}

struct Check<'r> {
    rules: &'r Rules,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn wrong(&mut self, key: &str, word: &str, what: Text) {
        self.problems.push(Problem { key: key.to_owned(), word: word.to_owned(), what });
    }

    fn network(&mut self, table: &NetworkTable) -> Network {
        let resolvers = self.addresses("network.resolvers", &table.resolvers);
        let gateways = self.addresses("network.gateways", &table.gateways);
        let administrators = self.addresses("network.administrators", &table.administrators);
        let policy = self.rules.policy();
        let is_named = policy.compartment.values().any(|compartment| compartment.egress == Egress::Named);
        if table.outside.is_empty() {
            self.wrong("network.outside", "", words::no_outside());
        }
        if table.administrators.is_empty() {
            self.wrong("network.administrators", "", words::no_administrator());
        }
        if is_named && table.resolvers.is_empty() {
            self.wrong("network.resolvers", "", words::no_resolver());
        }
        if !(10..=3_600).contains(&table.confirm_seconds) {
            self.wrong("network.confirm_seconds", &table.confirm_seconds.to_string(), words::seconds());
        }
        self.interfaces(table);
        self.compartments();
        let between = table.between.iter().map(|between| (between.from.clone(), between.to.clone())).collect();
        for (key, name) in table
            .between
            .iter()
            .flat_map(|between| [("network.between.from", &between.from), ("network.between.to", &between.to)])
        {
            self.is_compartment(key, name);
        }
        Network {
            outside: table.outside.clone(),
            infrastructure: [resolvers, gateways].concat(),
            administrators,
            interfaces: table.interfaces.clone(),
            ignored: table.ignored.clone(),
            between,
            refuses_quic: table.quic == Quic::Refuse,
        }
    }

    fn addresses(&mut self, key: &str, texts: &[String]) -> Vec<IpNet> {
        let mut found = Vec::new();
        for text in texts {
            let network = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
            match network {
                None => self.wrong(key, text, words::no_network()),
                // All of it, or half: then nothing could be blocked.
                Some(network) if network.prefix_len() < 8 => self.wrong(key, text, words::too_wide()),
                Some(network) => found.push(network.trunc()),
            }
        }
        found
    }

    fn interfaces(&mut self, table: &NetworkTable) {
        let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
        let rows = [("network.outside", &table.outside), ("network.ignored", &table.ignored)];
        let own = table.interfaces.iter().map(|(name, interfaces)| (name.as_str(), interfaces));
        for (key, interfaces) in rows.into_iter().chain(own) {
            let path = if key.starts_with("network.") { key.to_owned() } else { format!("network.interfaces.{key}") };
            for interface in interfaces {
                let is_name = !interface.is_empty()
                    && interface.len() <= INTERFACE
                    && interface.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-@:".contains(&byte));
                if !is_name {
                    self.wrong(&path, interface, words::no_interface());
                }
                if seen.insert(interface, key).is_some_and(|other| other != key) {
                    self.wrong(&path, interface, words::interface_twice());
                }
            }
            if interfaces.is_empty() && path.starts_with("network.interfaces.") {
                self.wrong(&path, "", words::no_interface());
            }
        }
        for name in table.interfaces.keys() {
            self.is_compartment("network.interfaces", name);
        }
    }

    fn is_compartment(&mut self, key: &str, name: &str) {
        if self.rules.compartment(name).is_none() {
            self.wrong(key, name, words::no_compartment());
        }
    }

    fn compartments(&mut self) {
        let policy = self.rules.policy();
        for (name, compartment) in &policy.compartment {
            if name.len() > COMPARTMENT {
                self.wrong(&format!("compartment.{name}"), name, words::name_too_long());
            }
            for network in &compartment.networks {
                if network.parse::<IpNet>().is_ok_and(|network| network.prefix_len() < 3) {
                    self.wrong(&format!("compartment.{name}.networks"), network, words::whole_internet());
                }
            }
        }
    }
}
