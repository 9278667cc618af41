//! The judgement on one answer: every set on its way, and what it says that there is not.

use super::{
    Budget, Fault, Shape, Standing,
    denial::{Absence, Proofs},
    rrset::{self, Set, Signature},
    shape::End,
    signature::verify,
    walk::{State, Walker, proofs},
    zone::Zone,
};
use crate::{
    answer::Why,
    upstream::Via,
    wire::{Message, Name, kind},
};

/// Signers of one set, or of the proofs of one answer, that are looked at.
const MOST_SIGNERS: usize = 3;

/// What was found, and the sets with the lifetimes that their signatures allow.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) standing: Standing,
    pub(crate) shape: Shape,
    /// Proofs that the answer needs, for askers that check them again.
    pub(crate) proofs: Vec<Set>,
}

/// Judges an answer.
pub(crate) async fn judge(
    walker: &Walker,
    mut shape: Shape,
    message: &Message,
    asked: u16,
    via: Via,
) -> Result<Judged, Fault> {
    let mut case = Case { walker, message, budget: Budget::default(), via, proofs: Vec::new() };
    let mut standing = Standing::Secure;
    let mut of_dname = Standing::Insecure;
    for step in &mut shape.steps {
        let found = if step.is_synthesised { of_dname } else { case.set(&mut step.set).await? };
        of_dname = found;
        standing = lower(standing, found);
    }
    if let End::Absent(absence) = shape.end {
        let (found, says) = case.absence(&shape.last, asked, absence).await?;
        standing = lower(standing, found);
        shape.end = End::Absent(says);
    }
    Ok(Judged { standing, shape, proofs: case.proofs })
}

fn lower(one: Standing, other: Standing) -> Standing {
    if one == Standing::Secure { other } else { one }
}

struct Case<'a> {
    walker: &'a Walker,
    message: &'a Message,
    budget: Budget,
    via: Via,
    proofs: Vec<Set>,
}

impl Case<'_> {
    /// The standing of a set of the answer section.
    async fn set(&mut self, set: &mut Set) -> Result<Standing, Fault> {
        if set.kind == kind::RRSIG {
            // Nothing signs signatures: who asks for them gets them as they are.
            return Ok(Standing::Insecure);
        }
        if self.walker.excepts(&set.owner) {
            return Ok(Standing::Insecure);
        }
        let mut fault = Why::SignaturesMissing;
        for signer in signers(std::slice::from_ref(set), &set.owner) {
            // A child does not vouch for itself.
            if set.kind == kind::DS && signer == set.owner {
                continue;
            }
            let State::Secure(zone) = self.walker.state(&signer, &mut self.budget, self.via).await? else { continue };
            if zone.name != signer {
                fault = Why::KeyMissing;
                continue;
            }
            match verify(set, &zone, self.walker.now(), &mut self.budget) {
                Ok(good) => {
                    let Some(enclosing) = good.expanded_from else { return Ok(Standing::Secure) };
                    return self.expansion(set, &zone, &enclosing);
                }
                Err(why) => fault = why,
            }
        }
        self.unsigned(&set.owner, set.kind, fault).await
    }

    /// A wildcard stands for the name only when nothing closer exists (RFC 4035 section 5.3.4, RFC 5155 section 8.8).
    fn expansion(&mut self, set: &Set, zone: &Zone, enclosing: &Name) -> Result<Standing, Fault> {
        let (sets, fault) = proofs(self.message, zone, self.walker.now(), &mut self.budget)?;
        let proven = Proofs::new(&zone.name, &sets).prove_expansion(&set.owner, enclosing, &mut self.budget)?;
        self.keep(sets);
        match proven {
            Some(true) => Ok(Standing::Secure),
            Some(false) => Ok(Standing::Insecure),
            None => Err(fault.unwrap_or(Why::ProofMissing).into()),
        }
    }

    /// No signature was good: that is right only where nothing is signed.
    async fn unsigned(&mut self, name: &Name, kind: u16, fault: Why) -> Result<Standing, Fault> {
        // The parent answers for a DS.
        let at = if kind == kind::DS { name.parent() } else { name.clone() };
        match self.walker.state(&at, &mut self.budget, self.via).await? {
            State::Insecure => Ok(Standing::Insecure),
            State::Secure(_) => Err(fault.into()),
        }
    }

    async fn absence(&mut self, name: &Name, asked: u16, absence: Absence) -> Result<(Standing, Absence), Fault> {
        if self.walker.excepts(name) {
            return Ok((Standing::Insecure, absence));
        }
        let claimed = rrset::all(&self.message.authorities, &[kind::NSEC, kind::NSEC3]);
        let mut fault = Why::ProofMissing;
        for signer in signers(&claimed, name) {
            let State::Secure(zone) = self.walker.state(&signer, &mut self.budget, self.via).await? else { continue };
            if zone.name != signer {
                continue;
            }
            let now = self.walker.now();
            let (mut sets, wrong) = proofs(self.message, &zone, now, &mut self.budget)?;
            fault = wrong.unwrap_or(fault);
            let proven = Proofs::new(&zone.name, &sets).prove(name, asked, absence, &mut self.budget)?;
            if let Some(proven) = proven {
                if let Some(mut soa) = rrset::find(&self.message.authorities, &zone.name, kind::SOA) {
                    verify(&mut soa, &zone, now, &mut self.budget)?;
                    sets.insert(0, soa);
                }
                self.keep(sets);
                let standing = if proven.is_secure { Standing::Secure } else { Standing::Insecure };
                return Ok((standing, proven.says));
            }
        }
        Ok((self.unsigned(name, asked, fault).await?, absence))
    }

    fn keep(&mut self, sets: Vec<Set>) {
        for set in sets {
            if !self.proofs.iter().any(|kept| kept.owner == set.owner && kept.kind == set.kind) {
                self.proofs.push(set);
            }
        }
    }
}

/// Who claims to have signed these sets, of zones that the name can belong to.
fn signers(sets: &[Set], name: &Name) -> Vec<Name> {
    let mut signers = Vec::new();
    for record in sets.iter().flat_map(|set| &set.signatures) {
        if let Some(signature) = Signature::parse(record)
            && name.is_within(&signature.signer)
            && !signers.contains(&signature.signer)
        {
            signers.push(signature.signer);
        }
    }
    signers.truncate(MOST_SIGNERS);
    signers
}
