//! What the kernel would do with a packet: the part of nftables that our rules use, over the JSON that they are sent as.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first thing that is not as it should be")]

use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
};

use ipnet::IpNet;
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use serde_json::Value;

/// A forwarded packet, with what the kernel knows of it.
#[derive(Debug, Clone)]
pub(crate) struct Packet {
    pub(crate) by: &'static str,
    pub(crate) from: IpAddr,
    pub(crate) to: IpAddr,
    pub(crate) protocol: &'static str,
    pub(crate) port: u64,
    pub(crate) state: &'static str,
    pub(crate) is_reply: bool,
    pub(crate) has_way_back: bool,
    pub(crate) at: Timestamp,
}

/// What is in the named sets.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sets {
    pub(crate) pairs: HashMap<String, HashSet<(IpAddr, IpAddr)>>,
    pub(crate) networks: HashMap<String, Vec<IpNet>>,
}

pub(crate) struct Kernel {
    chains: HashMap<String, Vec<Vec<Value>>>,
}

enum Known {
    Address(IpAddr),
    Pair(IpAddr, IpAddr),
    Word(String),
    Number(u64),
    Time(Timestamp),
    Is(bool),
}

impl Kernel {
    pub(crate) fn new(document: &Value) -> Self {
        let mut chains: HashMap<String, Vec<Vec<Value>>> = HashMap::new();
        for command in document["nftables"].as_array().unwrap() {
            let Some(added) = command.get("add") else { continue };
            if let Some(chain) = added.get("chain") {
                chains.entry(chain["name"].as_str().unwrap().to_owned()).or_default();
            }
            if let Some(rule) = added.get("rule") {
                let chain = rule["chain"].as_str().unwrap();
                chains.get_mut(chain).unwrap().push(rule["expr"].as_array().unwrap().clone());
            }
        }
        Self { chains }
    }

    /// Whether the packet passes.
    pub(crate) fn passes(&self, packet: &Packet, sets: &Sets) -> bool {
        let mut chain = "forward".to_owned();
        // Every way from chain to chain is a `goto`: nothing comes back.
        for _ in 0..10 {
            match self.walk(&chain, packet, sets) {
                Some(Ok(verdict)) => return verdict,
                Some(Err(next)) => chain = next,
                None => return true,
            }
        }
        panic!("chains in a circle");
    }

    fn walk(&self, chain: &str, packet: &Packet, sets: &Sets) -> Option<Result<bool, String>> {
        self.chains[chain].iter().find_map(|rule| run(rule, packet, sets))
    }
}

/// One rule: a verdict, a chain to go to, or nothing.
fn run(rule: &[Value], packet: &Packet, sets: &Sets) -> Option<Result<bool, String>> {
    for statement in rule {
        let (kind, value) = statement.as_object().unwrap().iter().next().unwrap();
        match kind.as_str() {
            "match" if !matches(value, packet, sets) => return None,
            "match" | "counter" | "set" => {}
            "vmap" => {
                let Some(Known::Address(address)) = known(&value["key"], packet) else { return None };
                let items = value["data"]["set"].as_array().unwrap();
                let found = items.iter().find(|item| network(&item[0]).contains(&address))?;
                return Some(Err(found[1]["goto"]["target"].as_str().unwrap().to_owned()));
            }
            "accept" => return Some(Ok(true)),
            "drop" | "reject" => return Some(Ok(false)),
            "goto" => return Some(Err(value["target"].as_str().unwrap().to_owned())),
            other => panic!("{other} is not known here"),
        }
    }
    None
}

fn matches(condition: &Value, packet: &Packet, sets: &Sets) -> bool {
    // What a packet does not have, it does not have unequal either.
    let Some(left) = known(&condition["left"], packet) else { return false };
    let is = within(&left, &condition["right"], sets);
    match condition["op"].as_str().unwrap() {
        "==" | "in" => is,
        "!=" => !is,
        "<" => {
            let Known::Time(now) = left else { panic!("{condition}") };
            let end: DateTime = condition["right"].as_str().unwrap().parse().unwrap();
            now < TimeZone::UTC.to_timestamp(end).unwrap()
        }
        other => panic!("{other} is not known here"),
    }
}

fn known(expression: &Value, packet: &Packet) -> Option<Known> {
    if let Some(payload) = expression.get("payload") {
        return match (payload["protocol"].as_str().unwrap(), payload["field"].as_str().unwrap()) {
            ("th", "dport") => matches!(packet.protocol, "tcp" | "udp").then_some(Known::Number(packet.port)),
            (header, field) => {
                let address = if field == "saddr" { packet.from } else { packet.to };
                (address.is_ipv4() == (header == "ip")).then_some(Known::Address(address))
            }
        };
    }
    if let Some(parts) = expression.get("concat") {
        return match (known(&parts[0], packet)?, known(&parts[1], packet)?) {
            (Known::Address(one), Known::Address(other)) => Some(Known::Pair(one, other)),
            _ => panic!("{expression}"),
        };
    }
    if let Some(meta) = expression.get("meta") {
        return Some(match meta["key"].as_str().unwrap() {
            "iifname" => Known::Word(packet.by.to_owned()),
            "nfproto" => Known::Word(if packet.from.is_ipv4() { "ipv4" } else { "ipv6" }.to_owned()),
            "l4proto" => Known::Word(packet.protocol.to_owned()),
            "time" => Known::Time(packet.at),
            other => panic!("{other} is not known here"),
        });
    }
    if let Some(ct) = expression.get("ct") {
        return Some(match ct["key"].as_str().unwrap() {
            "state" => Known::Word(packet.state.to_owned()),
            "direction" => Known::Word(if packet.is_reply { "reply" } else { "original" }.to_owned()),
            other => panic!("{other} is not known here"),
        });
    }
    assert_eq!(expression["fib"]["result"], "oif", "{expression}");
    Some(Known::Is(packet.has_way_back))
}

fn within(left: &Known, right: &Value, sets: &Sets) -> bool {
    if let Some(items) = right.get("set").and_then(Value::as_array).or_else(|| right.as_array()) {
        return items.iter().any(|item| within(left, item, sets));
    }
    match left {
        Known::Address(address) => match right.as_str().and_then(|text| text.strip_prefix('@')) {
            Some(name) => sets.networks.get(name).is_some_and(|all| all.iter().any(|one| one.contains(address))),
            None => network(right).contains(address),
        },
        Known::Pair(one, other) => {
            let name = right.as_str().unwrap().strip_prefix('@').unwrap();
            sets.pairs.get(name).is_some_and(|pairs| pairs.contains(&(*one, *other)))
        }
        Known::Word(word) => right.as_str().unwrap() == word,
        Known::Number(number) => right.as_u64().unwrap() == *number,
        Known::Is(is) => right.as_bool().unwrap() == *is,
        Known::Time(_) => false,
    }
}

fn network(value: &Value) -> IpNet {
    match value.get("prefix") {
        Some(prefix) => format!("{}/{}", prefix["addr"].as_str().unwrap(), prefix["len"]).parse().unwrap(),
        None => value.as_str().unwrap().parse::<IpAddr>().unwrap().into(),
    }
}
