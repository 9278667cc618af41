//! What an answer says that there is not, and whether its zone says so, too.

use super::{
    budget::Budget,
    nsec::{self, Nsec},
    nsec3::Hashed,
    rrset::Set,
};
use crate::{answer::Why, wire::Name};

/// What there is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Absence {
    /// The name.
    Name,
    /// Records of the type.
    Data,
}

/// What was proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Proven {
    /// What there is not. It may be less than the response code said, and then this counts.
    pub(crate) says: Absence,
    /// Whether it is, or the zone only does not say (RFC 5155 section 6: opt-out).
    pub(crate) is_secure: bool,
}

impl Proven {
    pub(super) fn secure(says: Absence) -> Self {
        Self { says, is_secure: true }
    }
}

/// Proofs of one zone, their signatures found good.
#[derive(Debug)]
pub(crate) struct Proofs {
    plain: Vec<Nsec>,
    hashed: Option<Hashed>,
}

impl Proofs {
    pub(crate) fn new(zone: &Name, sets: &[Set]) -> Self {
        let plain = sets.iter().filter_map(Nsec::parse).collect();
        Self { plain, hashed: Hashed::parse(zone, sets) }
    }

    pub(crate) fn prove(
        &self,
        name: &Name,
        kind: u16,
        absence: Absence,
        budget: &mut Budget,
    ) -> Result<Option<Proven>, Why> {
        if let Some(proven) = nsec::prove(&self.plain, name, kind, absence) {
            return Ok(Some(proven));
        }
        match &self.hashed {
            Some(hashed) if hashed.is_too_costly() => Ok(Some(Proven { says: absence, is_secure: false })),
            Some(hashed) => hashed.prove(name, kind, absence, budget),
            None => Ok(None),
        }
    }

    /// Whether nothing is closer to the name than the wildcard below `enclosing`; `Some(false)` when nobody can tell.
    pub(crate) fn prove_expansion(
        &self,
        name: &Name,
        enclosing: &Name,
        budget: &mut Budget,
    ) -> Result<Option<bool>, Why> {
        if nsec::proves_expansion(&self.plain, name, enclosing) {
            return Ok(Some(true));
        }
        match &self.hashed {
            Some(hashed) if hashed.is_too_costly() => Ok(Some(false)),
            Some(hashed) => hashed.proves_expansion(name, enclosing, budget),
            None => Ok(None),
        }
    }

    /// What is said of a delegation: `Some(true)` when there is, or may be, one without DS; `Some(false)` when there is none.
    pub(crate) fn delegation(&self, name: &Name, budget: &mut Budget) -> Result<Option<bool>, Why> {
        if let Some(is_unsigned) = nsec::delegation(&self.plain, name) {
            return Ok(Some(is_unsigned));
        }
        match &self.hashed {
            Some(hashed) if hashed.is_too_costly() => Ok(Some(true)),
            Some(hashed) => hashed.delegation(name, budget),
            None => Ok(None),
        }
    }
}
