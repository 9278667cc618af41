//! What names are judged with: the policy, indicators, lists. Replaced as a whole; queries that are being answered keep theirs.

use std::{net::IpAddr, sync::Arc};

use ipnet::IpNet;
use jiff::Timestamp;
use vauban_lists::{Found as Listed, NameSet};
use vauban_lookalike::{Likeness, Protected};
use vauban_matching::set::{Hit, IndicatorSet};
use vauban_model::{Indicator, Marking, ObservableKind};
use vauban_policy::{Egress, Known, Logging, Met, Object, Place, Rule, Rules, Subject, Verdict, day};

use crate::config::{DnsTable, Lookalikes};

/// All of it.
pub struct Plan {
    /// The policy.
    pub rules: Rules,
    /// What is known to be bad.
    pub indicators: Arc<IndicatorSet>,
    /// The lists of others; none without any.
    pub lists: Option<Arc<NameSet>>,
    /// Names that others imitate.
    pub protected: Arc<Protected>,
    /// The table of the configuration.
    pub table: DnsTable,
    /// Where blocked names lead to.
    pub page: Vec<IpAddr>,
}

/// What is known of a name or an address, besides the policy.
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    /// The indicator that met it and may be told of.
    pub(super) indicator: Option<Box<Indicator>>,
    /// An indicator that whoever asks may not know of.
    pub(super) secret: Option<Box<Indicator>>,
    /// What the lists say of it.
    pub(super) lists: Listed,
}

impl Found {
    /// As the policy is told.
    pub(super) fn known(&self) -> Known<'_> {
        let met = self.indicator.as_ref().map(|indicator| Met { id: indicator.id.as_str(), is_secret: false });
        Known { indicator: met, blocked: self.lists.blocked, passed: self.lists.passed }
    }
}

/// What stands in the way of an answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Judged {
    /// Nothing.
    Passes,
    /// A rule of the policy.
    Blocked {
        /// The rule.
        rule: Rule,
        /// Its id.
        id: String,
        /// The name or the address that the rule speaks of, where it is not the name that was asked for.
        through: Option<String>,
    },
    /// The name leads to an address inside, which only the organisation's own may.
    Rebinds(IpAddr),
    /// The name looks like one of the organisation's or its providers'.
    Imitates(Box<Likeness>),
}

impl Plan {
    /// What is known of a name.
    pub(super) fn name(&self, name: &str, now: Timestamp) -> Found {
        let mut found = Found::default();
        if let Some(lists) = &self.lists {
            found.lists = lists.find(name);
        }
        self.look_up(ObservableKind::DomainName, name, now, &mut found);
        found
    }

    /// What is known of an address.
    pub(super) fn address(&self, address: IpAddr, now: Timestamp) -> Found {
        let mut found = Found::default();
        if let Some(lists) = &self.lists {
            found.lists = lists.find_address(address);
        }
        let kind = if address.is_ipv4() { ObservableKind::Ipv4Addr } else { ObservableKind::Ipv6Addr };
        if self.indicators.asks_for(kind) {
            self.look_up(kind, &address.to_string(), now, &mut found);
        }
        found
    }

    fn look_up(&self, kind: ObservableKind, value: &str, now: Timestamp, found: &mut Found) {
        self.indicators.look_up(kind, value, &mut |hit| {
            let Hit::Indicator { indicator, .. } = hit else { return };
            if indicator.validity.has_expired(now) {
                return;
            }
            let place = if is_secret(indicator.marking) { &mut found.secret } else { &mut found.indicator };
            place.get_or_insert(indicator);
        });
    }

    /// Judges a name before anybody is asked about it.
    pub(super) fn judge_name(&self, place: Place, name: &str, found: &Found, now: Timestamp) -> Judged {
        let rule = self.rules.settle(place, Object::Name(name), found.known(), day(now));
        if rule.verdict() == Verdict::Block {
            return self.blocked(rule, place, found, None);
        }
        Judged::Passes
    }

