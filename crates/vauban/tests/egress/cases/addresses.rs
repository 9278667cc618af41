//! Ways that need no name: other resolvers, literal addresses, what was open before.

use std::net::UdpSocket;

use hickory_proto::rr::RecordType;

use super::way::{DEVICES, Sort, Way, way};
use crate::{ask::question, field::EARLIER, round::Round, yard::STAYS};

const FOREIGN: &str = "203.0.113.53";

pub(crate) const ADDRESSES: &[Way] = &[
    way("plain DNS to another server, UDP", |round| {
        asks_elsewhere(round, FOREIGN);
        asks_elsewhere(round, "1.1.1.1");
    }),
    way("plain DNS to another server, TCP", |round| {
        for server in [FOREIGN, "1.1.1.1"] {
            let bytes = question("n10.free.example", RecordType::A);
            let told = round.yard().inside("work", || crate::ask::tcp(server, &bytes, STAYS));
            learnt(round, told.map(|told| told.bytes));
        }
    }),
    way("plain DNS to the server that the resolver asks", |round| asks_elsewhere(round, "192.0.2.53")),
    way("plain DNS to an address that is open", |round| {
        asks_elsewhere(round, "192.0.2.80");
        round.connects("work", "192.0.2.80", 53);
    }),
    way("DNS on another port (5353, 443)", |round| {
        let bytes = question("n10.free.example", RecordType::A);
        for port in [5353, 443] {
            round.says("work", FOREIGN, port, &bytes);
            round.connects("work", FOREIGN, port);
        }
    }),
    way("DNS over TLS to another server", |round| {
        round.connects("work", FOREIGN, 853);
        round.connects("work", "1.1.1.1", 853);
    }),
    way("DNS over TLS to an address that is open", |round| {
        round.connects("work", "192.0.2.80", 853);
    }),
    way("DNS over QUIC (UDP 853)", |round| {
        round.says("work", FOREIGN, 853, b"quic");
        round.says("work", "192.0.2.80", 853, b"quic");
    }),
    way("DNS over HTTPS by a known name", |round| {
        round.must_not_learn("cloudflare-dns.com", "1.1.1.1");
        round.must_not_learn("dns.google", "198.51.100.75");
    }),
    way("DNS over HTTPS by the number of a known server", |round| round.goes("work", "1.1.1.1")),
    way("DNS over HTTPS by the number of an unknown server", |round| round.goes("work", FOREIGN)),
    way("the web by the number of an address", |round| round.goes("work", "198.51.100.11")),
    way("the web by a number of version 6", |round| round.goes("work", "2001:db8:1::11")),
    way("version 6 of a name that was asked for over version 4 only", |round| {
        round.ask("work", "n12.free.example");
        round.goes("work", "2001:db8:1::12");
    }),
    way("QUIC to an address that nobody answered", |round| {
        round.says("work", "198.51.100.13", 443, &[0xc0, 0, 0, 0, 1, 8, 1, 2, 3, 4, 5, 6, 7, 8]);
    }),
    way("SSH, Tor and WireGuard by number", |round| {
        for port in [22, 9001, 8443] {
            round.connects("work", "198.51.100.14", port);
        }
        round.says("work", "198.51.100.14", 51_820, &[1, 0, 0, 0]);
    }),
    way("an address of version 4 written as one of version 6", |round| {
        round.goes("work", "::ffff:198.51.100.15");
        let bytes = crate::raw::udp_v6("fd20::7", "::ffff:198.51.100.15", 443, b"hello");
        round.yard().inside("work", || crate::raw::send_v6("fd20::7", "::ffff:198.51.100.15", 17, &bytes));
    }),
    way("6to4, Teredo and NAT64 of an address", |round| {
        for to in ["2002:c633:6410::1", "2001:0:c633:6410::1", "64:ff9b::c633:6410"] {
            round.goes("work", to);
        }
    }),
    way("link-local, metadata and multicast destinations", |round| {
        for to in ["169.254.169.254", "169.254.1.1", "224.0.0.251", "239.255.255.250", "240.0.0.1", "0.0.0.1"] {
            round.says("work", to, 5353, b"hello");
            round.connects("work", to, 80);
        }
        for to in ["ff0e::1", "fec0::1"] {
            round.says("work", to, 5353, b"hello");
        }
    }),
    Way {
        before: |round| {
            round.ask("work", "n17.free.example");
        },
        ..way("what was answered to another device", |round| round.goes("colleague", "198.51.100.17"))
    },
    Way {
        leak: "dst host 198.51.100.76 and src net 10.20.0.0/24",
        ..way("a name that private may ask for, asked from work", |round| {
            if round.ask("private", "web.whatsapp.com").is_empty() && round.said.is_empty() {
                round.said = "private gets no answer, either".to_owned();
            }
            round.must_not_learn("web.whatsapp.com", "198.51.100.76");
        })
    },
    Way {
        before: |round| {
            let earlier = round.field.earlier.try_clone().unwrap();
            round.held.push(earlier);
        },
        ..way("a connection that was established before the filter was in place", |round| {
            round.goes_on();
            round.goes("work", EARLIER);
        })
    },
    Way {
        sort: Sort::Limit,
        leak: "dst host 198.51.100.74 and src net 10.20.0.0/24",
        ..way("an address that an allowed and a blocked name share", |round| {
            round.ask("work", "n74.blocked.example");
            round.ask("work", "shop.shared.example");
            round.goes("work", "198.51.100.74");
        })
    },
    Way {
        sort: Sort::Limit,
        leak: "dst host 198.51.100.73 and src net 10.20.0.0/24",
        ..way("DNS over HTTPS at an unknown server by its own name", |round| {
            round.ask("work", "dns.unknown.example");
            round.goes("work", "198.51.100.73");
        })
    },
    Way {
        before: |round| {
            round.ask("work", "dns.unknown.example");
        },
        leak: "dst host 198.51.100.18 and src net 10.20.0.0/24",
        ..way("what an unknown server tells over HTTPS", |round| round.goes("work", "198.51.100.18"))
    },
    Way {
        leak: DEVICES,
        ..way("a datagram that lives just long enough", |round| {
            let packet = |lives| crate::raw::Packet {
                lives,
                ..crate::raw::Packet::udp("10.20.0.7", "198.51.100.19", 443, b"x")
            };
            round.sends("work", &[packet(1), packet(2), packet(3)]);
        })
    },
    Way {
        before: |round| {
            round.ask("work", "www.harmless.example");
        },
        leak: "src net 10.20.0.0/24 and dst host 198.51.100.20",
        ..way("one socket, first to what is open, then elsewhere", |round| {
            round.yard().inside("work", || {
                let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
                socket.set_read_timeout(Some(STAYS)).unwrap();
                for to in ["192.0.2.80:443", "198.51.100.20:443", "192.0.2.80:443", "198.51.100.20:8443"] {
                    let _ = socket.send_to(b"hello", to);
                    let _ = socket.recv_from(&mut [0; 16]);
                }
            });
        })
    },
];

fn asks_elsewhere(round: &mut Round<'_>, server: &str) {
    let told = round.says("work", server, 53, &question("n10.free.example", RecordType::A));
    learnt(round, told);
}

fn learnt(round: &mut Round<'_>, told: Option<Vec<u8>>) {
    if told.is_some() {
        round.wrong.push("another server answered".to_owned());
    }
}
