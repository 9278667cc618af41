//! The client's hello in QUIC Initial packets (RFC 9001 section 5; version 2 in RFC 9369): their keys follow from what
//! the packet itself says, so that anybody on the path can read it. Decryption is rustls's.

use std::collections::BTreeMap;

use rustls::quic::{Keys, Version};
use rustls::{Side, crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256};

use super::{
    flow::PIECE,
    tls::{ClientHello, parse_hello},
};

/// Bytes of a hello that are gathered: with large keys it spans several packets.
const MOST_HELLO: usize = 64 << 10;
/// Initial packets that are looked at in one conversation.
const MOST_PACKETS: u32 = 64;

/// What a client has said in one conversation so far.
#[derive(Debug, Default)]
pub(super) struct Quic {
    /// The version and the connection id that the client chose for the server in its first packet: the keys' seed.
    seed: Option<(u32, Vec<u8>)>,
    pieces: BTreeMap<usize, Vec<u8>>,
    gathered: usize,
    packets: u32,
}

impl Quic {
    /// Bytes that it holds.
    pub(super) fn held(&self) -> usize {
        self.gathered + self.pieces.len() * PIECE
    }
}

/// Whether a datagram begins with a QUIC Initial packet of a version that we know.
pub(super) fn is_initial(datagram: &[u8]) -> bool {
    let Some([first, version @ ..]) = datagram.first_chunk::<5>() else { return false };
    let version = u32::from_be_bytes(*version);
    let kind = first >> 4 & 3;
    first & 0xc0 == 0xc0 && known(version).is_some() && kind == u8::from(version == V2)
}

const V2: u32 = 0x6b33_43cf;

fn known(version: u32) -> Option<Version> {
    match version {
        1 => Some(Version::V1),
        V2 => Some(Version::V2),
        0xff00_001d..=0xff00_0020 => Some(Version::V1Draft),
        _ => None,
    }
}

impl Quic {
    /// Takes a datagram of the client's; gives the hello when it is whole.
    pub(super) fn datagram(&mut self, datagram: &[u8]) -> Option<ClientHello> {
        let mut rest = datagram;
        while is_initial(rest) && self.packets < MOST_PACKETS {
            self.packets += 1;
            let length = self.packet(rest)?;
            rest = rest.get(length..)?;
        }
        self.hello()
    }

    /// One packet; its length in the datagram.
    fn packet(&mut self, packet: &[u8]) -> Option<usize> {
        let version = u32::from_be_bytes(*packet.get(1..)?.first_chunk::<4>()?);
        let mut at = 5;
        let destination = counted(packet, &mut at)?;
        let _source = counted(packet, &mut at)?;
        let token = number(packet, &mut at)?;
        at = at.checked_add(token)?;
        let length = number(packet, &mut at)?;
        let end = at.checked_add(length)?;
        let (seed_version, seed) = self.seed.get_or_insert_with(|| (version, destination.to_vec()));
        let suite = TLS13_AES_128_GCM_SHA256.tls13()?;
        let keys = Keys::initial(known(*seed_version)?, suite, suite.quic?, seed, Side::Server);
        let mut copy = packet.get(..end)?.to_vec();
        let sample_at = at.checked_add(4)?;
        let sample = packet.get(sample_at..sample_at.checked_add(keys.remote.header.sample_len())?)?;
        let (head, body) = copy.split_at_mut_checked(at)?;
        let number_bytes = body.get_mut(..4)?;
        keys.remote.header.decrypt_in_place(sample, head.first_mut()?, number_bytes).ok()?;
        let width = usize::from(head.first()? & 3) + 1;
        let packet_number = body.get(..width)?.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        // Only the bytes of the number were masked.
        let masked = packet.get(at + width..at + 4)?.to_vec();
        body.get_mut(width..4)?.copy_from_slice(&masked);
        let (head, payload) = copy.split_at_mut_checked(at + width)?;
        let plain = keys.remote.packet.decrypt_in_place(packet_number, head, payload).ok()?.to_vec();
        self.frames(&plain);
        Some(end)
    }

    /// Gathers the CRYPTO frames of a packet.
    fn frames(&mut self, plain: &[u8]) -> Option<()> {
        let mut at = 0;
        while at < plain.len() {
            match number(plain, &mut at)? {
                0 | 1 => {}
                2 | 3 => {
                    // Acknowledgements: largest, delay, count, first range, then pairs.
                    number(plain, &mut at)?;
                    number(plain, &mut at)?;
                    let ranges = number(plain, &mut at)?;
                    for _ in 0..ranges.checked_mul(2)?.checked_add(1)?.min(plain.len()) {
                        number(plain, &mut at)?;
                    }
                }
                6 => {
                    let offset = number(plain, &mut at)?;
                    let length = number(plain, &mut at)?;
                    let piece = plain.get(at..at.checked_add(length)?)?;
                    at += length;
                    if offset < MOST_HELLO && self.gathered.saturating_add(length) <= MOST_HELLO {
                        self.gathered += length;
                        self.pieces.insert(offset, piece.to_vec());
                    }
                }
                _ => return None,
            }
        }
        Some(())
    }

