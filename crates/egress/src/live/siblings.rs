//! The other addresses of whoever asks.
//!
//! A device asks by one address and may connect by another: it asked over IPv4 and uses IPv6, or it changed its IPv6 address for
//! privacy. Its addresses share a link: the kernel's table of neighbours tells which. That is no proof (a device can claim
//! another's hardware address, as it can claim its IP address), but it only opens what our resolver answered to that link, and only
//! within the compartment, which the caller checks.

use std::net::IpAddr;

use crate::netlink::neighbours;

/// A link with more addresses is a router behind which there are many devices: then the one that asked is all we know.
const MOST: usize = 32;

/// Every address that was seen on the same link as this one, with it as the first; it alone when nothing else is known.
///
/// It asks the kernel (some ten microseconds for a small network), so a caller keeps the answer for a few seconds.
#[must_use]
pub fn siblings(address: IpAddr) -> Vec<IpAddr> {
    let address = address.to_canonical();
    let mut found = vec![address];
    let links = neighbours().unwrap_or_default();
    if let Some(all) = links.values().find(|all| all.contains(&address) && all.len() <= MOST) {
        found.extend(all.iter().copied().filter(|other| *other != address));
    }
    found
}
