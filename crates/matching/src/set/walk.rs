//! Going over everything in a set: for whoever makes something else of it.

use std::net::IpAddr;

use ipnet::IpNet;
use vauban_model::{Indicator, ObservableKind};

use super::{
    layout::{NETWORK_V4, NETWORK_V6, Section, read_varint},
    look_up::{Hit, canonical_text},
    open::IndicatorSet,
};

impl IndicatorSet {
    /// Every domain name that an indicator or a pattern names, in the form that names are compared in, in no order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let names = self.keys().filter(|(kind, ..)| *kind == ObservableKind::DomainName as u8);
        names.filter_map(|(_, key, _)| str::from_utf8(key).ok())
    }

    /// Hands over every address and network with each indicator that names it, in no order.
    pub fn each_network(&self, met: &mut dyn FnMut(IpNet, &Indicator)) {
        const KINDS: [u8; 4] = [ObservableKind::Ipv4Addr as u8, ObservableKind::Ipv6Addr as u8, NETWORK_V4, NETWORK_V6];
        for (kind, key, postings) in self.keys().filter(|(kind, ..)| KINDS.contains(kind)) {
            let text = canonical_text(kind, key);
            let Ok(network) = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)) else { continue };
            self.postings(kind, key, postings, &[], &mut |hit| {
                if let Hit::Indicator { indicator, .. } = hit {
                    met(network, &indicator);
                }
            });
        }
    }

    /// Every key with its kind, and where its postings begin.
    fn keys(&self) -> impl Iterator<Item = (u8, &[u8], usize)> {
        let (tags, slots, arena) =
            (self.section(Section::Tags), self.section(Section::Slots), self.section(Section::Arena));
        let taken = tags.iter().enumerate().filter(|(_, tag)| **tag != 0).map(|(slot, _)| slot);
        taken.filter_map(move |slot| {
            let offset = u32::from_le_bytes(slots.get(slot * 4..slot * 4 + 4)?.try_into().ok()?);
            let mut at = usize::try_from(offset).ok()?;
            let kind = *arena.get(at)?;
            at += 1;
            let length = usize::try_from(read_varint(arena, &mut at)?).ok()?;
            let end = at.checked_add(length)?;
            Some((kind, arena.get(at..end)?, end))
        })
    }
}