    fn hello(&self) -> Option<ClientHello> {
        let mut stream: Vec<u8> = Vec::new();
        for (offset, piece) in &self.pieces {
            let overlap = stream.len().checked_sub(*offset)?;
            stream.extend_from_slice(piece.get(overlap..).unwrap_or_default());
        }
        let [1, a, b, c] = *stream.first_chunk::<4>()? else { return None };
        parse_hello(stream.get(4..4 + u32::from_be_bytes([0, a, b, c]) as usize)?)
    }
}

fn counted<'p>(packet: &'p [u8], at: &mut usize) -> Option<&'p [u8]> {
    let length = usize::from(*packet.get(*at)?);
    let bytes = packet.get(*at + 1..*at + 1 + length)?;
    *at += 1 + length;
    (length <= 20).then_some(bytes)
}

/// A number of variable length (RFC 9000 section 16).
fn number(bytes: &[u8], at: &mut usize) -> Option<usize> {
    let first = *bytes.get(*at)?;
    let width = 1_usize << (first >> 6);
    let rest = bytes.get(*at + 1..*at + width)?;
    *at += width;
    let value = rest.iter().fold(u64::from(first & 0x3f), |value, byte| value << 8 | u64::from(*byte));
    usize::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A client's Initial packet with these frames, protected as RFC 9001 says.
    fn initial(version: u32, frames: &[u8]) -> Vec<u8> {
        let id = [0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08];
        let suite = TLS13_AES_128_GCM_SHA256.tls13().unwrap();
        let keys = Keys::initial(known(version).unwrap(), suite, suite.quic.unwrap(), &id, Side::Client).local;
        let length = u16::try_from(1 + frames.len() + 16).unwrap() | 0x4000;
        let mut packet = vec![if version == V2 { 0xd0 } else { 0xc0 }];
        packet.extend(version.to_be_bytes());
        packet.extend([8]);
        packet.extend(id);
        packet.extend([0, 0]);
        packet.extend(length.to_be_bytes());
        packet.push(7);
        let head = packet.len();
        let mut body = frames.to_vec();
        let tag = keys.packet.encrypt_in_place(7, &packet, &mut body).unwrap();
        packet.extend(body);
        packet.extend(tag.as_ref());
        let sample = packet[head + 3..head + 19].to_vec();
        let (first, rest) = packet.split_at_mut(1);
        keys.header.encrypt_in_place(&sample, &mut first[0], &mut rest[head - 2..head - 1]).unwrap();
        packet
    }

    /// A hello that names `a.example`, in two CRYPTO frames out of order.
    fn frames() -> Vec<Vec<u8>> {
        let mut body = vec![3, 3];
        body.extend([0; 32]);
        body.extend([0, 0, 2, 0x13, 0x01, 1, 0]);
        let name = b"a.example";
        let mut extension = vec![0, 0, 0, 14, 0, 12, 0, 0, 9];
        extension.extend(name);
        body.extend(u16::try_from(extension.len()).unwrap().to_be_bytes());
        body.extend(extension);
        let mut hello = vec![1, 0, 0, u8::try_from(body.len()).unwrap()];
        hello.extend(body);
        let (first, second) = hello.split_at(20);
        let frame = |offset: u8, piece: &[u8]| {
            let mut frame = vec![6, offset, u8::try_from(piece.len()).unwrap()];
            frame.extend(piece);
            frame.extend([0; 40]);
            frame
        };
        vec![frame(20, second), frame(0, first)]
    }

    #[test]
    fn a_hello_over_several_packets_is_read_in_both_versions() {
        for version in [1, V2] {
            let mut quic = Quic::default();
            let packets: Vec<Vec<u8>> = frames().iter().map(|frames| initial(version, frames)).collect();
            assert!(is_initial(&packets[0]));
            assert_eq!(quic.datagram(&packets[0]), None);
            let hello = quic.datagram(&packets[1]).unwrap();
            assert_eq!(hello.server_name.as_deref(), Some("a.example"));
        }
    }

    #[test]
    fn damage_costs_the_packet() {
        let packet = initial(1, &frames()[0]);
        for at in 0..packet.len() {
            assert_eq!(Quic::default().datagram(&packet[..at]), None);
            let mut changed = packet.clone();
            changed[at] ^= 0x41;
            assert_eq!(Quic::default().datagram(&changed), None);
        }
    }
}
