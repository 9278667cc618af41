//! What is blocked for everybody, as elements of sets: addresses one by one, networks as intervals that do not overlap.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::{Duration, Instant},
};

use ipnet::IpNet;

use crate::netlink::Element;

/// An address or a network to be blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blocked {
    /// Which.
    pub network: IpNet,
    /// For how long; none until it is taken back.
    pub lifetime: Option<Duration>,
}

/// Until when; none for ever.
pub(super) type Until = Option<Instant>;

/// Whether it is one address.
pub(super) fn is_one(network: &IpNet) -> bool {
    network.prefix_len() == network.max_prefix_len()
}

/// Whether blocking it would block what never can be.
pub(super) fn is_protected(network: &IpNet, protected: &[IpNet]) -> bool {
    protected.iter().any(|own| own.contains(network) || network.contains(own))
}

/// The elements of an interval set of one family: each address in it is blocked until the latest of the networks that hold it.
/// An interval and its end are next to each other.
pub(super) fn intervals(networks: &BTreeMap<IpNet, Until>, is_v4: bool, now: Instant) -> Vec<[Option<Element>; 2]> {
    let rows: Vec<(u128, u128, Until)> = networks
        .iter()
        .filter(|(network, until)| network.addr().is_ipv4() == is_v4 && until.is_none_or(|until| until > now))
        .map(|(network, until)| (number(network.network()), number(network.broadcast()), *until))
        .collect();
    flat(rows)
        .into_iter()
        .map(|(first, last, until)| {
            let timeout = until.map(|until| until.saturating_duration_since(now));
            let end = last.checked_add(1).and_then(|after| address(after, is_v4));
            [address(first, is_v4).map(|first| Element::address(first, timeout)), end.map(Element::end)]
        })
        .collect()
}

/// Networks nest or are apart, so the ones around are on a stack while those inside are looked at.
fn flat(mut rows: Vec<(u128, u128, Until)>) -> Vec<(u128, u128, Until)> {
    rows.sort_by_key(|(first, last, _)| (*first, std::cmp::Reverse(*last)));
    let mut found: Vec<(u128, u128, Until)> = Vec::new();
    let mut around: Vec<(u128, Until)> = Vec::new();
    let mut at = 0_u128;
    let push = |found: &mut Vec<(u128, u128, Until)>, first: u128, last: u128, until: Until| match found.last_mut() {
        Some(before) if before.2 == until && before.1.checked_add(1) == Some(first) => before.1 = last,
        _ => found.push((first, last, until)),
    };
    for (first, last, until) in rows {
        close(&mut around, &mut found, &mut at, first, &push);
        if let Some((_, outer)) = around.last()
            && at < first
        {
            push(&mut found, at, first - 1, *outer);
        }
        let latest = around.last().map_or(until, |(_, outer)| later(*outer, until));
        around.push((last, latest));
        at = first;
    }
    close(&mut around, &mut found, &mut at, u128::MAX, &push);
    // The one that ends where all addresses end.
    while let Some((last, until)) = around.pop() {
        if at <= last {
            push(&mut found, at, last, until);
            let Some(after) = last.checked_add(1) else { break };
            at = after;
        }
    }
    found
}

/// Ends every network around that is over before `first`.
fn close(
    around: &mut Vec<(u128, Until)>,
    found: &mut Vec<(u128, u128, Until)>,
    at: &mut u128,
    first: u128,
    push: &impl Fn(&mut Vec<(u128, u128, Until)>, u128, u128, Until),
) {
    while let Some((last, until)) = around.last().copied().filter(|(last, _)| *last < first) {
        around.pop();
        if *at <= last {
            push(found, *at, last, until);
            *at = last + 1;
        }
    }
}

fn later(one: Until, other: Until) -> Until {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.max(other)),
        _ => None,
    }
}

fn number(address: IpAddr) -> u128 {
    crate::plan::number(address)
}

fn address(number: u128, is_v4: bool) -> Option<IpAddr> {
    if is_v4 {
        u32::try_from(number).ok().map(|number| Ipv4Addr::from(number).into())
    } else {
        Some(Ipv6Addr::from(number).into())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn every_address_is_blocked_until_the_latest_of_its_networks(
            rows in prop::collection::vec((0_u8..=255, 24_u8..=32, prop::option::of(1_u64..5)), 0..12),
        ) {
            let now = Instant::now();
            let mut networks = BTreeMap::new();
            for (low, length, seconds) in rows {
                // At the end of all addresses, where intervals have no end.
                let network: IpNet = format!("255.255.255.{low}/{length}").parse().unwrap();
                let until = seconds.map(|seconds| now + Duration::from_secs(seconds));
                networks.insert(network.trunc(), until);
            }
            let rows = networks.iter().map(|(network, until)| (number(network.network()), number(network.broadcast()), *until));
            let found = flat(rows.collect());
            prop_assert!(found.windows(2).all(|two| two[0].1 < two[1].0));
            for low in 0..=255_u8 {
                let address = IpAddr::from([255, 255, 255, low]);
                let mut expected: Option<Until> = None;
                for (network, until) in &networks {
                    if network.contains(&address) {
                        expected = Some(expected.map_or(*until, |before| later(before, *until)));
                    }
                }
                let at = number(address);
                let blocked = found.iter().find(|(first, last, _)| (*first..=*last).contains(&at)).map(|row| row.2);
                prop_assert_eq!(blocked, expected, "{}", address);
            }
        }
    }

    #[test]
    fn what_holds_a_protected_address_is_not_blocked() {
        let protected: Vec<IpNet> = vec!["10.20.0.5/32".parse().unwrap(), "10.30.0.0/24".parse().unwrap()];
        for (network, expected) in
            [("10.20.0.5/32", true), ("10.20.0.0/16", true), ("10.30.0.9/32", true), ("10.20.0.6/32", false)]
        {
            assert_eq!(is_protected(&network.parse().unwrap(), &protected), expected, "{network}");
        }
    }
}
