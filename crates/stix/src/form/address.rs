//! Addresses of networks and mail (sections 6.4, 6.5, 6.8 to 6.10).

use std::net::{Ipv4Addr, Ipv6Addr};

/// An address, or a network in CIDR notation.
pub(crate) fn is_ipv4(text: &str) -> bool {
    let (address, prefix) = split_prefix(text);
    address.parse::<Ipv4Addr>().is_ok() && is_prefix(prefix, 32)
}

/// An address, or a network in CIDR notation. A zone (`fe80::1%eth0`) is let through.
pub(crate) fn is_ipv6(text: &str) -> bool {
    let (address, prefix) = split_prefix(text);
    let address = address.split_once('%').map_or(address, |(address, zone)| if zone.is_empty() { "" } else { address });
    address.parse::<Ipv6Addr>().is_ok() && is_prefix(prefix, 128)
}

fn split_prefix(text: &str) -> (&str, Option<&str>) {
    text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)))
}

fn is_prefix(prefix: Option<&str>, most: u8) -> bool {
    prefix.is_none_or(|digits| {
        let plain = digits == "0" || digits.starts_with(|first: char| matches!(first, '1'..='9'));
        plain && digits.parse::<u8>().is_ok_and(|bits| bits <= most)
    })
}

/// Six octets of two lowercase digits.
pub(crate) fn is_mac(text: &str) -> bool {
    let octets: Vec<&str> = text.split(':').collect();
    octets.len() == 6
        && octets.iter().all(|octet| {
            octet.len() == 2 && octet.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'))
        })
}

/// Labels of 1 to 63 octets, 253 in all, in letters of any script, digits, hyphens, and the underscores of names that are not
/// of hosts.
pub(crate) fn is_domain_name(text: &str) -> bool {
    let name = text.strip_suffix('.').unwrap_or(text);
    (1..=253).contains(&name.len()) && name.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    let is_of_it = |c: char| {
        c.is_alphanumeric() || c == '-' || c == '_' || (!c.is_ascii() && !c.is_whitespace() && !c.is_control())
    };
    (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-') && label.chars().all(is_of_it)
}

/// An address of RFC 5322, section 3.4.1, without a display name, comments or folds.
pub(crate) fn is_email_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    is_local_part(local) && (is_domain_name(domain) || is_literal(domain))
}

fn is_local_part(local: &str) -> bool {
    if let Some(quoted) = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        return !quoted.contains(|c: char| c.is_control() || c == '"');
    }
    let is_of_an_atom = |c: char| c.is_alphanumeric() || !c.is_ascii() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_of_an_atom))
}

/// `[192.0.2.1]`, `[IPv6:2001:db8::1]`
fn is_literal(domain: &str) -> bool {
    domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).is_some_and(|address| {
        address.parse::<Ipv4Addr>().is_ok()
            || address.strip_prefix("IPv6:").is_some_and(|address| address.parse::<Ipv6Addr>().is_ok())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_networks() {
        assert!(is_ipv4("198.51.100.3") && is_ipv4("192.168.0.1/0") && is_ipv4("10.0.0.0/32"));
        assert!(
            !is_ipv4("999.999.999.999") && !is_ipv4("192.168.0.1/33") && !is_ipv4("10.0.0.0/08") && !is_ipv4("10.0.0")
        );
        assert!(is_ipv6("2001:db8::1") && is_ipv6("fe80:0:0:0:204:61ff:fe9d:f156/6") && is_ipv6("::ffff:192.0.2.1"));
        assert!(!is_ipv6("foo") && !is_ipv6("2001:db8::1/03") && !is_ipv6("2001:db8::1/129") && !is_ipv6("::1%"));
        assert!(is_mac("d2:fb:49:24:37:18"));
        assert!(!is_mac("D2:FB:49:24:37:18") && !is_mac("d2-fb-49-24-37-18") && !is_mac("d2:fb:49:24:37"));
    }

    #[test]
    fn names_and_mail() {
        assert!(
            is_domain_name("evil.example")
                && is_domain_name("_dmarc.evil.example.")
                && is_domain_name("\u{e9}lys\u{e9}e.example")
        );
        for wrong in ["", ".", "a..b", "-a.example", "a b.example", "http://a.example", &"a".repeat(64), "a@b"] {
            assert!(!is_domain_name(wrong), "{wrong}");
        }
        assert!(is_email_address("john.doe+x@example.com") && is_email_address("\"a b\"@example.com"));
        assert!(is_email_address("root@[192.0.2.1]"));
        for wrong in
            ["John Doe <jdoe@example.com>", "jdoe", "@example.com", "a..b@example.com", "jdoe@", "a b@example.com"]
        {
            assert!(!is_email_address(wrong), "{wrong}");
        }
    }
}
