//! Ways by packets that no honest program sends.

use super::way::{Sort, Way, way};
use crate::raw::{ESP, GRE, IPIP, Packet, SCTP, SIX_IN_FOUR, UDP, send_v6, udp_v6};

const DEVICE: &str = "10.20.0.7";
const OPEN: &str = "192.0.2.80";

pub(crate) const ODD: &[Way] = &[
    Way {
        leak: "src host 10.30.0.7 or src host 10.30.0.9 or src host 10.40.0.9",
        ..way("with an address of private or of guests", |round| {
            let from = ["10.30.0.7", "10.30.0.9", "10.40.0.9"];
            round.sends("work", &from.map(|from| Packet::udp(from, "198.51.100.31", 443, b"spoofed")));
            round.sends("work", &from.map(|from| Packet::syn(from, "198.51.100.31", 443)));
        })
    },
    Way {
        leak: "dst host 198.51.100.32",
        ..way("with the administrator's or the resolver's address", |round| {
            let from = ["10.20.0.5", "10.20.0.1", "10.30.0.1"];
            round.sends("work", &from.map(|from| Packet::udp(from, "198.51.100.32", 443, b"spoofed")));
            round.sends("work", &from.map(|from| Packet::syn(from, "198.51.100.32", 443)));
        })
    },
    Way {
        leak: "dst host 198.51.100.33",
        ..way("with an address of the internet, or none", |round| {
            let from = ["198.51.100.99", "0.0.0.0", "127.0.0.1", "192.0.2.53"];
            round.sends("work", &from.map(|from| Packet::udp(from, "198.51.100.33", 443, b"spoofed")));
        })
    },
    Way {
        before: |round| {
            round.ask("work", "n34.free.example");
        },
        leak: "dst host 198.51.100.34",
        ..way("a guest with a device's address for which it is open", |round| {
            round.sends("guest", &[Packet::udp(DEVICE, "198.51.100.34", 443, b"spoofed")]);
            round.sends("private", &[Packet::udp(DEVICE, "198.51.100.34", 443, b"spoofed")]);
        })
    },
    Way {
        sort: Sort::Limit,
        before: |round| {
            round.ask("work", "n35.free.example");
        },
        leak: "dst host 198.51.100.35",
        ..way("a neighbour on the same link with a device's address for which it is open", |round| {
            round.sends("colleague", &[Packet::udp(DEVICE, "198.51.100.35", 443, b"spoofed")]);
        })
    },
    Way {
        before: open,
        leak: "proto 47 or proto 4 or proto 41 or proto 50 or proto 132",
        ..way("GRE, IPIP, 6in4, ESP and SCTP to an address that is open", |round| {
            let inner = Packet::udp("10.99.0.1", "198.51.100.36", 443, b"inside").bytes();
            let packets = [GRE, IPIP, SIX_IN_FOUR, ESP, SCTP].map(|protocol| {
                let gre = if protocol == GRE { vec![0, 0, 8, 0] } else { Vec::new() };
                Packet::new(DEVICE, OPEN, protocol, [gre, inner.clone()].concat())
            });
            round.sends("work", &packets);
        })
    },
    way("data in ICMP to an address that nobody answered", |round| {
        round.sends("work", &[Packet::ping(DEVICE, "198.51.100.37", &[b'x'; 900])]);
    }),
    Way {
        before: open,
        leak: "dst host 198.51.100.38 or (dst host 192.0.2.80 and ip[0] > 0x45)",
        ..way("source routes (loose, strict, header of version 6)", |round| {
            let route = |kind: u8, via: &str| {
                let via: std::net::Ipv4Addr = via.parse().unwrap();
                [&[1, kind, 7, 4][..], &via.octets()].concat()
            };
            let packets = [(131, "10.20.0.1"), (137, "10.20.0.1"), (131, OPEN)].map(|(kind, through)| Packet {
                options: route(kind, "198.51.100.38"),
                ..Packet::udp(DEVICE, through, 443, b"routed")
            });
            round.sends("work", &packets);
            // Routing headers of type 0 and 2: next is UDP, one address to go.
            for kind in [0, 2] {
                let mut header = vec![UDP, 2, kind, 1, 0, 0, 0, 0];
                header.extend("2001:db8:1::38".parse::<std::net::Ipv6Addr>().unwrap().octets());
                header.extend(udp_v6("fd20::7", "2001:db8:1::38", 443, b"routed"));
                round.yard().inside("work", || send_v6("fd20::7", "fd20::1", 43, &header));
            }
        })
    },
    way("a first packet in pieces", |round| {
        let mut pieces = Packet::udp(DEVICE, "198.51.100.39", 443, &[b'x'; 64]).fragments(8);
        pieces.extend(Packet::syn(DEVICE, "198.51.100.39", 443).fragments(8));
        round.sends("work", &pieces);
        // The second piece alone, and the pieces in the wrong order.
        let mut pieces = Packet::udp(DEVICE, "198.51.100.39", 443, &[b'y'; 64]).fragments(16);
        pieces.reverse();
        pieces.truncate(4);
        round.sends("work", &pieces);
    }),
    Way {
        before: open,
        leak: "src net 10.20.0.0/24 and dst host 192.0.2.80 and (udp or ip[6:2] & 0x3fff != 0)",
        ..way("DNS to an address that is open, in pieces", |round| {
            let question = crate::ask::question("n10.free.example", hickory_proto::rr::RecordType::A);
            round.sends("work", &Packet::udp(DEVICE, OPEN, 53, &question).fragments(8));
        })
    },
    Way {
        before: |round| {
            round.ask("work", "n40.free.example");
        },
        leak: "src host 10.20.0.7 and dst host 198.51.100.41",
        ..way("an answer that never was: packets as if a connection stood", |round| {
            let mut packet = Packet::syn(DEVICE, "198.51.100.41", 443);
            // ACK and PSH in place of SYN; the checksum follows what changed.
            packet.payload[13] = 0x18;
            let sum = u16::from_be_bytes([packet.payload[16], packet.payload[17]]);
            let sum = sum.wrapping_sub(0x16).to_be_bytes();
            packet.payload[16..18].copy_from_slice(&sum);
            round.sends("work", &[packet]);
            // An error about a connection that never was.
            let inner = Packet::udp("198.51.100.41", DEVICE, 443, b"12345678").bytes();
            let mut error = Packet::ping(DEVICE, "198.51.100.41", &inner);
            error.payload[0] = 3;
            let sum = u16::from_be_bytes([error.payload[2], error.payload[3]]);
            error.payload[2..4].copy_from_slice(&sum.wrapping_add(0x0500).to_be_bytes());
            round.sends("work", &[error]);
        })
    },
];

fn open(round: &mut crate::round::Round<'_>) {
    round.ask("work", "www.harmless.example");
}
