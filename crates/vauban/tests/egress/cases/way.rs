//! What a way is.

use super::{addresses::ADDRESSES, names::NAMES, odd::ODD, time::TIME};
use crate::round::Round;

/// Packets of devices at work, but for those to what the control asked for.
pub(crate) const DEVICES: &str = "(src net 10.20.0.0/16 or src net fd20::/64) and not arp and not icmp6 and not (dst host 192.0.2.80 and tcp dst port 443) and not (dst host 2001:db8::80)";

/// What is expected of the guard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Nothing passes.
    Shut,
    /// It passes, and docs/network.md says so.
    Limit,
}

/// A way past the filter.
pub(crate) struct Way {
    pub(crate) name: &'static str,
    pub(crate) sort: Sort,
    /// What is there before the attempt; packets do not count yet.
    pub(crate) before: fn(&mut Round<'_>),
    pub(crate) attempt: fn(&mut Round<'_>),
    /// Packets that leaked, as a filter of tcpdump.
    pub(crate) leak: &'static str,
}

/// A way that begins with nothing.
pub(crate) const fn way(name: &'static str, attempt: fn(&mut Round<'_>)) -> Way {
    Way { name, sort: Sort::Shut, before: |_| (), attempt, leak: DEVICES }
}

/// All of them, in the order in which they are tried.
pub(crate) fn all() -> impl Iterator<Item = &'static Way> {
    ADDRESSES.iter().chain(NAMES).chain(ODD).chain(TIME)
}
