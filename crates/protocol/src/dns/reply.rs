//! What is answered.

use std::net::IpAddr;

use super::{
    code::{Ede, kind, rcode},
    query::Query,
};

/// What one datagram carries without being cut into pieces on its way (DNS flag day 2020).
const SIZE: u16 = 1232;
/// The block that answers over TLS are padded to (RFC 8467).
const BLOCK: usize = 468;

/// How a name is kept from whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How<'a> {
    /// There is no such name.
    NoSuchName,
    /// The name is there; what is asked for is not.
    NoData,
    /// It is at these addresses; those of the other family are left out.
    At(&'a [IpAddr]),
}

/// An answer that is being written: header, question, records; [`finish`](Self::finish) adds EDNS.
#[derive(Debug)]
pub struct Reply<'o> {
    out: &'o mut Vec<u8>,
    rcode: u16,
}

impl<'o> Reply<'o> {
    /// Begins an answer of our own to a query: recursion is available, nothing is authenticated.
    #[must_use]
    pub fn new(query: &Query<'_>, rcode: u16, out: &'o mut Vec<u8>) -> Self {
        out.clear();
        out.extend_from_slice(&query.id().to_be_bytes());
        let checking = if query.checking_disabled() { 0x10 } else { 0 };
        out.push(0x80 | u8::from(query.recursion_desired()));
        out.push(0x80 | checking | low(rcode));
        out.extend_from_slice(&[0, 1, 0, 0, 0, 0, 0, 0]);
        out.extend_from_slice(query.question());
        Self { out, rcode }
    }

    /// Puts somebody's answer that stands in the buffer (whole, without EDNS, about the same name) under this query's number,
    /// flags and spelling.
    #[must_use]
    pub fn dress(query: &Query<'_>, out: &'o mut Vec<u8>) -> Self {
        let question = query.question();
        let mut rcode = rcode::SERV_FAIL;
        if out.len() >= 12 + question.len() {
            rcode = u16::from(out[3] & 0xf);
            let authentic = if query.wants_authenticated() { out[3] & 0x20 } else { 0 };
            out[..2].copy_from_slice(&query.id().to_be_bytes());
            out[2] = 0x80 | u8::from(query.recursion_desired());
            out[3] = 0x80 | authentic | if query.checking_disabled() { 0x10 } else { 0 } | low(rcode);
            out[12..12 + question.len()].copy_from_slice(question);
            return Self { out, rcode };
        }
        Self::new(query, rcode, out)
    }

    /// Keeps a name from whoever asks: what is asked for is a type of address, or nothing is given.
    pub fn keep_out(&mut self, query: &Query<'_>, how: How<'_>, ttl: u32) {
        let mut given = 0_u16;
        if let How::At(addresses) = how {
            for address in addresses {
                match (query.kind, address) {
                    (kind::A, IpAddr::V4(address)) => self.record(kind::A, ttl, &address.octets()),
                    (kind::AAAA, IpAddr::V6(address)) => self.record(kind::AAAA, ttl, &address.octets()),
                    _ => continue,
                }
                given += 1;
            }
        }
        self.count(6, given);
        if given == 0 {
            // Who gets nothing may remember that for as long as its zone says: here, the name is its own zone.
            let mut data = [0; 22];
            data[2..6].copy_from_slice(&1_u32.to_be_bytes());
            for at in [6, 10, 14, 18] {
                data[at..at + 4].copy_from_slice(&ttl.to_be_bytes());
            }
            self.record(kind::SOA, ttl, &data);
            self.count(8, 1);
        }
    }

    /// A record about the name that was asked for.
    fn record(&mut self, kind: u16, ttl: u32, data: &[u8]) {
        self.out.extend_from_slice(&[0xc0, 12]);
        self.out.extend_from_slice(&kind.to_be_bytes());
        self.out.extend_from_slice(&1_u16.to_be_bytes());
        self.out.extend_from_slice(&ttl.to_be_bytes());
        self.out.extend_from_slice(&u16::try_from(data.len()).unwrap_or(0).to_be_bytes());
        self.out.extend_from_slice(data);
    }

