//! The chains of one place: what leaves it, and what comes to it from the internet.
//!
//! The order is that of `Rules::decide`: what can never be blocked; what is known to be bad; exceptions; what is kept out. After it
//! comes what only the kernel knows: other compartments, and, where egress is `named`, whether our resolver answered it.

use std::collections::BTreeMap;

use ipnet::IpNet;
use jiff::civil::Date;
use vauban_policy::Egress;

use super::{
    check::Network,
    places::{Place, identifier},
    rule::{self, End, Rule},
    sets::{BLOCKED, NETWORKS, Pairs, named},
    stretches::Family,
};

/// A chain of rules.
pub(crate) type Chain = (String, Vec<Rule>);

/// The networks of each compartment (of nobody, too), of one family.
pub(crate) type Inside = BTreeMap<Option<String>, Vec<IpNet>>;

/// Ports on which names are asked for: plain, and DoT or DoQ.
const DNS_PORTS: [u32; 2] = [53, 853];
/// What may be spoken with an opened destination. All others are tunnels.
const PROTOCOLS: [&str; 4] = ["tcp", "udp", "icmp", "ipv6-icmp"];
const ICMP: [&str; 2] = ["icmp", "ipv6-icmp"];

/// The chain by which a place's packets leave.
pub(crate) fn outward_name(place: &Place) -> String {
    format!("from_{}_{}", place.name, place.family.digit())
}

/// The chain by which packets of the internet reach it.
pub(crate) fn inward_name(place: &Place) -> String {
    format!("to_{}_{}", place.name, place.family.digit())
}

/// The counter of what was refused to a compartment. Nothing else is known of it: no address, no name.
pub(crate) fn counter(compartment: Option<&str>) -> String {
    compartment.map_or("refused".to_owned(), |name| format!("refused_in_{}", identifier(name)))
}

/// Refuses at once, so that programs try another way instead of waiting.
pub(crate) fn refusal(compartment: Option<&str>) -> Chain {
    let counter = counter(compartment);
    let rules = vec![
        vec![rule::is_protocol(&["tcp"]), rule::count(&counter), rule::reset()],
        vec![rule::count(&counter), rule::reject()],
    ];
    (format!("refuse_{counter}"), rules)
}

/// What leaves a place.
pub(crate) fn outward(place: &Place, egress: Egress, network: &Network, inside: &Inside) -> Chain {
    let refuse = rule::goto(&format!("refuse_{}", counter(place.compartment.as_deref())));
    let mut rules = policy(place, End::To, std::slice::from_ref(&refuse));
    let is_named = egress == Egress::Named;
    if is_named {
        // Even where the destination is open: our resolver is the only one.
        let ports = rule::is_to_port(&DNS_PORTS);
        rules.push(vec![rule::is_protocol(&["tcp", "udp"]), ports, refuse.clone()]);
    }
    rules.extend(to_inside(place, network, inside, &refuse));
    if is_named {
        rules.extend(named_outward(place.family, network, &refuse));
        rules.push(vec![refuse]);
    } else {
        rules.push(vec![rule::accept()]);
    }
    (outward_name(place), rules)
}

/// What comes to a place from the internet.
pub(crate) fn inward(place: &Place, egress: Egress) -> Chain {
    let drop = [rule::count(&counter(place.compartment.as_deref())), rule::drop()];
    let mut rules = policy(place, End::From, &drop);
    match egress {
        Egress::Direct => rules.push(vec![rule::accept()]),
        Egress::Named => {
            let family = place.family;
            for pairs in [Pairs::Live, Pairs::Open] {
                rules.push(vec![
                    rule::is_state(&["established"]),
                    rule::is_reply(),
                    rule::pair_is_in_set(family, End::To, &pairs.name(family)),
                    rule::keep_pair(family, End::To, &Pairs::Live.name(family)),
                    rule::accept(),
                ]);
            }
            // Routers on the way say "too big" with an address of their own.
            rules.push(vec![rule::is_state(&["related"]), rule::is_protocol(&ICMP), rule::accept()]);
            rules.push(drop.to_vec());
        }
    }
    (inward_name(place), rules)
}

/// What the policy says of the address at the far end.
fn policy(place: &Place, far: End, refuse: &[serde_json::Value]) -> Vec<Rule> {
    let family = place.family;
    let with = |head: Vec<serde_json::Value>, tail: &[serde_json::Value]| [head.as_slice(), tail].concat();
    let mut rules = opened(family, far, &place.free);
    for stem in BLOCKED.into_iter().chain(NETWORKS) {
        rules.push(with(vec![rule::is_in_set(family, far, &named(stem, family))], refuse));
    }
    rules.extend(opened(family, far, &place.except));
    if !place.never.is_empty() {
        rules.push(with(vec![rule::is_in(family, far, &place.never)], refuse));
    }
    rules
}

fn opened(family: Family, far: End, networks: &BTreeMap<Option<Date>, Vec<IpNet>>) -> Vec<Rule> {
    let mut rules = Vec::new();
    for (end, networks) in networks {
        let mut rule: Rule = end.and_then(rule::is_until_the_end_of).into_iter().collect();
        rule.extend([rule::is_in(family, far, networks), rule::accept()]);
        rules.push(rule);
    }
    rules
}

/// Between compartments nothing begins that is not allowed; answers go back.
fn to_inside(place: &Place, network: &Network, inside: &Inside, refuse: &serde_json::Value) -> Vec<Rule> {
    let may = |to: &Option<String>| {
        to.is_some()
            && (*to == place.compartment
                || matches!((&place.compartment, to), (Some(from), Some(to)) if network.between.contains(&(from.clone(), to.clone()))))
    };
    let networks = |wanted: &dyn Fn(&Option<String>) -> bool| -> Vec<IpNet> {
        IpNet::aggregate(
            &inside.iter().filter(|(name, _)| wanted(name)).flat_map(|(_, all)| all.clone()).collect::<Vec<_>>(),
        )
    };
    let (open, all) = (networks(&may), networks(&|_| true));
    let mut rules = Vec::new();
    if !open.is_empty() {
        rules.push(vec![rule::is_in(place.family, End::To, &open), rule::accept()]);
    }
    if !all.is_empty() {
        let to = rule::is_in(place.family, End::To, &all);
        let states = rule::is_state(&["established", "related"]);
        rules.push(vec![to.clone(), rule::is_reply(), states, rule::accept()]);
        rules.push(vec![to, refuse.clone()]);
    }
    rules
}

/// Where our resolver answered it to this device, connections begin; where one was let through, it goes on.
fn named_outward(family: Family, network: &Network, refuse: &serde_json::Value) -> Vec<Rule> {
    let (open, live) = (Pairs::Open.name(family), Pairs::Live.name(family));
    let is_open = || rule::pair_is_in_set(family, End::From, &open);
    let is_live = || rule::pair_is_in_set(family, End::From, &live);
    let keep = || rule::keep_pair(family, End::From, &live);
    let mut rules = vec![vec![rule::is_no_protocol(&PROTOCOLS), refuse.clone()]];
    if network.refuses_quic {
        rules.push(vec![rule::is_protocol(&["udp"]), rule::is_to_port(&[443]), refuse.clone()]);
    }
    rules.push(vec![rule::is_state(&["established"]), is_live(), keep(), rule::accept()]);
    rules.push(vec![rule::is_state(&["new", "established"]), is_open(), keep(), rule::accept()]);
    for is_known in [is_live(), is_open()] {
        rules.push(vec![rule::is_state(&["related"]), rule::is_protocol(&ICMP), is_known, rule::accept()]);
    }
    rules
}