    /// Judges an answer: the name, the names that it leads to, and the addresses that it gives.
    pub(super) fn judge_answer(
        &self,
        place: Place,
        name: &str,
        chain: &[String],
        addresses: &[IpAddr],
        now: Timestamp,
    ) -> Judged {
        let own = self.name(name, now);
        let names = chain.iter().map(|name| (Object::Name(name), self.name(name, now)));
        let given = addresses.iter().map(|address| (Object::Address(*address), self.address(*address, now)));
        let leads: Vec<(Object<'_>, Found)> = names.chain(given).collect();
        let known = leads.iter().map(|(object, found)| (*object, found.known()));
        let (rule, lead) = self.rules.settle_answer(place, (Object::Name(name), own.known()), known, day(now));
        if rule.verdict() == Verdict::Block {
            let Some((object, found)) = lead.and_then(|at| leads.get(at)) else {
                return self.blocked(rule, place, &own, None);
            };
            let through = match object {
                Object::Name(name) => (*name).to_owned(),
                Object::Address(address) => address.to_string(),
            };
            return self.blocked(rule, place, found, Some(through));
        }
        // What may always pass may lead inside, too: somebody said so by its name.
        if !matches!(rule, Rule::Always(_))
            && !self.is_internal(name)
            && let Some(inside) = addresses.iter().find(|address| is_inside(**address))
        {
            return Judged::Rebinds(*inside);
        }
        if rule == Rule::Default
            && self.table.lookalikes == Lookalikes::Block
            && let Some(likeness) = self.protected.likeness(name)
        {
            return Judged::Imitates(Box::new(likeness));
        }
        Judged::Passes
    }

    fn blocked(&self, rule: Rule, place: Place, found: &Found, through: Option<String>) -> Judged {
        Judged::Blocked { rule, id: self.rules.rule_id(rule, place, found.known()), through }
    }

    /// Whether a name may lead to addresses inside.
    pub(super) fn is_internal(&self, name: &str) -> bool {
        self.table.internal.iter().any(|above| vauban_lookalike::is_under(name, above))
    }

    /// Whether a device is known by a certificate.
    pub(super) fn asks_for_certificates(&self) -> bool {
        self.rules.policy().device.values().any(|device| !device.certificate.is_empty())
    }

    /// Whether traffic of this place leaves by names only.
    pub(super) fn is_named(&self, place: Place) -> bool {
        self.compartment(place).is_some_and(|compartment| compartment.egress == Egress::Named)
    }

    /// Whether an address belongs to the compartment of this place.
    pub(super) fn is_in_the_same(&self, place: Place, address: IpAddr) -> bool {
        let other = self.rules.place(Subject { address: Some(address), ..Subject::default() });
        self.rules.compartment_name(place) == self.rules.compartment_name(other)
    }

    /// What is written down of this place.
    pub(super) fn logging(&self, place: Place) -> Logging {
        self.compartment(place).map_or(Logging::None, |compartment| compartment.logging)
    }

    fn compartment(&self, place: Place) -> Option<&vauban_policy::Compartment> {
        self.rules.compartment(self.rules.compartment_name(place)?)
    }
}

/// Whether an indicator is for the people it was given to and nobody else: whoever asks for a name must not learn of it.
pub(crate) fn is_secret(marking: Marking) -> bool {
    marking >= Marking::Red
}

/// Whether an address lies inside: on this machine, on its networks, or nowhere that packets are sent to.
pub(super) fn is_inside(address: IpAddr) -> bool {
    const NETWORKS: [&str; 12] = [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::/127",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "224.0.0.0/4",
    ];
    static PARSED: std::sync::LazyLock<Vec<IpNet>> =
        std::sync::LazyLock::new(|| NETWORKS.iter().filter_map(|text| text.parse().ok()).collect());
    let plain = embedded(address);
    PARSED.iter().any(|network| network.contains(&plain))
}

/// The IPv4 address inside an IPv6 address that only carries one (mapped, or NAT64).
fn embedded(address: IpAddr) -> IpAddr {
    if let IpAddr::V6(v6) = address
        && let [0x64, 0xff9b, 0, 0, 0, 0, high, low] = v6.segments()
    {
        let [[a, b], [c, d]] = [high.to_be_bytes(), low.to_be_bytes()];
        return IpAddr::from([a, b, c, d]);
    }
    address.to_canonical()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inside_is_what_a_browser_must_not_be_led_to() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
        ] {
            assert!(is_inside(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["192.0.2.1", "8.8.8.8", "172.32.0.1", "2001:db8::1", "64:ff9b::c000:201", "::ffff:192.0.2.1"] {
            assert!(!is_inside(outside.parse().unwrap()), "{outside}");
        }
    }
}
