//! From a frame to what a machine sent to another: link, network and transport headers.

use std::net::IpAddr;

/// An end of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct End {
    pub(super) address: IpAddr,
    pub(super) port: u16,
}

/// What carries the payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Transport {
    Tcp,
    Udp,
    /// Anything else: its protocol number.
    Other(u8),
}

/// One datagram or segment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment<'s> {
    pub(super) from: End,
    pub(super) to: End,
    pub(super) transport: Transport,
    pub(super) sequence: u32,
    pub(super) flags: u8,
    pub(super) payload: &'s [u8],
}

pub(super) const FIN: u8 = 1;
pub(super) const SYN: u8 = 2;
pub(super) const RST: u8 = 4;

/// A network packet: addresses, protocol, payload; for a fragment, its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Network<'n> {
    pub(super) from: IpAddr,
    pub(super) to: IpAddr,
    pub(super) protocol: u8,
    pub(super) payload: &'n [u8],
    /// Identification, offset in bytes, whether more follow.
    pub(super) fragment: Option<(u32, usize, bool)>,
}

/// The network packet in a frame of this link type; none when there is none.
pub(super) fn network(link: u16, frame: &[u8]) -> Option<Network<'_>> {
    match link {
        1 => ethernet(frame),
        // BSD loopback: a family in either byte order; the packet tells which.
        0 | 108 => ip(frame.get(4..)?),
        12 | 14 | 101 | 228 | 229 => ip(frame),
        // Linux cooked, with the protocol at its end or at its start.
        113 => ether_type(u16_at(frame, 14)?, frame.get(16..)?),
        276 => ether_type(u16_at(frame, 0)?, frame.get(20..)?),
        _ => None,
    }
}

fn ethernet(frame: &[u8]) -> Option<Network<'_>> {
    ether_type(u16_at(frame, 12)?, frame.get(14..)?)
}

fn ether_type(kind: u16, rest: &[u8]) -> Option<Network<'_>> {
    let (mut kind, mut rest) = (kind, rest);
    for _ in 0..4 {
        match kind {
            0x0800 | 0x86dd => return ip(rest),
            // VLAN tags, one in another.
            0x8100 | 0x88a8 | 0x9100 => (kind, rest) = (u16_at(rest, 2)?, rest.get(4..)?),
            // PPPoE sessions.
            0x8864 => {
                return match u16_at(rest, 6)? {
                    0x21 | 0x57 => ip(rest.get(8..)?),
                    _ => None,
                };
            }
            _ => return None,
        }
    }
    None
}

fn ip(bytes: &[u8]) -> Option<Network<'_>> {
    match bytes.first()? >> 4 {
        4 => ipv4(bytes),
        6 => ipv6(bytes),
        _ => None,
    }
}

fn ipv4(bytes: &[u8]) -> Option<Network<'_>> {
    let header = usize::from(bytes.first()? & 15) * 4;
    if header < 20 {
        return None;
    }
    let total = usize::from(u16_at(bytes, 2)?);
    // A length of 0 is left to the hardware by machines that capture what they send.
    let end = if total == 0 { bytes.len() } else { total.min(bytes.len()) };
    let word = u16_at(bytes, 6)?;
    let (offset, more) = (usize::from(word & 0x1fff) * 8, word & 0x2000 != 0);
    let address = |at: usize| bytes.get(at..)?.first_chunk::<4>().map(|bytes| IpAddr::from(*bytes));
    Some(Network {
        from: address(12)?,
        to: address(16)?,
        protocol: *bytes.get(9)?,
        payload: bytes.get(header..end)?,
        fragment: (offset > 0 || more).then_some((u32::from(u16_at(bytes, 4)?), offset, more)),
    })
}

fn ipv6(bytes: &[u8]) -> Option<Network<'_>> {
    let address = |at: usize| bytes.get(at..)?.first_chunk::<16>().map(|bytes| IpAddr::from(*bytes));
    let (from, to) = (address(8)?, address(24)?);
    let end = match usize::from(u16_at(bytes, 4)?) {
        0 => bytes.len(),
        length => (40 + length).min(bytes.len()),
    };
    let (mut next, mut at) = (*bytes.get(6)?, 40);
    let mut fragment = None;
    for _ in 0..8 {
        match next {
            // Hop-by-hop options, routing, destination options, mobility.
            0 | 43 | 60 | 135 => {
                next = *bytes.get(at)?;
                at += (usize::from(*bytes.get(at + 1)?) + 1) * 8;
            }
            44 => {
                let word = u16_at(bytes, at + 2)?;
                let id = bytes.get(at + 4..)?.first_chunk::<4>().map(|bytes| u32::from_be_bytes(*bytes))?;
                fragment = Some((id, usize::from(word & 0xfff8), word & 1 != 0));
                next = *bytes.get(at)?;
                at += 8;
            }
            // Authentication header.
            51 => {
                next = *bytes.get(at)?;
                at += (usize::from(*bytes.get(at + 1)?) + 2) * 4;
            }
            _ => break,
        }
    }
    Some(Network { from, to, protocol: next, payload: bytes.get(at..end)?, fragment })
}

/// The segment in a whole network packet.
pub(super) fn segment<'n>(network: &Network<'n>) -> Option<Segment<'n>> {
    let Network { from, to, protocol, payload, .. } = *network;
    let ports = |transport, sequence, flags, start, end: usize| {
        Some(Segment {
            from: End { address: from, port: u16_at(payload, 0)? },
            to: End { address: to, port: u16_at(payload, 2)? },
            transport,
            sequence,
            flags,
            payload: payload.get(start..end.min(payload.len()))?,
        })
    };
    match protocol {
        6 => {
            let start = usize::from(payload.get(12)? >> 4) * 4;
            let sequence = u32::from_be_bytes(*payload.get(4..)?.first_chunk::<4>()?);
            ports(Transport::Tcp, sequence, *payload.get(13)?, start.max(20), payload.len())
        }
        17 => {
            let length = usize::from(u16_at(payload, 4)?);
            ports(Transport::Udp, 0, 0, 8, if length < 8 { payload.len() } else { length })
        }
        other => Some(Segment {
            from: End { address: from, port: 0 },
            to: End { address: to, port: 0 },
            transport: Transport::Other(other),
            sequence: 0,
            flags: 0,
            payload,
        }),
    }
}

/// A number in network order.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_options_are_passed_over() {
        let mut frame = vec![0; 12];
        frame.extend([0x88, 0xa8, 0, 1, 0x81, 0x00, 0, 2, 0x08, 0x00]);
        frame.extend([0x46, 0, 0, 35, 0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2, 1, 1, 1, 1]);
        frame.extend([0, 53, 0x10, 0, 0, 11, 0, 0, b'a', b'b', b'c', b'p', b'a', b'd']);
        let packet = network(1, &frame).unwrap();
        let segment = segment(&packet).unwrap();
        assert_eq!((segment.from.port, segment.to.port, segment.payload), (53, 4096, b"abc".as_slice()));
        for end in 0..frame.len() {
            let _ = network(1, &frame[..end]).and_then(|packet| super::segment(&packet).map(|one| one.flags));
        }
    }
}
