//! Packets as a capture has them: enough of Ethernet, IPv4, UDP and TCP for Suricata to read. Checksums are not filled in.

use std::net::Ipv4Addr;

pub(crate) const CLIENT: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);

/// A capture with the packets that were added, one a millisecond.
pub(crate) struct Capture {
    bytes: Vec<u8>,
    packets: u32,
    port: u16,
}

impl Capture {
    pub(crate) fn new() -> Self {
        let head = [0xa1b2_c3d4_u32, 0x0002_0004, 0, 0, 65_535, 1];
        let mut bytes: Vec<u8> = head.into_iter().flat_map(u32::to_le_bytes).collect();
        bytes[4..8].copy_from_slice(&[2, 0, 4, 0]);
        Self { bytes, packets: 0, port: 40_000 }
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// A question for the addresses of a name.
    pub(crate) fn dns(&mut self, name: &str) {
        self.port += 1;
        let mut question = vec![0, self.port.to_be_bytes()[1], 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        for label in name.split('.') {
            question.push(u8::try_from(label.len()).unwrap());
            question.extend(label.bytes());
        }
        question.extend([0, 0, 1, 0, 1]);
        let mut udp = [self.port, 53, u16::try_from(question.len() + 8).unwrap(), 0].map(u16::to_be_bytes).concat();
        udp.extend(question);
        self.ip(CLIENT, Ipv4Addr::new(10, 0, 0, 53), 17, &udp);
    }

    /// A request over HTTP.
    pub(crate) fn http(&mut self, to: Ipv4Addr, host: &str, target: &str) {
        let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: a\r\n\r\n");
        self.stream(to, 80, request.as_bytes());
    }

    /// The first message of TLS, with a name.
    pub(crate) fn tls(&mut self, to: Ipv4Addr, name: &str) {
        let sized = |bytes: &[u8]| [&u16::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat();
        let list = sized(&[&[0], &sized(name.as_bytes())[..]].concat());
        let extensions = sized(&[&[0, 0], &sized(&list)[..]].concat());
        let hello = [&[3, 3][..], &[7; 32], &[0, 0, 2, 0x13, 1, 1, 0], &extensions].concat();
        let handshake = [&[1, 0], &sized(&hello)[..]].concat();
        self.stream(to, 443, &[&[22, 3, 1], &sized(&handshake)[..]].concat());
    }

    /// A connection that is opened, used once and closed.
    fn stream(&mut self, to: Ipv4Addr, port: u16, sent: &[u8]) {
        self.port += 1;
        let (own, length) = (self.port, u32::try_from(sent.len()).unwrap());
        let tcp = |from: u16, to: u16, sequence: u32, acknowledged: u32, flags: u8, data: &[u8]| {
            let ports = [from, to].map(u16::to_be_bytes).concat();
            let numbers = [sequence, acknowledged].map(u32::to_be_bytes).concat();
            [&ports[..], &numbers, &[0x50, flags, 0xff, 0xff, 0, 0, 0, 0], data].concat()
        };
        self.ip(CLIENT, to, 6, &tcp(own, port, 100, 0, 2, b""));
        self.ip(to, CLIENT, 6, &tcp(port, own, 500, 101, 0x12, b""));
        self.ip(CLIENT, to, 6, &tcp(own, port, 101, 501, 0x10, b""));
        self.ip(CLIENT, to, 6, &tcp(own, port, 101, 501, 0x18, sent));
        self.ip(to, CLIENT, 6, &tcp(port, own, 501, 101 + length, 0x10, b""));
        self.ip(CLIENT, to, 6, &tcp(own, port, 101 + length, 501, 0x11, b""));
        self.ip(to, CLIENT, 6, &tcp(port, own, 501, 102 + length, 0x11, b""));
        self.ip(CLIENT, to, 6, &tcp(own, port, 102 + length, 502, 0x10, b""));
    }

    fn ip(&mut self, from: Ipv4Addr, to: Ipv4Addr, protocol: u8, data: &[u8]) {
        self.packets += 1;
        let total = u16::try_from(data.len() + 20).unwrap().to_be_bytes();
        let mut frame = [&[2; 12][..], &[8, 0]].concat();
        frame.extend([0x45, 0, total[0], total[1], 0, 0, 0, 0, 64, protocol, 0, 0]);
        frame.extend(from.octets());
        frame.extend(to.octets());
        frame.extend(data);
        let length = u32::try_from(frame.len()).unwrap();
        self.bytes.extend([1_700_000_000, self.packets * 1_000, length, length].into_iter().flat_map(u32::to_le_bytes));
        self.bytes.extend(frame);
    }
}