    /// Next to nothing for who asks for everything (RFC 8482).
    pub fn everything(&mut self, ttl: u32) {
        self.record(kind::HINFO, ttl, b"\x07RFC8482\0");
        self.count(6, 1);
    }

    fn count(&mut self, at: usize, number: u16) {
        self.out[at..at + 2].copy_from_slice(&number.to_be_bytes());
    }

    /// Ends the answer: with EDNS where the query spoke it, and why the answer is as it is. What does not fit into `room`
    /// bytes is cut to the question, and says so: the asker comes again over TCP.
    pub fn finish(self, query: &Query<'_>, why: Option<(Ede, &str)>, room: usize, is_encrypted: bool) {
        let Self { out, rcode } = self;
        let Some(edns) = query.edns else {
            if out.len() > room {
                cut(query, out);
            }
            return;
        };
        let end = out.len();
        let options = why.map_or(0, |(_, text)| 6 + text.len());
        if end + 11 + options > room {
            // The reason is dropped before the answer is.
            if why.is_some() && end + 11 <= room {
                Self { out, rcode }.finish(query, None, room, is_encrypted);
                return;
            }
            cut(query, out);
        }
        let options = if out.len() == end { why } else { None };
        out.extend_from_slice(&[0, 0, 41]);
        out.extend_from_slice(&SIZE.to_be_bytes());
        out.push(low(rcode >> 4));
        out.extend_from_slice(&[0, if edns.dnssec_ok { 0x80 } else { 0 }, 0]);
        let length_at = out.len();
        out.extend_from_slice(&[0, 0]);
        if let Some((Ede(code), text)) = options {
            out.extend_from_slice(&15_u16.to_be_bytes());
            out.extend_from_slice(&u16::try_from(2 + text.len()).unwrap_or(2).to_be_bytes());
            out.extend_from_slice(&code.to_be_bytes());
            out.extend_from_slice(text.as_bytes());
        }
        if edns.is_padded && is_encrypted {
            let padding = (out.len() + 4).next_multiple_of(BLOCK).min(room.max(out.len() + 4)) - out.len() - 4;
            out.extend_from_slice(&12_u16.to_be_bytes());
            out.extend_from_slice(&u16::try_from(padding).unwrap_or(0).to_be_bytes());
            out.resize(out.len() + padding, 0);
        }
        let length = u16::try_from(out.len() - length_at - 2).unwrap_or(0);
        out[length_at..length_at + 2].copy_from_slice(&length.to_be_bytes());
        let additional = u16::from_be_bytes([out[10], out[11]]).saturating_add(1);
        out[10..12].copy_from_slice(&additional.to_be_bytes());
    }

    /// A refusal of a packet that is no query that could be answered, but long enough to have a number.
    pub fn refuse(packet: &[u8], rcode: u16, out: &mut Vec<u8>) {
        out.clear();
        let (Some(id), Some(flags)) = (packet.get(..2), packet.get(2)) else { return };
        out.extend_from_slice(id);
        out.extend_from_slice(&[0x80 | flags & 0x79, 0x80 | low(rcode)]);
        out.extend_from_slice(&[0; 8]);
        if rcode > 0xf {
            out[11] = 1;
            out.extend_from_slice(&[0, 0, 41]);
            out.extend_from_slice(&SIZE.to_be_bytes());
            out.extend_from_slice(&[low(rcode >> 4), 0, 0, 0, 0, 0]);
        }
    }
}

/// Leaves the question alone, with the mark that there is more.
fn cut(query: &Query<'_>, out: &mut Vec<u8>) {
    out.truncate(12 + query.question().len());
    out[2] |= 0x02;
    out[6..12].fill(0);
}

/// The lower four bits of a response code.
const fn low(rcode: u16) -> u8 {
    rcode.to_le_bytes()[0] & 0xf
}
