//! Where every forwarded packet begins: spoofed ones end here, what can never be blocked passes, all others go to their place.

use ipnet::IpNet;

use super::{
    chains::{Chain, inward_name, outward_name},
    check::Network,
    places::{MAPPED, Place},
    rule::{self, End, Rule},
    stretches::Family,
};

/// The chain that the kernel calls for every forwarded packet, of one plan.
pub(crate) const BASE: &str = "forwarded";
const INWARD: &str = "from_outside";
/// The counter of packets whose source is not where it claims to be.
pub(crate) const SPOOFED: &str = "spoofed";

/// The chains before those of the places. `everything` holds the networks of all compartments.
pub(crate) fn base(network: &Network, places: &[Place], everything: &[IpNet]) -> Vec<Chain> {
    let mut rules = Vec::new();
    if !network.ignored.is_empty() {
        rules.push(vec![rule::arrives_by(&network.ignored), rule::accept()]);
    }
    rules.extend(spoofed(network, places, everything));
    for family in Family::BOTH {
        rules.extend(never_blocked(family, network, everything));
    }
    rules.push(vec![rule::arrives_by(&network.outside), rule::goto(INWARD)]);
    rules.extend(dispatch(places, End::From, outward_name));
    vec![(BASE.to_owned(), rules), (INWARD.to_owned(), dispatch(places, End::To, inward_name))]
}

pub(crate) fn of(family: Family, networks: &[IpNet]) -> Vec<IpNet> {
    let own: Vec<IpNet> =
        networks.iter().filter(|network| Family::of(network.addr()) == family).map(IpNet::trunc).collect();
    IpNet::aggregate(&own)
}

/// Whoever uses another's address gets nowhere with it.
fn spoofed(network: &Network, places: &[Place], everything: &[IpNet]) -> Vec<Rule> {
    let end = || [rule::count(SPOOFED), rule::drop()];
    let rule_of = |conditions: Vec<serde_json::Value>| [conditions.as_slice(), &end()].concat();
    let mut rules = vec![rule_of(vec![rule::arrives_not_by(&network.outside), rule::has_no_way_back()])];
    for family in Family::BOTH {
        let inside = of(family, everything);
        if !inside.is_empty() {
            rules.push(rule_of(vec![rule::arrives_by(&network.outside), rule::is_in(family, End::From, &inside)]));
        }
    }
    // An address of the first family in one of the second would be decided twice.
    let mapped: Vec<IpNet> = MAPPED.parse().into_iter().collect();
    for at in [End::From, End::To] {
        rules.push(rule_of(vec![rule::is_in(Family::V6, at, &mapped)]));
    }
    for (compartment, interfaces) in &network.interfaces {
        for family in Family::BOTH {
            let own = places.iter().filter(|place| place.compartment.as_ref() == Some(compartment));
            let own: Vec<IpNet> = own.flat_map(|place| place.sources.clone()).collect();
            let own = of(family, &own);
            if own.is_empty() {
                rules.push(rule_of(vec![rule::arrives_by(interfaces), rule::is_family(family)]));
            } else {
                rules.push(rule_of(vec![rule::arrives_by(interfaces), rule::is_not_in(family, End::From, &own)]));
                rules.push(rule_of(vec![rule::arrives_not_by(interfaces), rule::is_in(family, End::From, &own)]));
            }
        }
    }
    rules
}

/// Before any set is asked: the resolver and the gateway reach everything, the administrators everything inside, and whoever is
/// inside reaches all of them.
fn never_blocked(family: Family, network: &Network, everything: &[IpNet]) -> Vec<Rule> {
    let own = of(family, &network.infrastructure);
    let administrators = of(family, &network.administrators);
    let protected = of(family, &network.protected());
    let inside = of(family, &[everything, &network.protected()].concat());
    let mut rules = Vec::new();
    if !own.is_empty() {
        rules.push(vec![rule::is_in(family, End::From, &own), rule::accept()]);
        rules.push(vec![rule::is_in(family, End::To, &own), rule::accept()]);
    }
    if !administrators.is_empty() {
        let from = rule::is_in(family, End::From, &administrators);
        rules.push(vec![from, rule::is_in(family, End::To, &inside), rule::accept()]);
    }
    if !protected.is_empty() {
        let to = rule::is_in(family, End::To, &protected);
        rules.push(vec![rule::arrives_not_by(&network.outside), to, rule::accept()]);
    }
    rules
}

/// Each packet to the chain of its place; whoever is in no network that the policy names, to the last one of its family.
fn dispatch(places: &[Place], end: End, name: fn(&Place) -> String) -> Vec<Rule> {
    let mut rules = Vec::new();
    for family in Family::BOTH {
        let own = || places.iter().filter(move |place| place.family == family);
        let known: Vec<_> =
            own().filter(|place| !place.sources.is_empty()).map(|place| (place.sources.clone(), name(place))).collect();
        if !known.is_empty() {
            rules.push(vec![rule::goto_by(family, end, &known)]);
        }
        // From the internet to an address that is nobody's: not ours.
        let elsewhere = own().find(|place| place.sources.is_empty() && end == End::From);
        if let Some(place) = elsewhere {
            rules.push(vec![rule::is_family(family), rule::goto(&name(place))]);
        }
    }
    rules
}
