//! The syntax of host names and addresses.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Names that no public suffix list holds and that indicators and evidence use all the same.
const SPECIAL_TOP_LEVEL: &[&str] =
    &["example", "test", "invalid", "onion", "i2p", "bit", "local", "internal", "lan", "corp", "home", "localdomain"];

/// Whether `name` has the syntax of a domain name of at least two labels below a known top level.
pub(crate) fn is_domain(name: &str) -> bool {
    last_of_labels(name).is_some_and(is_top_level)
}

/// Whether it can be nothing but a host where it stands, behind `://`: then its top level need not be a known one.
/// Attackers and laboratories resolve names of their own making.
pub(crate) fn is_host_of_url(name: &str) -> bool {
    let alphabetic = last_of_labels(name).is_some_and(|last| {
        last.len() >= 2
            && last.starts_with(|c: char| c.is_ascii_alphabetic())
            && last.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    });
    alphabetic || is_domain(name)
}

/// The last label of a name of at least two labels, none of them empty or too long.
fn last_of_labels(name: &str) -> Option<&str> {
    if !(4..=253).contains(&name.len()) {
        return None;
    }
    let mut start = 0;
    for (at, byte) in name.bytes().enumerate() {
        if byte == b'.' {
            if !(1..=63).contains(&(at - start)) {
                return None;
            }
            start = at + 1;
        }
    }
    name.get(start..).filter(|last| start > 0 && (1..=63).contains(&last.len()))
}

/// Whether `label` is a top level: one of the public suffix list's, or a special one.
fn is_top_level(label: &str) -> bool {
    if label.len() < 2 || label.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let mut room = [0; 63];
    match room.get_mut(..label.len()) {
        Some(lower) if label.is_ascii() => {
            lower.copy_from_slice(label.as_bytes());
            lower.make_ascii_lowercase();
            is_lower_top_level(lower)
        }
        _ => is_lower_top_level(label.to_lowercase().as_bytes()),
    }
}

fn is_lower_top_level(label: &[u8]) -> bool {
    SPECIAL_TOP_LEVEL.iter().any(|special| special.as_bytes() == label)
        || psl::suffix(label).is_some_and(|suffix| suffix.is_known())
}

/// Four decimal octets, nothing else.
pub(crate) fn ipv4(text: &str) -> Option<Ipv4Addr> {
    if text.len() < 7 || text.len() > 15 {
        return None;
    }
    text.parse().ok()
}

/// The forms a browser accepts as the host of a URL: octal, hexadecimal and fewer than four parts
/// (WHATWG URL, section 3.5). Used for URL hosts alone: elsewhere a number is a number.
pub(crate) fn ipv4_as_browsers_read_it(host: &str) -> Option<Ipv4Addr> {
    let host = host.strip_suffix('.').unwrap_or(host);
    // Names of hosts end in a label that is no number.
    if !host.rsplit('.').next().is_some_and(|last| last.starts_with(|c: char| c.is_ascii_digit())) {
        return None;
    }
    let parts: Vec<&str> = host.split('.').collect();
    let (last, front) = parts.split_last()?;
    if front.len() > 3 {
        return None;
    }
    let mut value: u64 = 0;
    for part in front {
        let octet = number(part).filter(|octet| *octet <= 255)?;
        value = (value << 8) | octet;
    }
    let last_bytes = 4 - u32::try_from(front.len()).ok()?;
    let rest = number(last).filter(|rest| *rest < 1_u64 << (8 * last_bytes))?;
    let address = (value << (8 * last_bytes)) | rest;
    u32::try_from(address).ok().map(Ipv4Addr::from)
}

fn number(part: &str) -> Option<u64> {
    if let Some(hex) = part.strip_prefix("0x").or_else(|| part.strip_prefix("0X")) {
        return if hex.is_empty() { Some(0) } else { u64::from_str_radix(hex, 16).ok() };
    }
    if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if part.len() > 1 && part.starts_with('0') {
        return u64::from_str_radix(part, 8).ok();
    }
    part.parse().ok()
}

/// An IPv6 address worth reporting: not the unspecified address, not a bare `::` abbreviation of nothing.
pub(crate) fn ipv6(text: &str) -> Option<Ipv6Addr> {
    if text.len() < 4 || text.len() > 45 || !text.as_bytes().contains(&b':') {
        return None;
    }
    text.parse::<Ipv6Addr>().ok().filter(|address| !address.is_unspecified() && !address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_need_a_known_top_level() {
        for good in ["evil.com", "login.evil.example", "a_b.evil.co.uk", "xn--bcher-kva.ch", "abc.onion", "EVIL.COM"] {
            assert!(is_domain(good), "{good}");
        }
        for bad in ["evil", "evil.", ".com", "a..com", "libc.so.6", "setup.exe", "1.2.3.4", "foo.bar_baz", "a.com."] {
            assert!(!is_domain(bad), "{bad}");
        }
    }

    #[test]
    fn behind_a_scheme_any_top_level_will_do() {
        for good in ["amazing.lab", "evil.com", "c2.evil.comv"] {
            assert!(is_host_of_url(good), "{good}");
        }
        for bad in ["localhost", "a..lab", "1.2.3.4", "evil.{{x}}", ".lab", "x.1a"] {
            assert!(!is_host_of_url(bad), "{bad}");
        }
    }

    #[test]
    fn browsers_read_odd_addresses() {
        let wanted = Some(Ipv4Addr::new(192, 0, 2, 1));
        for odd in ["192.0.2.1", "0xC0000201", "3221225985", "0300.0.2.1", "192.0.513"] {
            assert_eq!(ipv4_as_browsers_read_it(odd), wanted, "{odd}");
        }
        for bad in ["", "evil.com", "1.2.3.4.5", "256.1.1.1", "4294967296", "1..2"] {
            assert_eq!(ipv4_as_browsers_read_it(bad), None, "{bad}");
        }
    }
}
