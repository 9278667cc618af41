//! A plan: the rules of one table, as they are kept and sent.

use std::net::IpAddr;

use ipnet::IpNet;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vauban_model::Text;
use vauban_policy::{Egress, Problem, Rules};

use super::{
    base::{self, SPOOFED},
    chains::{self, Chain, Inside},
    check,
    places::{Place, places},
    rule::Rule,
    stretches::Family,
};
use crate::{NetworkTable, kernel::Present, words};

/// The rules of the kernel that a policy comes to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    chains: Vec<PlannedChain>,
    counters: Vec<String>,
    /// What can never be blocked.
    protected: Vec<IpNet>,
    summary: Vec<Text>,
    confirm_seconds: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct PlannedChain {
    name: String,
    rules: Vec<Rule>,
}

impl Plan {
    /// Plans.
    ///
    /// `from` is the address that whoever gives the command is connected from, where that is known: a plan that does not
    /// count it among the administrators is refused.
    ///
    /// # Errors
    /// Everything that is wrong with the network, and every way in which the plan would lock an administrator out.
    pub fn new(rules: &Rules, table: &NetworkTable, from: Option<IpAddr>, at: Timestamp) -> Result<Self, Vec<Problem>> {
        let network = check::network(rules, table)?;
        let places: Vec<Place> = Family::BOTH.into_iter().flat_map(|family| places(rules, family, at)).collect();
        let mut problems = check::lock_outs(&network, &places);
        problems.extend(check::from_elsewhere(&network, from));
        if !problems.is_empty() {
            return Err(problems);
        }
        let everything: Vec<IpNet> = places.iter().flat_map(|place| place.sources.clone()).collect();
        let mut chains = base::base(&network, &places, &everything);
        let mut counters = vec![SPOOFED.to_owned()];
        for place in &places {
            let compartment = place.compartment.as_deref();
            // Whoever is in no compartment reaches nothing; `never` holds everything there.
            let egress =
                compartment.and_then(|name| rules.compartment(name)).map_or(Egress::Named, |found| found.egress);
            let inside = inside(&places, place.family);
            let refusal = chains::refusal(compartment);
            if !chains.contains(&refusal) {
                counters.push(chains::counter(compartment));
                chains.push(refusal);
            }
            chains.push(chains::outward(place, egress, &network, &inside));
            chains.push(chains::inward(place, egress));
        }
        let mut protected = network.protected();
        protected.extend(always(rules));
        Ok(Self {
            chains: chains.into_iter().map(|(name, rules): Chain| PlannedChain { name, rules }).collect(),
            counters,
            protected,
            summary: words::summary(rules, table),
            confirm_seconds: table.confirm_seconds,
        })
    }

    /// What can never be blocked: resolver, gateway, administrators and the networks of `always`.
    #[must_use]
    pub fn protected(&self) -> &[IpNet] {
        &self.protected
    }

    /// What it comes to, one sentence a line.
    #[must_use]
    pub fn summary(&self) -> &[Text] {
        &self.summary
    }

    /// How long it is on trial, in seconds.
    #[must_use]
    pub const fn confirm_seconds(&self) -> u32 {
        self.confirm_seconds
    }

    /// The number of rules.
    #[must_use]
    pub fn rules(&self) -> usize {
        self.chains.iter().map(|chain| chain.rules.len()).sum()
    }

    /// What `nft -j -f -` would be given on a machine that has none of our rules: for whoever wants to read it.
    #[must_use]
    pub fn document(&self) -> serde_json::Value {
        super::document(&Present::default(), Some(self), None)
    }

    pub(crate) fn counters(&self) -> &[String] {
        &self.counters
    }

    pub(crate) fn chains(&self) -> impl Iterator<Item = (&str, &[Rule])> {
        self.chains.iter().map(|chain| (chain.name.as_str(), chain.rules.as_slice()))
    }
}

/// The networks of every compartment.
fn inside(places: &[Place], family: Family) -> Inside {
    let mut inside = Inside::new();
    for place in places.iter().filter(|place| place.family == family && !place.sources.is_empty()) {
        inside.entry(place.compartment.clone()).or_default().extend(&place.sources);
    }
    inside
}

fn always(rules: &Rules) -> Vec<IpNet> {
    let words = rules.policy().policy.always.iter();
    words
        .filter_map(|word| word.parse::<IpNet>().ok().or_else(|| word.parse::<IpAddr>().ok().map(IpNet::from)))
        .collect()
}
