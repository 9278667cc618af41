//! Keys of a zone, and the delegations that vouch for them.

use hickory_proto::dnssec::{Algorithm, PublicKey, PublicKeyBuf};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384};

use crate::wire::{Name, Record};

/// A zone whose keys are trusted.
#[derive(Debug)]
pub(crate) struct Zone {
    pub(crate) name: Name,
    pub(crate) keys: Vec<Key>,
}

/// A key that signs a zone (RFC 4034 section 2).
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) tag: u16,
    pub(crate) algorithm: u8,
    data: Box<[u8]>,
}

const ZONE: u16 = 0x0100;
const REVOKED: u16 = 0x0080;
const PROTOCOL: u8 = 3;

impl Key {
    /// A key, when it may sign a zone: not revoked, and of an algorithm that is known.
    pub(crate) fn parse(record: &Record) -> Option<Self> {
        Self::from_data(&record.data)
    }

    pub(crate) fn from_data(data: &[u8]) -> Option<Self> {
        let [f0, f1, protocol, algorithm] = *data.first_chunk()?;
        let flags = u16::from_be_bytes([f0, f1]);
        let may_sign = flags & ZONE != 0 && flags & REVOKED == 0 && protocol == PROTOCOL && is_known(algorithm);
        may_sign.then(|| Self { tag: tag(data), algorithm, data: data.into() })
    }

    /// Whether the signature over the bytes was made with this key.
    pub(crate) fn verifies(&self, signed: &[u8], signature: &[u8]) -> bool {
        let Some(public) = self.data.get(4..) else { return false };
        PublicKeyBuf::new(public.to_vec(), Algorithm::from_u8(self.algorithm)).verify(signed, signature).is_ok()
    }

    pub(crate) fn data(&self) -> &[u8] {
        &self.data
    }
}

/// What a parent says of the key of a child (RFC 4034 section 5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Delegation {
    tag: u16,
    algorithm: u8,
    digest_type: u8,
    digest: Box<[u8]>,
}

impl Delegation {
    pub(crate) fn from_data(data: &[u8]) -> Option<Self> {
        let ([t0, t1, algorithm, digest_type], digest) = data.split_first_chunk()?;
        Some(Self {
            tag: u16::from_be_bytes([*t0, *t1]),
            algorithm: *algorithm,
            digest_type: *digest_type,
            digest: digest.into(),
        })
    }

    /// Whether algorithm and digest are known here. A zone without such a delegation is taken for unsigned
    /// (RFC 4035 section 5.2).
    pub(crate) fn is_known(&self) -> bool {
        is_known(self.algorithm) && matches!(self.digest_type, 1 | 2 | 4)
    }

    /// Whether it speaks of the key.
    pub(crate) fn is_of(&self, owner: &Name, key: &Key) -> bool {
        self.tag == key.tag
            && self.algorithm == key.algorithm
            && match self.digest_type {
                1 => *Sha1::new().chain_update(owner.as_bytes()).chain_update(&key.data).finalize() == *self.digest,
                2 => *Sha256::new().chain_update(owner.as_bytes()).chain_update(&key.data).finalize() == *self.digest,
                4 => *Sha384::new().chain_update(owner.as_bytes()).chain_update(&key.data).finalize() == *self.digest,
                _ => false,
            }
    }

    /// Those that count: SHA-1 does not beside something better (RFC 4509 section 3).
    pub(crate) fn strongest(mut delegations: Vec<Self>) -> Vec<Self> {
        delegations.retain(Self::is_known);
        if delegations.iter().any(|delegation| delegation.digest_type != 1) {
            delegations.retain(|delegation| delegation.digest_type != 1);
        }
        delegations
    }
}

/// RSA with SHA-1, SHA-256 and SHA-512, ECDSA P-256 and P-384, Ed25519.
fn is_known(algorithm: u8) -> bool {
    matches!(algorithm, 5 | 7 | 8 | 10 | 13 | 14 | 15)
}

/// RFC 4034 appendix B.
fn tag(data: &[u8]) -> u16 {
    let sum: u32 = data
        .iter()
        .enumerate()
        .map(|(index, &byte)| if index % 2 == 0 { u32::from(byte) << 8 } else { u32::from(byte) })
        .fold(0, u32::wrapping_add);
    (sum.wrapping_add(sum >> 16) & 0xFFFF) as u16
}
