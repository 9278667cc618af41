//! What a zone says about the addresses of an answer.

use std::net::IpAddr;

use ipnet::IpNet;

use super::entry::Action;

/// The networks of a zone with what is to be done, to be asked often.
#[derive(Clone, Debug, Default)]
pub struct Addresses {
    /// Sorted by network.
    entries: Vec<(IpNet, Action)>,
    /// The lengths of prefixes that occur, the longest first.
    lengths: [Vec<u8>; 2],
}

impl Addresses {
    pub(crate) fn new(mut entries: Vec<(IpNet, Action)>) -> Self {
        entries.sort_by_key(|(net, _)| *net);
        let lengths = [true, false].map(|is_v4| {
            let family = entries.iter().filter(|(net, _)| net.addr().is_ipv4() == is_v4);
            let mut lengths: Vec<u8> = family.map(|(net, _)| net.prefix_len()).collect();
            lengths.sort_unstable_by(|one, other| other.cmp(one));
            lengths.dedup();
            lengths
        });
        Self { entries, lengths }
    }

    /// What is to be done about an answer with this address: the longest prefix speaks.
    #[must_use]
    pub fn verdict(&self, address: IpAddr) -> Option<(IpNet, &Action)> {
        let lengths = &self.lengths[usize::from(address.is_ipv6())];
        lengths.iter().find_map(|&length| {
            let net = IpNet::new(address, length).ok()?.trunc();
            let found = self.entries.binary_search_by_key(&net, |(net, _)| *net).ok()?;
            self.entries.get(found).map(|(net, action)| (*net, action))
        })
    }

    /// What is to be done about an answer with these addresses: of all, the longest prefix speaks, and of two that are as long, the one
    /// with the lower address.
    #[must_use]
    pub fn verdict_of_all(&self, addresses: impl IntoIterator<Item = IpAddr>) -> Option<(IpNet, &Action)> {
        let met = addresses.into_iter().filter_map(|address| self.verdict(address));
        // BIND compares prefixes of both families as if IPv4 were mapped into IPv6.
        let length = |net: &IpNet| net.prefix_len() + if net.addr().is_ipv4() { 96 } else { 0 };
        met.min_by_key(|(net, _)| (u8::MAX - length(net), *net))
    }

    /// How many networks there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
