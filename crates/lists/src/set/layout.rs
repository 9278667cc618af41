//! The file's layout, in one place for the writer and the reader. All numbers are little-endian.
//!
//! ```text
//! header   magic, format version, seed, entries, lists whose exceptions win, labels and prefix lengths in use, sections
//! lists    JSON: the names of the lists, in order
//! filter   descriptor, then fingerprints, of a binary fuse filter over the hashes of all keys
//! buckets  four bytes each, and one more: where in the entries each bucket begins
//! classes  32 bytes each: lists that block the name, block what is below, let pass the name, let pass what is below
//! entries  length, number of the class, key; bucket after bucket, by hash
//! trailer  checksum of everything before it
//! ```
//! A key is a name, or for a network `4` or `6` as a byte, the prefix's length, and the address: no name holds such bytes.

use std::net::IpAddr;

use ipnet::IpNet;

pub(super) const MAGIC: [u8; 8] = *b"VAUBLST\0";
/// To be raised with every change of layout or of the one form of names.
pub(crate) const FORMAT_VERSION: u32 = 1;
pub(super) const SECTIONS: usize = 6;
pub(super) const HEADER_LENGTH: usize = 8 + 4 + 4 + 8 + 8 + 16 + 4 * 8 + SECTIONS * 8;
pub(super) const TRAILER_LENGTH: usize = 8;
pub(super) const CLASS_LENGTH: usize = 32;

/// The sections after the header, in order.
#[derive(Debug, Clone, Copy)]
pub(super) enum Section {
    Lists,
    Descriptor,
    Filter,
    Buckets,
    Classes,
    Entries,
}

/// What stands in the header besides magic, version and sections.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) entries: u32,
    pub(super) seed: u64,
    /// Lists whose exceptions win.
    pub(super) passes_win: u64,
    /// A bit for each number of labels that a name has; the last one for more.
    pub(super) labels: u128,
    /// A bit for each prefix length in use, of IPv4 and of IPv6.
    pub(super) prefixes_v4: u64,
    pub(super) prefixes_v6: [u64; 3],
}

impl Head {
    pub(super) fn note_labels(&mut self, labels: usize) {
        self.labels |= 1 << labels.min(127);
    }

    pub(super) const fn has_labels(&self, labels: usize) -> bool {
        let bit = if labels > 127 { 127 } else { labels };
        self.labels >> bit & 1 == 1
    }

    pub(super) fn note_prefix(&mut self, network: IpNet) {
        let length = usize::from(network.prefix_len());
        match network {
            IpNet::V4(_) => self.prefixes_v4 |= 1 << length,
            IpNet::V6(_) => self.prefixes_v6[length / 64] |= 1 << (length % 64),
        }
    }

    pub(super) fn has_prefix(&self, address: IpAddr, length: u8) -> bool {
        match address {
            IpAddr::V4(_) => self.prefixes_v4 >> length & 1 == 1,
            IpAddr::V6(_) => {
                self.prefixes_v6.get(usize::from(length / 64)).is_some_and(|word| word >> (length % 64) & 1 == 1)
            }
        }
    }
}

/// An IPv4 address in the form of IPv6 is an IPv4 address.
pub(super) fn plain(network: IpNet) -> IpNet {
    if let IpNet::V6(six) = network
        && let (Some(four), Some(length)) = (six.addr().to_ipv4_mapped(), six.prefix_len().checked_sub(96))
        && let Ok(four) = IpNet::new(four.into(), length)
    {
        return four.trunc();
    }
    network.trunc()
}

/// The key of a network: at most 18 bytes.
pub(super) fn network_key(network: IpNet) -> ([u8; 18], usize) {
    let mut key = [0; 18];
    key[1] = network.prefix_len();
    match network.addr() {
        IpAddr::V4(four) => {
            key[0] = 4;
            key[2..6].copy_from_slice(&four.octets());
            (key, 6)
        }
        IpAddr::V6(six) => {
            key[0] = 6;
            key[2..18].copy_from_slice(&six.octets());
            (key, 18)
        }
    }
}

/// The keyed hash of a key.
pub(super) fn hash(seed: u64, key: &[u8]) -> u64 {
    twox_hash::XxHash3_64::oneshot_with_seed(seed, key)
}

/// The bucket of a hash among `buckets`: hashes in order have buckets in order.
pub(super) fn bucket(hash: u64, buckets: usize) -> usize {
    usize::try_from((u128::from(hash) * buckets as u128) >> 64).unwrap_or(0)
}

pub(super) fn varint_length(value: u32) -> usize {
    (32 - (value | 1).leading_zeros()).div_ceil(7) as usize
}

pub(super) fn write_varint(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
}

/// Reads the number at the beginning, and what follows it.
pub(super) fn read_varint(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    if first < 0x80 {
        return Some((u32::from(first), rest));
    }
    let mut value = u32::from(first & 0x7f);
    let mut rest = rest;
    for shift in (7..32).step_by(7) {
        let (&byte, after) = rest.split_first()?;
        rest = after;
        value |= u32::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some((value, rest));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn varints_read_back(value in proptest::num::u32::ANY) {
            let mut bytes = Vec::new();
            write_varint(&mut bytes, value);
            proptest::prop_assert_eq!(bytes.len(), varint_length(value));
            bytes.push(7);
            proptest::prop_assert_eq!(read_varint(&bytes), Some((value, &[7][..])));
        }
    }

    #[test]
    fn mapped_networks_are_plain() {
        let plain = |text: &str| plain(text.parse().unwrap()).to_string();
        assert_eq!(plain("::ffff:192.0.2.0/120"), "192.0.2.0/24");
        assert_eq!(plain("192.0.2.9/24"), "192.0.2.0/24");
        assert_eq!(plain("2001:db8::1/32"), "2001:db8::/32");
    }
}
