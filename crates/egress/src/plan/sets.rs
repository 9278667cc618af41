//! The sets that live in the table beside the rules: what is opened, what is alive, what is blocked. They outlive a plan.

use std::net::IpAddr;

use serde_json::{Value, json};

use super::stretches::Family;
use crate::TABLE;

/// The most pairs of one family that are open, and the most that are alive.
pub(crate) const MOST_PAIRS: u32 = 131_072;
/// The most addresses of one family, and the most ends of networks, that are blocked.
const MOST_BLOCKED: u32 = 524_288;
/// For how long a connection may be silent before its pair is forgotten, in seconds: twice the two hours after which TCP asks
/// whether the other end is still there.
const SILENCE: u32 = 4 * 3_600;

/// Blocked addresses, in one of two sets: one is filled while the other holds, so that nothing opens in between.
pub(crate) const BLOCKED: [&str; 2] = ["blocked_a", "blocked_b"];
/// Blocked networks, likewise.
pub(crate) const NETWORKS: [&str; 2] = ["networks_a", "networks_b"];

/// The sets of pairs: device and destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pairs {
    /// What the resolver answered: new connections may begin.
    Open,
    /// What a connection was let through: it goes on though the answer's time is over.
    Live,
}

impl Pairs {
    pub(crate) const fn stem(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Live => "live",
        }
    }

    pub(crate) fn name(self, family: Family) -> String {
        named(self.stem(), family)
    }

    pub(crate) fn name_for(self, address: IpAddr) -> String {
        self.name(Family::of(address))
    }
}

pub(crate) fn named(stem: &str, family: Family) -> String {
    format!("{stem}{}", family.digit())
}

/// Every set that rules ask, with the command that makes it.
pub(crate) fn all() -> Vec<(String, Value)> {
    let mut sets = Vec::new();
    for family in Family::BOTH {
        let kind = format!("{}_addr", family.word());
        let mut set = |stem: &str, more: Value| {
            let name = named(stem, family);
            let mut set = json!({ "family": "inet", "table": TABLE, "name": name });
            if let (Some(set), Value::Object(more)) = (set.as_object_mut(), more) {
                set.extend(more);
            }
            sets.push((name, json!({ "add": { "set": set } })));
        };
        let pair = json!([kind, kind]);
        set("open", json!({ "type": pair, "flags": ["timeout"], "size": MOST_PAIRS }));
        set("live", json!({ "type": pair, "flags": ["timeout"], "size": MOST_PAIRS, "timeout": SILENCE }));
        for stem in BLOCKED {
            set(stem, json!({ "type": kind, "flags": ["timeout"], "size": MOST_BLOCKED }));
        }
        for stem in NETWORKS {
            set(stem, json!({ "type": kind, "flags": ["timeout", "interval"], "size": MOST_BLOCKED }));
        }
    }
    sets
}
