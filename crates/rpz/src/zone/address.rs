//! Addresses as names: `24.0.2.0.192.rpz-ip` is 192.0.2.0/24, `48.zz.101.db8.2001.rpz-ip` is 2001:db8:101::/48.
//!
//! In a path they stand the natural way round: `rpz-ip`, 192, 0, 2, 0, 24.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::name::Labels;

/// The network that these labels mean, the uppermost (below `rpz-ip`) first. Bits behind the prefix make it none, as BIND has it.
pub(crate) fn parse(labels: Labels<'_>) -> Option<IpNet> {
    let labels: Vec<&str> = labels.map(|label| str::from_utf8(label).ok()).collect::<Option<_>>()?;
    let (length, words) = labels.split_last()?;
    let length = number(length, 10)?;
    let net = match parse_v4(words) {
        Some(address) => IpNet::V4(Ipv4Net::new(address, u8::try_from(length).ok()?).ok()?),
        None => IpNet::V6(Ipv6Net::new(parse_v6(words)?, u8::try_from(length).ok()?).ok()?),
    };
    (length > 0 && net.trunc() == net).then_some(net)
}

fn parse_v4(words: &[&str]) -> Option<Ipv4Addr> {
    let [a, b, c, d] = words else { return None };
    let octet = |word: &str| number(word, 10).and_then(|value| u8::try_from(value).ok());
    Some(Ipv4Addr::new(octet(a)?, octet(b)?, octet(c)?, octet(d)?))
}

fn parse_v6(words: &[&str]) -> Option<Ipv6Addr> {
    let mut segments = [0u16; 8];
    let gap = words.iter().position(|word| *word == "zz");
    let (before, after) = match gap {
        Some(at) => (&words[..at], &words[at + 1..]),
        None => (words, &words[..0]),
    };
    let given = before.len() + after.len();
    if given > 8 || (gap.is_none() && given != 8) || (gap.is_some() && given == 8) {
        return None;
    }
    let offset = 8 - after.len();
    for (position, word) in
        before.iter().enumerate().chain(after.iter().enumerate().map(|(at, word)| (at + offset, word)))
    {
        *segments.get_mut(position)? = u16::try_from(number(word, 16)?).ok()?;
    }
    Some(Ipv6Addr::from(segments))
}

/// A number without signs and leading zeros.
fn number(text: &str, radix: u32) -> Option<u32> {
    let is_plain = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let has_zeros = text.len() > 1 && text.starts_with('0');
    (is_plain && !has_zeros).then(|| u32::from_str_radix(text, radix).ok())?
}

/// The labels of this network, appended to a path.
pub(crate) fn push(net: &IpNet, path: &mut Vec<u8>) {
    let mut push_label = |label: &str| {
        path.push(u8::try_from(label.len()).unwrap_or(u8::MAX));
        path.extend_from_slice(label.as_bytes());
    };
    match net.network() {
        IpAddr::V4(address) => address.octets().iter().for_each(|octet| push_label(&octet.to_string())),
        IpAddr::V6(address) => {
            let segments = address.segments();
            let gap = longest_gap(&segments);
            for (position, segment) in segments.iter().enumerate() {
                match &gap {
                    Some((start, _)) if position == *start => push_label("zz"),
                    Some((start, length)) if (*start..start + length).contains(&position) => {}
                    _ => push_label(&format!("{segment:x}")),
                }
            }
        }
    }
    push_label(&net.prefix_len().to_string());
}

/// Where the first of the longest runs of at least two zeros is, and its length: BIND takes no other form.
fn longest_gap(segments: &[u16; 8]) -> Option<(usize, usize)> {
    let run = |start: usize| segments[start..].iter().take_while(|segment| **segment == 0).count();
    let best = (0..8).map(|start| (start, run(start))).rev().max_by_key(|(_, length)| *length)?;
    (best.1 > 1).then_some(best)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn path(text: &str) -> Vec<u8> {
        crate::name::path_of_text(text).unwrap_or_default()
    }

    #[test]
    fn the_examples_of_the_draft_are_read() {
        for (text, net) in [
            ("24.0.2.0.192", "192.0.2.0/24"),
            ("32.1.2.0.192", "192.0.2.1/32"),
            ("48.zz.101.db8.2001", "2001:db8:101::/48"),
            ("128.1.zz", "::1/128"),
            ("128.1.zz.2.db8.2001", "2001:db8:2::1/128"),
        ] {
            let net: IpNet = net.parse().unwrap();
            assert_eq!(parse(Labels::of(&path(text))), Some(net), "{text}");
            let mut written = Vec::new();
            push(&net, &mut written);
            assert_eq!(written, path(text), "{text}");
        }
    }

    #[test]
    fn what_is_no_network_is_none() {
        for text in [
            "33.1.2.0.192",
            "24.1.2.0.192",
            "0.0.0.0.0",
            "32.256.2.0.192",
            "32.01.2.0.192",
            "24",
            "32.2.0.192",
            "129.1.zz",
            "128.zz.1.zz",
            "128.1.2.3.4.5.6.7.8.9",
            "128.1.2.3.4.5.6.7.8.zz",
            "48.zz.10101.db8.2001",
            "a.1.2.0.192",
            "+4.0.2.0.192",
        ] {
            assert_eq!(parse(Labels::of(&path(text))), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_network_comes_back(bits: u128, v4: bool, length in 1u8..=128) {
            // Zeros are what has a form of its own.
            let sparse = bits & (bits.rotate_left(31) | 0xFFFF << 64);
            let net = if v4 {
                IpNet::new(Ipv4Addr::from(bits as u32).into(), length.min(32))
            } else {
                IpNet::new(Ipv6Addr::from(sparse).into(), length)
            };
            let net = net.unwrap().trunc();
            let mut written = Vec::new();
            push(&net, &mut written);
            prop_assert_eq!(parse(Labels::of(&written)), Some(net));
        }
    }
}
