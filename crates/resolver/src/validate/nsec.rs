//! Proofs of absence by names in order (RFC 4034 section 4, RFC 4035 section 5.4).

use std::cmp::Ordering;

use super::denial::{Absence, Proven};
use crate::wire::{Name, first_name, kind};

use super::rrset::Set;

/// One link of the chain of names.
#[derive(Debug)]
pub(crate) struct Nsec {
    owner: Name,
    next: Name,
    types: Box<[u8]>,
}

/// Whether a type is in a type bit map (RFC 4034 section 4.1.2).
pub(super) fn has_type(mut map: &[u8], kind: u16) -> bool {
    let [window, low] = kind.to_be_bytes();
    while let Some(([number, length], rest)) = map.split_first_chunk::<2>() {
        let Some((bits, rest)) = rest.split_at_checked(usize::from(*length)) else { return false };
        if *number == window {
            return bits.get(usize::from(low / 8)).is_some_and(|byte| byte & (0x80 >> (low % 8)) != 0);
        }
        map = rest;
    }
    false
}

impl Nsec {
    pub(crate) fn parse(set: &Set) -> Option<Self> {
        let data = &set.records.first().filter(|_| set.kind == kind::NSEC)?.data;
        let next = first_name(kind::NSEC, data)?;
        let types = data.get(next.as_bytes().len()..)?.into();
        Some(Self { owner: set.owner.clone(), next, types })
    }

    fn has(&self, kind: u16) -> bool {
        has_type(&self.types, kind)
    }

    /// Whether it is the parent's side of a delegation: it says nothing of what is in the child (RFC 6840 section 4.1).
    fn is_delegation(&self) -> bool {
        self.has(kind::NS) && !self.has(kind::SOA)
    }

    /// Whether no name with records lies between its own and the next, and this one would.
    fn covers(&self, name: &Name) -> bool {
        let after_owner = self.owner.canonical_cmp(name) == Ordering::Less;
        let before_next = name.canonical_cmp(&self.next) == Ordering::Less;
        let is_last = self.next.canonical_cmp(&self.owner) != Ordering::Greater;
        let in_gap = if is_last { after_owner && name.is_within(&self.next) } else { after_owner && before_next };
        // What is below a delegation or a DNAME is not in this zone.
        in_gap && !(name.is_within(&self.owner) && (self.is_delegation() || self.has(kind::DNAME)))
    }

    /// Whether the name exists only because there are names below it.
    fn shows_empty(&self, name: &Name) -> bool {
        self.covers(name) && self.next.is_within(name)
    }

    /// The name does not exist, neither with records nor because of those below.
    fn denies(&self, name: &Name) -> bool {
        self.covers(name) && !self.next.is_within(name)
    }

    /// The name exists without this type, and without an alias.
    fn lacks(&self, name: &Name, asked: u16) -> bool {
        if self.owner != *name || self.has(asked) || self.has(kind::CNAME) {
            return false;
        }
        // The child's side says nothing of the delegation, the parent's nothing of anything else.
        if asked == kind::DS { !self.has(kind::SOA) || name.is_root() } else { !self.is_delegation() }
    }
}

/// Whether the proofs say what the answer does.
pub(super) fn prove(proofs: &[Nsec], name: &Name, asked: u16, absence: Absence) -> Option<Proven> {
    let says = match absence {
        Absence::Name => no_name(proofs, name).then_some(Absence::Name).or_else(|| no_data(proofs, name, asked)),
        Absence::Data => no_data(proofs, name, asked),
    };
    says.map(Proven::secure)
}

fn no_name(proofs: &[Nsec], name: &Name) -> bool {
    let Some(enclosing) = proofs.iter().find(|proof| proof.denies(name)).map(|proof| closest(proof, name)) else {
        return false;
    };
    enclosing.wildcard().is_some_and(|wildcard| proofs.iter().any(|proof| proof.denies(&wildcard)))
}

fn no_data(proofs: &[Nsec], name: &Name, asked: u16) -> Option<Absence> {
    let direct = || proofs.iter().any(|proof| proof.lacks(name, asked) || proof.shows_empty(name));
    let through_wildcard = || {
        let enclosing = closest(proofs.iter().find(|proof| proof.denies(name))?, name);
        let wildcard = enclosing.wildcard()?;
        proofs.iter().any(|proof| proof.lacks(&wildcard, asked) || proof.shows_empty(&wildcard)).then_some(())
    };
    (direct() || through_wildcard().is_some()).then_some(Absence::Data)
}

/// The longest name above that exists, as the proof that covers it shows.
fn closest(proof: &Nsec, name: &Name) -> Name {
    let (one, other) = (name.common(&proof.owner), name.common(&proof.next));
    if one.depth() >= other.depth() { one } else { other }
}

/// Whether nothing is closer to the name than the wildcard below `enclosing`.
pub(super) fn proves_expansion(proofs: &[Nsec], name: &Name, enclosing: &Name) -> bool {
    proofs.iter().any(|proof| proof.denies(name) && closest(proof, name) == *enclosing)
}

/// What the proofs say of a delegation: `Some(true)` when there is one without DS, `Some(false)` when there is none.
pub(super) fn delegation(proofs: &[Nsec], name: &Name) -> Option<bool> {
    if let Some(proof) = proofs.iter().find(|proof| proof.lacks(name, kind::DS)) {
        return Some(proof.has(kind::NS));
    }
    proofs.iter().any(|proof| proof.covers(name)).then_some(false)
}
