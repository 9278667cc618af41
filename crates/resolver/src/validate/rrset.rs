//! Records that belong together, with the signatures over them.

use std::collections::HashSet;

use crate::wire::{Name, Record, first_name, kind};

/// More signatures than this are not looked at for one set.
const MOST_SIGNATURES: usize = 16;
/// More proofs than this are not looked at in one answer: three are enough for anything that is proven.
const MOST_PROOFS: usize = 32;

/// Records of one owner and type, and their signatures.
#[derive(Clone, Debug)]
pub(crate) struct Set {
    pub(crate) owner: Name,
    pub(crate) kind: u16,
    pub(crate) records: Vec<Record>,
    /// As records, to be handed on.
    pub(crate) signatures: Vec<Record>,
    /// How long the records may live at the most; what a signature says, once one is found good.
    pub(crate) lifetime: u32,
}

impl Set {
    /// The records with no longer time to live than allowed, and their signatures when wanted.
    pub(crate) fn into_records(self, with_signatures: bool) -> impl Iterator<Item = Record> {
        let signatures = if with_signatures { self.signatures } else { Vec::new() };
        let lifetime = self.lifetime;
        self.records.into_iter().chain(signatures).map(move |record| Record { ttl: record.ttl.min(lifetime), ..record })
    }

    /// The lowest time to live.
    pub(crate) fn ttl(&self) -> u32 {
        self.records.iter().map(|record| record.ttl).min().unwrap_or(0).min(self.lifetime)
    }
}

/// Takes the set of an owner and type out of a section.
pub(crate) fn find(section: &[Record], owner: &Name, kind: u16) -> Option<Set> {
    let mut records = Vec::new();
    let mut seen = HashSet::new();
    let mut signatures = Vec::new();
    for record in section.iter().filter(|record| record.owner == *owner) {
        if record.kind == kind {
            if seen.insert(&*record.data) {
                records.push(record.clone());
            }
        } else if record.kind == kind::RRSIG && covers(record, kind) && signatures.len() < MOST_SIGNATURES {
            signatures.push(record.clone());
        }
    }
    let set = Set { owner: owner.clone(), kind, records, signatures, lifetime: u32::MAX };
    (!set.records.is_empty()).then_some(set)
}

/// All sets of these types in a section.
pub(crate) fn all(section: &[Record], kinds: &[u16]) -> Vec<Set> {
    let mut seen: Vec<(&Name, u16)> = Vec::new();
    for record in section.iter().filter(|record| kinds.contains(&record.kind)) {
        if seen.len() < MOST_PROOFS && !seen.contains(&(&record.owner, record.kind)) {
            seen.push((&record.owner, record.kind));
        }
    }
    seen.into_iter().filter_map(|(owner, kind)| find(section, owner, kind)).collect()
}

fn covers(signature: &Record, kind: u16) -> bool {
    signature.data.first_chunk() == Some(&kind.to_be_bytes())
}

/// A signature taken apart (RFC 4034 section 3.1).
#[derive(Debug)]
pub(crate) struct Signature<'a> {
    /// Everything before the signer's name.
    pub(crate) fixed: &'a [u8; 18],
    pub(crate) signer: Name,
    pub(crate) signature: &'a [u8],
}

impl<'a> Signature<'a> {
    pub(crate) fn parse(record: &'a Record) -> Option<Self> {
        let signer = first_name(kind::RRSIG, &record.data)?;
        let signature = record.data.get(18 + signer.as_bytes().len()..)?;
        Some(Self { fixed: record.data.first_chunk()?, signer, signature })
    }

    pub(crate) fn algorithm(&self) -> u8 {
        self.fixed[2]
    }

    /// How many labels the owner had when it was signed, without a star.
    pub(crate) fn labels(&self) -> usize {
        usize::from(self.fixed[3])
    }

    pub(crate) fn original_ttl(&self) -> u32 {
        self.word(4)
    }

    pub(crate) fn expiration(&self) -> u32 {
        self.word(8)
    }

    pub(crate) fn inception(&self) -> u32 {
        self.word(12)
    }

    pub(crate) fn key_tag(&self) -> u16 {
        u16::from_be_bytes([self.fixed[16], self.fixed[17]])
    }

    fn word(&self, at: usize) -> u32 {
        u32::from_be_bytes([self.fixed[at], self.fixed[at + 1], self.fixed[at + 2], self.fixed[at + 3]])
    }
}
