//! Addresses that are everywhere: private and reserved networks, and the resolvers that everybody asks.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;
use vauban_model::Text;

/// Resolvers open to the public, by their operators' own pages.
const RESOLVERS: [&str; 26] = [
    "1.1.1.1",
    "1.0.0.1",
    "1.1.1.2",
    "1.0.0.2",
    "1.1.1.3",
    "1.0.0.3",
    "8.8.8.8",
    "8.8.4.4",
    "9.9.9.9",
    "149.112.112.112",
    "9.9.9.10",
    "208.67.222.222",
    "208.67.220.220",
    "94.140.14.14",
    "94.140.15.15",
    "4.2.2.1",
    "4.2.2.2",
    "80.67.169.12",
    "80.67.169.40",
    "185.222.222.222",
    "2606:4700:4700::1111",
    "2606:4700:4700::1001",
    "2001:4860:4860::8888",
    "2001:4860:4860::8844",
    "2620:fe::fe",
    "2620:fe::9",
];

/// Networks that are never routed between sites (RFC 6890), without the documentation networks.
const RESERVED: [&str; 16] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/127",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
    "100::/64",
];

/// Why an address tells nothing.
pub(super) fn address(address: IpAddr) -> Option<Text> {
    let address = match address {
        IpAddr::V6(six) => six.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    };
    if RESOLVERS.iter().any(|known| known.parse() == Ok(address)) {
        return Some(Text::new(
            "résolveur DNS public, que beaucoup utilisent",
            "a public DNS resolver that many people use",
        ));
    }
    let reserved =
        RESERVED.iter().filter_map(|known| known.parse::<IpNet>().ok()).any(|known| known.contains(&address));
    (reserved || address == IpAddr::V4(Ipv4Addr::BROADCAST)).then(|| {
        Text::new(
            "adresse privée ou réservée, présente dans tous les réseaux",
            "a private or reserved address, found in every network",
        )
    })
}

/// Why a network tells nothing: it is reserved, or covers so much that it tells nothing.
pub(super) fn network(network: IpNet) -> Option<Text> {
    let too_wide = match network {
        IpNet::V4(four) => four.prefix_len() < 8,
        IpNet::V6(six) => six.prefix_len() < 19,
    };
    if too_wide {
        return Some(Text::new(
            "réseau trop vaste pour désigner un attaquant",
            "a network too wide to tell an attacker",
        ));
    }
    if RESOLVERS.iter().filter_map(|known| known.parse::<IpAddr>().ok()).any(|known| network.contains(&known)) {
        return Some(Text::new(
            "réseau d'un résolveur DNS public, que beaucoup utilisent",
            "the network of a public DNS resolver that many people use",
        ));
    }
    RESERVED
        .iter()
        .filter_map(|known| known.parse::<IpNet>().ok())
        .any(|known| known.contains(&network))
        .then(|| Text::new("réseau privé ou réservé", "a private or reserved network"))
}
