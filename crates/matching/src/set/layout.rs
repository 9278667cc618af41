//! The file's layout, in one place for the writer and the reader. All numbers are little-endian.
//!
//! ```text
//! header    magic, format version, checksum of all that follows it, entry count, slot count, sections
//! filter    descriptor and fingerprints of a binary fuse filter over the hashes of all keys
//! tags      one byte a slot: 0 for an empty slot, else bits of the key's hash
//! slots     four bytes a slot: where the key's entry begins in the arena
//! arena     entries: kind, length, key, then its postings
//! networks  prefix lengths in use, so that a look-up tries only those; kinds and lengths of hashes in use, likewise
//! groups    their number, where each begins, then each as JSON: what postings share (name, source, marking, …)
//! patterns  JSON, one value: STIX patterns that are more than a choice
//! rules     JSON, one value: YARA rules
//! sigma     JSON, one value: Sigma rules
//! ```
//! A posting is a flag byte, the number of its group, and what its flags announce: an id of its own, a line, a value
//! that differs from its key, a pattern it is an anchor of.

use serde::{Deserialize, Serialize};
use vauban_model::{Indicator, IndicatorId, Marking, ObservableKind, Source, Technique, Validity};

pub(crate) const MAGIC: [u8; 8] = *b"VAUBSET\0";
/// To be raised with every change of layout or of canonical forms: older files are rebuilt, never misread.
pub(crate) const FORMAT_VERSION: u32 = 4;
pub(crate) const HEADER_LENGTH: usize = 8 + 4 + 8 + 4 + 4 + SECTIONS * 8;
pub(crate) const SECTIONS: usize = 10;

/// The sections after the header, in order.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Section {
    FilterDescriptor,
    Filter,
    Tags,
    Slots,
    Arena,
    Networks,
    Groups,
    Patterns,
    Rules,
    Sigma,
}

/// Kinds of arena entries beyond those of observables.
pub(crate) const NETWORK_V4: u8 = 64;
pub(crate) const NETWORK_V6: u8 = 65;

/// What a posting carries.
pub(crate) mod flag {
    pub(crate) const MORE: u8 = 1;
    pub(crate) const OWN_ID: u8 = 2;
    pub(crate) const LINE: u8 = 4;
    pub(crate) const VALUE: u8 = 8;
    pub(crate) const NAME_IS_VALUE: u8 = 16;
    pub(crate) const ANCHOR: u8 = 32;
}

/// What many indicators of one source share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Group {
    pub(crate) name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) description: String,
    pub(crate) marking: Marking,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) confidence: Option<u8>,
    #[serde(default)]
    pub(crate) validity: Validity,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) techniques: Vec<Technique>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) labels: Vec<String>,
    pub(crate) source: Source,
}

impl Group {
    /// Whether an indicator belongs to this group, so that nothing of it but id, line and value need be kept.
    pub(crate) fn covers(&self, indicator: &Indicator, name: &str) -> bool {
        self.name == name
            && self.marking == indicator.marking
            && self.confidence == indicator.confidence
            && self.validity == indicator.validity
            && self.source.name == indicator.source.name
            && self.source.document == indicator.source.document
            && self.source.references == indicator.source.references
            && self.techniques == indicator.techniques
            && self.labels == indicator.labels
            && self.description == indicator.description
    }

    pub(crate) fn of(indicator: &Indicator, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            description: indicator.description.clone(),
            marking: indicator.marking,
            confidence: indicator.confidence,
            validity: indicator.validity,
            techniques: indicator.techniques.clone(),
            labels: indicator.labels.clone(),
            source: Source { line: None, ..indicator.source.clone() },
        }
    }

    /// The indicator again.
    pub(crate) fn indicator(&self, id: IndicatorId, line: Option<u32>, name: Option<&str>) -> Indicator {
        Indicator {
            id,
            name: name.unwrap_or(&self.name).to_owned(),
            description: self.description.clone(),
            tests: Vec::new(),
            marking: self.marking,
            confidence: self.confidence,
            validity: self.validity,
            techniques: self.techniques.clone(),
            labels: self.labels.clone(),
            source: Source { line, ..self.source.clone() },
        }
    }
}

/// The kind of an arena entry as an observable's kind; networks count as their addresses.
pub(crate) const fn kind_of(code: u8) -> Option<ObservableKind> {
    Some(match code {
        1 => ObservableKind::DomainName,
        2 => ObservableKind::Url,
        3 | NETWORK_V4 => ObservableKind::Ipv4Addr,
        4 | NETWORK_V6 => ObservableKind::Ipv6Addr,
        5 => ObservableKind::EmailAddr,
        6 => ObservableKind::FileHash,
        7 => ObservableKind::FileName,
        8 => ObservableKind::Ja3,
        9 => ObservableKind::Ja4,
        10 => ObservableKind::CertificateFingerprint,
        11 => ObservableKind::Text,
        12 => ObservableKind::Bytes,
        13 => ObservableKind::ProcessName,
        14 => ObservableKind::AppId,
        15 => ObservableKind::ConfigurationProfile,
        16 => ObservableKind::FilePath,
        17 => ObservableKind::Event,
        _ => return None,
    })
}

/// The hash of a key: of its bytes, seeded with its kind.
pub(crate) fn hash(kind: u8, key: &[u8]) -> u64 {
    twox_hash::XxHash3_64::oneshot_with_seed(u64::from(kind), key)
}

/// The home slot of a hash among `slots`, by its upper half.
pub(crate) fn home(hash: u64, slots: usize) -> usize {
    let scaled = (u128::from(hash) * slots as u128) >> 64;
    usize::try_from(scaled).unwrap_or(0)
}

/// The tag of a hash: never 0, which means an empty slot.
pub(crate) fn tag(hash: u64) -> u8 {
    let bits = hash.to_le_bytes()[0];
    if bits == 0 { 1 } else { bits }
}

pub(crate) fn write_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
}

/// Reads the varint at `*at` and moves on.
pub(crate) fn read_varint(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.get(*at)?;
        *at += 1;
        value |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn varints_read_back(value in proptest::num::u64::ANY) {
            let mut bytes = Vec::new();
            write_varint(&mut bytes, value);
            let mut at = 0;
            proptest::prop_assert_eq!(read_varint(&bytes, &mut at), Some(value));
            proptest::prop_assert_eq!(at, bytes.len());
        }
    }
}
