//! Proofs of absence by hashed names in order (RFC 5155, RFC 9276).

use data_encoding::BASE32_DNSSEC;
use sha1::{Digest, Sha1};

use super::{
    budget::Budget,
    denial::{Absence, Proven},
    nsec::has_type,
    rrset::Set,
};
use crate::{
    answer::Why,
    wire::{Name, kind},
};

const SHA1: u8 = 1;
const OPT_OUT: u8 = 1;
/// More rounds of hashing than this are not computed: the zone is taken for unsigned (RFC 9276 section 3.2).
const MOST_ITERATIONS: u16 = 150;

/// The proofs of one zone, all with the same parameters.
#[derive(Debug)]
pub(crate) struct Hashed {
    zone: Name,
    iterations: u16,
    salt: Box<[u8]>,
    links: Vec<Link>,
}

#[derive(Debug)]
struct Link {
    owner: [u8; 20],
    next: [u8; 20],
    is_opt_out: bool,
    types: Box<[u8]>,
}

impl Link {
    fn has(&self, kind: u16) -> bool {
        has_type(&self.types, kind)
    }

    fn is_delegation(&self) -> bool {
        self.has(kind::NS) && !self.has(kind::SOA)
    }

    fn covers(&self, hash: &[u8; 20]) -> bool {
        if self.owner < self.next {
            self.owner < *hash && *hash < self.next
        } else {
            self.owner < *hash || *hash < self.next
        }
    }

    fn lacks(&self, asked: u16, name: &Name) -> bool {
        if self.has(asked) || self.has(kind::CNAME) {
            return false;
        }
        if asked == kind::DS { !self.has(kind::SOA) || name.is_root() } else { !self.is_delegation() }
    }
}

/// The closest name above that exists, and whether the gap in which the next one down would be may hide delegations.
struct Enclosing {
    name: Name,
    is_opt_out: bool,
}

impl Hashed {
    /// The proofs among these sets; those with other parameters than the first are left out.
    pub(crate) fn parse(zone: &Name, sets: &[Set]) -> Option<Self> {
        let mut found: Option<Self> = None;
        for set in sets.iter().filter(|set| set.kind == kind::NSEC3 && set.owner.parent() == *zone) {
            let data = &*set.records.first()?.data;
            let Some(([algorithm, flags, i0, i1, salt_length], rest)) = data.split_first_chunk() else { continue };
            let Some((salt, rest)) = rest.split_at_checked(usize::from(*salt_length)) else { continue };
            let Some((&20, rest)) = rest.split_first() else { continue };
            let Some((next, types)) = rest.split_first_chunk() else { continue };
            let Some(owner) = owner_hash(&set.owner) else { continue };
            if *algorithm != SHA1 || *flags & !OPT_OUT != 0 {
                continue;
            }
            let iterations = u16::from_be_bytes([*i0, *i1]);
            let hashed = found.get_or_insert_with(|| Self {
                zone: zone.clone(),
                iterations,
                salt: salt.into(),
                links: Vec::new(),
            });
            if hashed.iterations == iterations && *hashed.salt == *salt {
                let is_opt_out = flags & OPT_OUT != 0;
                hashed.links.push(Link { owner, next: *next, is_opt_out, types: types.into() });
            }
        }
        found
    }

    /// Whether it would cost too much to look.
    pub(crate) fn is_too_costly(&self) -> bool {
        self.iterations > MOST_ITERATIONS
    }

    /// Whether the proofs say what the answer does.
    pub(super) fn prove(
        &self,
        name: &Name,
        asked: u16,
        absence: Absence,
        budget: &mut Budget,
    ) -> Result<Option<Proven>, Why> {
        if let Some(link) = self.matching(name, budget)? {
            return Ok(link.lacks(asked, name).then_some(Proven::secure(Absence::Data)));
        }
        let Some(enclosing) = self.enclosing(name, budget)? else { return Ok(None) };
        let proven = |says| Proven { says, is_secure: !enclosing.is_opt_out };
        let Some(wildcard) = enclosing.name.wildcard() else { return Ok(None) };
        if let Some(link) = self.matching(&wildcard, budget)? {
            return Ok(link.lacks(asked, name).then(|| proven(Absence::Data)));
        }
        if absence == Absence::Name && self.covering(&wildcard, budget)?.is_some() {
            return Ok(Some(proven(Absence::Name)));
        }
        // A delegation may hide there, so nothing is proven but that nothing can be.
        Ok(enclosing.is_opt_out.then(|| proven(absence)))
    }

    /// Whether nothing is closer to the name than the wildcard below `enclosing`; `Some(false)` when a delegation may be.
    pub(super) fn proves_expansion(
        &self,
        name: &Name,
        enclosing: &Name,
        budget: &mut Budget,
    ) -> Result<Option<bool>, Why> {
        let next = name.suffix(enclosing.depth() + 1);
        Ok(self.covering(&next, budget)?.map(|link| !link.is_opt_out))
    }

    /// What the proofs say of a delegation: `Some(true)` when there is, or may be, one without DS.
    pub(super) fn delegation(&self, name: &Name, budget: &mut Budget) -> Result<Option<bool>, Why> {
        if let Some(link) = self.matching(name, budget)? {
            return Ok(link.lacks(kind::DS, name).then(|| link.has(kind::NS)));
        }
        Ok(self.enclosing(name, budget)?.map(|enclosing| enclosing.is_opt_out))
    }

    /// The proof of the closest encloser (RFC 5155 section 8.3).
    fn enclosing(&self, name: &Name, budget: &mut Budget) -> Result<Option<Enclosing>, Why> {
        let mut next = name.clone();
        while next != self.zone && next.is_within(&self.zone) {
            let candidate = next.parent();
            if let Some(link) = self.matching(&candidate, budget)? {
                // What is below a delegation or a DNAME is not in this zone.
                if link.is_delegation() || link.has(kind::DNAME) {
                    return Ok(None);
                }
                let covering = self.covering(&next, budget)?;
                return Ok(covering.map(|link| Enclosing { name: candidate, is_opt_out: link.is_opt_out }));
            }
            next = candidate;
        }
        Ok(None)
    }

    fn matching(&self, name: &Name, budget: &mut Budget) -> Result<Option<&Link>, Why> {
        let hash = self.hash(name, budget)?;
        Ok(self.links.iter().find(|link| link.owner == hash))
    }

    fn covering(&self, name: &Name, budget: &mut Budget) -> Result<Option<&Link>, Why> {
        let hash = self.hash(name, budget)?;
        Ok(self.links.iter().find(|link| link.covers(&hash)))
    }

    fn hash(&self, name: &Name, budget: &mut Budget) -> Result<[u8; 20], Why> {
        budget.hash()?;
        let mut hash: [u8; 20] = Sha1::new().chain_update(name.as_bytes()).chain_update(&self.salt).finalize().into();
        for _ in 0..self.iterations.min(MOST_ITERATIONS) {
            hash = Sha1::new().chain_update(hash).chain_update(&self.salt).finalize().into();
        }
        Ok(hash)
    }
}

fn owner_hash(owner: &Name) -> Option<[u8; 20]> {
    BASE32_DNSSEC.decode(owner.labels().next()?).ok()?.try_into().ok()
}
