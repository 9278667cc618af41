//! Packets as no program sends them.

use std::{
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    num::NonZeroU32,
};

use rustix::net::{AddressFamily, Protocol, SendFlags, SocketType, sendto, socket};

pub(crate) const ICMP: u8 = 1;
pub(crate) const IPIP: u8 = 4;
pub(crate) const TCP: u8 = 6;
pub(crate) const UDP: u8 = 17;
pub(crate) const SIX_IN_FOUR: u8 = 41;
pub(crate) const GRE: u8 = 47;
pub(crate) const ESP: u8 = 50;
pub(crate) const SCTP: u8 = 132;

/// A packet of version 4; the kernel fills in its checksum.
#[derive(Debug, Clone)]
pub(crate) struct Packet {
    pub(crate) from: Ipv4Addr,
    pub(crate) to: Ipv4Addr,
    pub(crate) protocol: u8,
    pub(crate) lives: u8,
    /// A multiple of four bytes.
    pub(crate) options: Vec<u8>,
    pub(crate) payload: Vec<u8>,
    /// In bytes, a multiple of eight; whether more comes after it.
    pub(crate) fragment: (u16, bool),
}

impl Packet {
    pub(crate) fn new(from: &str, to: &str, protocol: u8, payload: Vec<u8>) -> Self {
        Self {
            from: from.parse().unwrap(),
            to: to.parse().unwrap(),
            protocol,
            lives: 64,
            options: Vec::new(),
            payload,
            fragment: (0, false),
        }
    }

    /// A datagram.
    pub(crate) fn udp(from: &str, to: &str, port: u16, data: &[u8]) -> Self {
        let length = u16::try_from(8 + data.len()).unwrap();
        // No checksum, which is allowed here.
        let head = [40_000_u16, port, length, 0].map(u16::to_be_bytes).concat();
        Self::new(from, to, UDP, [&head, data].concat())
    }

    /// The beginning of a connection.
    pub(crate) fn syn(from: &str, to: &str, port: u16) -> Self {
        let mut packet = Self::new(from, to, TCP, Vec::new());
        let mut head = [40_001_u16, port, 0, 1, 0, 0, 0x5002, 0xffff, 0, 0].map(u16::to_be_bytes).concat();
        let pseudo = [&packet.from.octets()[..], &packet.to.octets(), &[0, TCP, 0, 20]].concat();
        let sum = checksum(&[&pseudo[..], &head].concat());
        head[16..18].copy_from_slice(&sum.to_be_bytes());
        packet.payload = head;
        packet
    }

    /// A question whether somebody is there, with something in it.
    pub(crate) fn ping(from: &str, to: &str, data: &[u8]) -> Self {
        let mut bytes = [&[8, 0, 0, 0, 0, 1, 0, 1], data].concat();
        let sum = checksum(&bytes);
        bytes[2..4].copy_from_slice(&sum.to_be_bytes());
        Self::new(from, to, ICMP, bytes)
    }

    /// The same in pieces of so many bytes.
    pub(crate) fn fragments(&self, size: usize) -> Vec<Self> {
        let pieces = self.payload.chunks(size);
        let last = pieces.len() - 1;
        pieces
            .enumerate()
            .map(|(at, piece)| Self {
                payload: piece.to_vec(),
                fragment: (u16::try_from(at * size).unwrap(), at < last),
                ..self.clone()
            })
            .collect()
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let head = 20 + self.options.len();
        let length = u16::try_from(head + self.payload.len()).unwrap().to_be_bytes();
        let flags = ((self.fragment.0 / 8) | if self.fragment.1 { 0x2000 } else { 0 }).to_be_bytes();
        let first = 0x40 | u8::try_from(head / 4).unwrap();
        let mut bytes =
            vec![first, 0, length[0], length[1], 0x12, 0x34, flags[0], flags[1], self.lives, self.protocol, 0, 0];
        bytes.extend(self.from.octets());
        bytes.extend(self.to.octets());
        bytes.extend(&self.options);
        bytes.extend(&self.payload);
        bytes
    }

    /// Sends it from where this thread is.
    pub(crate) fn send(&self) {
        let protocol = Protocol::from_raw(NonZeroU32::new(255).unwrap());
        let socket = socket(AddressFamily::INET, SocketType::RAW, Some(protocol)).unwrap();
        // A refusal may come back as an error of the next one.
        let _ = sendto(&socket, &self.bytes(), SendFlags::empty(), &SocketAddr::from((self.to, 0)));
    }
}

/// A datagram of version 6, without a checksum, behind whatever header comes before it.
pub(crate) fn send_v6(from: &str, to: &str, next: u8, payload: &[u8]) {
    let (from, to): (Ipv6Addr, Ipv6Addr) = (from.parse().unwrap(), to.parse().unwrap());
    let length = u16::try_from(payload.len()).unwrap().to_be_bytes();
    let mut bytes = vec![0x60, 0, 0, 0, length[0], length[1], next, 64];
    bytes.extend(from.octets());
    bytes.extend(to.octets());
    bytes.extend(payload);
    let protocol = Protocol::from_raw(NonZeroU32::new(255).unwrap());
    let socket = socket(AddressFamily::INET6, SocketType::RAW, Some(protocol)).unwrap();
    let _ = sendto(&socket, &bytes, SendFlags::empty(), &SocketAddr::from((to, 0)));
}

/// A datagram of version 6 with its checksum.
pub(crate) fn udp_v6(from: &str, to: &str, port: u16, data: &[u8]) -> Vec<u8> {
    let (from, to): (Ipv6Addr, Ipv6Addr) = (from.parse().unwrap(), to.parse().unwrap());
    let length = u16::try_from(8 + data.len()).unwrap();
    let mut bytes = [40_000_u16, port, length, 0].map(u16::to_be_bytes).concat();
    bytes.extend(data);
    let pseudo = [&from.octets()[..], &to.octets(), &u32::from(length).to_be_bytes(), &[0, 0, 0, UDP]].concat();
    let sum = checksum(&[pseudo, bytes.clone()].concat());
    bytes[6..8].copy_from_slice(&sum.to_be_bytes());
    bytes
}

fn checksum(bytes: &[u8]) -> u16 {
    let words = bytes.chunks(2).map(|two| u32::from(two[0]) << 8 | two.get(1).map_or(0, |low| u32::from(*low)));
    let mut sum: u32 = words.sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !u16::try_from(sum).unwrap()
}
