//! What is demanded, as values.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::strings::{best, better};
use crate::probe::Probe;

/// Sets of literals that are kept of one rule. A second one spares most evaluations that a common first one asks for.
pub(crate) const MOST_SETS: usize = 2;
/// How many bytes a literal has at least: shorter ones occur everywhere.
pub(crate) const WINDOW: usize = 4;

/// What must be true of bytes for a rule, or one alternative of its condition, to match them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub(crate) struct Demands {
    pub(crate) bounds: Bounds,
    /// Of each of these sets one literal occurs; empty when the rule does not say.
    pub(crate) sets: Vec<Vec<Literal>>,
    /// Without sets: one of these strings matches; empty when the rule does not say.
    pub(crate) probes: Vec<Probe>,
}

/// What a rule demands that can be seen without reading the bytes: how they begin, and how many they are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Bounds {
    /// The bytes begin with one of these; empty when the rule does not say.
    pub(crate) prefixes: Vec<Vec<u8>>,
    /// The smallest and the largest size.
    pub(crate) smallest: u64,
    pub(crate) largest: u64,
}

/// A literal that occurs as it is written, or in any case of its ASCII letters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Literal {
    pub(crate) bytes: Vec<u8>,
    /// The bits that count; empty when all do. In `bytes` the others are 0.
    pub(crate) mask: Vec<u8>,
    pub(crate) exact: bool,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { prefixes: Vec::new(), smallest: 0, largest: u64::MAX }
    }
}

impl Bounds {
    /// Whether these bytes are within the bounds.
    pub(crate) fn admit(&self, bytes: &[u8]) -> bool {
        (self.smallest..=self.largest).contains(&(bytes.len() as u64))
            && (self.prefixes.is_empty() || self.prefixes.iter().any(|prefix| bytes.starts_with(prefix)))
    }

    /// Whether bytes can be within the bounds that begin with these, zeros after their end, and whose size is one of
    /// `sizes`.
    #[must_use]
    pub fn could_admit(&self, head: [u8; 4], sizes: &RangeInclusive<u64>) -> bool {
        let begins = |prefix: &Vec<u8>| prefix.iter().zip(&head).all(|(wanted, there)| wanted == there);
        *sizes.start() <= self.largest
            && *sizes.end() >= self.smallest
            && (self.prefixes.is_empty() || self.prefixes.iter().any(begins))
    }
}

impl Literal {
    /// Whether bytes of the same length are this literal.
    pub(crate) fn is(&self, bytes: &[u8]) -> bool {
        if !self.mask.is_empty() {
            return bytes.iter().zip(&self.mask).map(|(there, mask)| there & mask).eq(self.bytes.iter().copied());
        }
        if self.exact { self.bytes == bytes } else { self.bytes.eq_ignore_ascii_case(bytes) }
    }
}

impl Demands {
    /// What is demanded where both hold.
    pub(super) fn and(&self, other: &Self) -> Self {
        let (one, two) = (&self.bounds, &other.bounds);
        let shortest = |bounds: &Bounds| bounds.prefixes.iter().map(Vec::len).min();
        let prefixes = if shortest(one) < shortest(two) { &two.prefixes } else { &one.prefixes };
        Self {
            bounds: Bounds {
                prefixes: prefixes.clone(),
                smallest: one.smallest.max(two.smallest),
                largest: one.largest.min(two.largest),
            },
            sets: best(self.sets.iter().chain(&other.sets).cloned().collect()),
            probes: better(self.probes.clone(), other.probes.clone()),
        }
    }
}
