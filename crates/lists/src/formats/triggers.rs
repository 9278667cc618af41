//! What the owner of a record in a response policy zone means.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// What a record is about.
pub(super) enum Trigger<'n> {
    /// The name that is asked for, perhaps with `*.` before it.
    Name(&'n [u8]),
    /// An address in the answer.
    Address(IpNet),
    /// A client or a name server.
    Unsupported,
    /// An address that is none.
    Bad,
}

/// The owner below its zone, without a last dot; nothing when it stands outside.
pub(super) fn relative<'n>(owner: &'n [u8], origin: &[u8]) -> Option<&'n [u8]> {
    let Some(absolute) = owner.strip_suffix(b".") else { return Some(owner) };
    if origin.is_empty() || absolute == origin {
        return Some(if absolute == origin { b"" } else { absolute });
    }
    absolute.strip_suffix(origin)?.strip_suffix(b".")
}

/// What the owner means: it is in lower case and below its zone.
pub(super) fn read(owner: &[u8]) -> Trigger<'_> {
    let Some((rest, last)) = memchr::memrchr(b'.', owner).map(|dot| owner.split_at(dot)) else {
        return Trigger::Name(owner);
    };
    match last {
        b".rpz-ip" => network(rest).map_or(Trigger::Bad, Trigger::Address),
        b".rpz-client-ip" | b".rpz-nsip" | b".rpz-nsdname" => Trigger::Unsupported,
        _ => Trigger::Name(owner),
    }
}

/// `24.0.2.0.192` is 192.0.2.0/24; `32.zz.db8.2001` is 2001:db8::/32.
fn network(trigger: &[u8]) -> Option<IpNet> {
    let mut labels: Vec<&str> = str::from_utf8(trigger).ok()?.split('.').collect();
    let length: u8 = labels.first()?.parse().ok()?;
    labels.remove(0);
    labels.reverse();
    let address = if labels.len() == 4 && !labels.contains(&"zz") {
        labels.join(".").parse::<Ipv4Addr>().ok().map(IpAddr::V4)?
    } else {
        IpAddr::V6(six(&labels)?)
    };
    Some(IpNet::new(address, length).ok()?.trunc())
}

fn six(labels: &[&str]) -> Option<Ipv6Addr> {
    let Some(gap) = labels.iter().position(|label| *label == "zz") else {
        return labels.join(":").parse().ok();
    };
    format!("{}::{}", labels.get(..gap)?.join(":"), labels.get(gap + 1..)?.join(":")).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_stand_backwards() {
        for (owner, wanted) in [
            ("24.0.2.0.192", "192.0.2.0/24"),
            ("32.7.2.0.192", "192.0.2.7/32"),
            ("32.zz.db8.2001", "2001:db8::/32"),
            ("128.1.zz.db8.2001", "2001:db8::1/128"),
            ("128.8.7.6.5.4.3.db8.2001", "2001:db8:3:4:5:6:7:8/128"),
            ("20.7.2.0.192", "192.0.0.0/20"),
        ] {
            assert_eq!(network(owner.as_bytes()), Some(wanted.parse().unwrap()), "{owner}");
        }
        for owner in ["33.0.2.0.192", "24.0.2.0", "x.0.2.0.192", "129.zz.2001", "", "24", "24.zz.zz.1"] {
            assert_eq!(network(owner.as_bytes()), None, "{owner}");
        }
    }

    #[test]
    fn owners_are_below_their_zone() {
        assert_eq!(relative(b"evil.test", b"rpz.example"), Some(&b"evil.test"[..]));
        assert_eq!(relative(b"evil.test.rpz.example.", b"rpz.example"), Some(&b"evil.test"[..]));
        assert_eq!(relative(b"rpz.example.", b"rpz.example"), Some(&b""[..]));
        assert_eq!(relative(b"evil.test.", b"rpz.example"), None);
        assert_eq!(relative(b"notrpz.example.", b"rpz.example"), None);
        assert_eq!(relative(b"evil.test.", b""), Some(&b"evil.test"[..]));
    }
}
