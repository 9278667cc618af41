//! Stretches of addresses: the parts between the ends of all networks, in each of which everything is the same.

use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use ipnet::{IpNet, Ipv4Subnets, Ipv6Subnets};

/// A family of addresses, and what nftables calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Family {
    V4,
    V6,
}

impl Family {
    pub(crate) const BOTH: [Self; 2] = [Self::V4, Self::V6];

    /// The header.
    pub(crate) const fn header(self) -> &'static str {
        match self {
            Self::V4 => "ip",
            Self::V6 => "ip6",
        }
    }

    /// The family's word in `meta nfproto`.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::V4 => "ipv4",
            Self::V6 => "ipv6",
        }
    }

    /// The digit at the end of our names.
    pub(crate) const fn digit(self) -> char {
        match self {
            Self::V4 => '4',
            Self::V6 => '6',
        }
    }

    pub(crate) const fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self::V4,
            IpAddr::V6(_) => Self::V6,
        }
    }

    const fn last(self) -> u128 {
        match self {
            Self::V4 => u32::MAX as u128,
            Self::V6 => u128::MAX,
        }
    }

    fn address(self, number: u128) -> IpAddr {
        match self {
            Self::V4 => Ipv4Addr::from(u32::try_from(number).unwrap_or(u32::MAX)).into(),
            Self::V6 => Ipv6Addr::from(number).into(),
        }
    }
}

/// The number of an address.
pub(crate) fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u32::from(address).into(),
        IpAddr::V6(address) => address.into(),
    }
}

/// The first and the last address of a network, as numbers.
pub(crate) fn ends(network: IpNet) -> (u128, u128) {
    (number(network.network()), number(network.broadcast()))
}

/// Addresses in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch {
    family: Family,
    first: u128,
    last: u128,
}

impl Stretch {
    /// One of its addresses: what is true of it is true of all.
    pub(crate) fn any(self) -> IpAddr {
        self.family.address(self.first)
    }
}

/// All addresses of a family, cut at both ends of every network.
pub(crate) fn stretches(family: Family, networks: impl Iterator<Item = IpNet>) -> Vec<Stretch> {
    let mut starts = BTreeSet::from([0]);
    for network in networks.filter(|network| Family::of(network.addr()) == family) {
        let (first, last) = ends(network);
        starts.insert(first);
        starts.extend(last.checked_add(1).filter(|after| *after <= family.last()));
    }
    let lasts = starts.iter().skip(1).map(|after| after - 1).chain([family.last()]);
    starts.iter().zip(lasts).map(|(first, last)| Stretch { family, first: *first, last }).collect()
}

/// Stretches in their order, as the fewest networks.
pub(crate) fn networks(stretches: impl Iterator<Item = Stretch>) -> Vec<IpNet> {
    let mut rows: Vec<Stretch> = Vec::new();
    for stretch in stretches {
        match rows.last_mut() {
            Some(row) if row.family == stretch.family && row.last.checked_add(1) == Some(stretch.first) => {
                row.last = stretch.last;
            }
            _ => rows.push(stretch),
        }
    }
    let subnets = |row: Stretch| -> Vec<IpNet> {
        match (row.family.address(row.first), row.family.address(row.last)) {
            (IpAddr::V4(first), IpAddr::V4(last)) => Ipv4Subnets::new(first, last, 0).map(IpNet::from).collect(),
            (IpAddr::V6(first), IpAddr::V6(last)) => Ipv6Subnets::new(first, last, 0).map(IpNet::from).collect(),
            _ => Vec::new(),
        }
    };
    rows.into_iter().flat_map(subnets).collect()
}

/// The fewest networks that hold every address of which `holds` is true, where that can change only at an end of one of
/// `networks`.
pub fn networks_where(networks: &[IpNet], mut holds: impl FnMut(IpAddr) -> bool) -> Vec<IpNet> {
    let cut = |family| stretches(family, networks.iter().copied());
    let both = Family::BOTH.into_iter().flat_map(cut);
    self::networks(both.filter(|stretch| holds(stretch.any())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nets(texts: &[&str]) -> Vec<IpNet> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn stretches_cover_everything_once_and_come_back_as_networks() {
        for (family, texts) in [
            (Family::V4, &["10.0.0.0/8", "10.20.0.0/16", "255.255.255.255/32", "0.0.0.0/32"][..]),
            (Family::V6, &["::ffff:0:0/96", "2001:db8::/32", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"][..]),
        ] {
            let all = stretches(family, nets(texts).into_iter());
            assert_eq!((all[0].first, all[all.len() - 1].last), (0, family.last()));
            assert!(all.windows(2).all(|two| two[0].last + 1 == two[1].first));
            assert_eq!(networks(all.iter().copied()).len(), 1, "all of it is one network");
            for network in nets(texts) {
                let inside = all.iter().copied().filter(|stretch| network.contains(&stretch.any()));
                assert_eq!(networks(inside), [network]);
            }
        }
    }
}
