//! Going over everything in a set: for whoever makes something else of it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use super::{
    layout::{self, Section},
    open::NameSet,
};

impl NameSet {
    /// Every name that a list speaks of, in no order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.keys().filter(|key| !is_network(key)).filter_map(|key| str::from_utf8(key).ok())
    }

    /// Every network that a list speaks of, in no order.
    pub fn networks(&self) -> impl Iterator<Item = IpNet> {
        self.keys().filter_map(network)
    }

    fn keys(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = self.section(Section::Entries);
        std::iter::from_fn(move || {
            let (&length, after) = rest.split_first()?;
            let (_, after) = layout::read_varint(after)?;
            let (key, next) = after.split_at_checked(usize::from(length))?;
            rest = next;
            Some(key)
        })
    }
}

fn is_network(key: &[u8]) -> bool {
    matches!(key.first(), Some(4 | 6))
}

fn network(key: &[u8]) -> Option<IpNet> {
    let (family, rest) = key.split_first()?;
    let (length, address) = rest.split_first()?;
    let address: IpAddr = match family {
        4 => Ipv4Addr::from(<[u8; 4]>::try_from(address).ok()?).into(),
        6 => Ipv6Addr::from(<[u8; 16]>::try_from(address).ok()?).into(),
        _ => return None,
    };
    IpNet::new(address, *length).ok()
}
