//! What is handed on of an answer: the sets on its way, the proofs that it needs, and nothing that nobody asked for.

use super::{
    Judged, Shape, Standing,
    denial::Absence,
    rrset::{self, Set},
    shape::End,
};
use crate::{
    Question, Security,
    answer::Parts,
    wire::{Message, Record, kind, rcode},
};

/// An absence without SOA says nothing of how long it lasts (RFC 2308 section 5).
const ABSENCE: u32 = 5;

/// Takes an answer apart for handing on. Signatures and proofs stay only for who asked for them.
pub(crate) fn parts(judged: Judged, message: &Message, dnssec_ok: bool, security: Security) -> Parts {
    let Judged { shape, mut proofs, .. } = judged;
    let mut ttl = shape.steps.iter().map(|step| step.set.ttl()).min().unwrap_or(u32::MAX);
    let is_absence = matches!(shape.end, End::Absent(_));
    let answers = shape.steps.into_iter().flat_map(|step| step.set.into_records(dnssec_ok)).collect();
    let mut authorities = Vec::new();
    if is_absence {
        let known = proofs.iter().position(|set| set.kind == kind::SOA).map(|at| proofs.remove(at));
        let soa = known.or_else(|| {
            let record = message
                .authorities
                .iter()
                .find(|record| record.kind == kind::SOA && shape.last.is_within(&record.owner))?;
            rrset::find(&message.authorities, &record.owner, kind::SOA)
        });
        let lifetime = soa.as_ref().map_or(ABSENCE, absence_ttl);
        ttl = proofs.iter().map(Set::ttl).chain([lifetime]).min().unwrap_or(0).min(ttl);
        authorities.extend(
            soa.into_iter()
                .flat_map(|soa| soa.into_records(dnssec_ok))
                .map(|record| Record { ttl: record.ttl.min(lifetime), ..record }),
        );
        if proofs.is_empty() {
            // Nothing was proven, but who checks for itself may see more in it.
            proofs = rrset::all(&message.authorities, &[kind::NSEC, kind::NSEC3]);
        }
    }
    if dnssec_ok {
        authorities
            .extend(proofs.into_iter().filter(|set| set.kind != kind::SOA).flat_map(|set| set.into_records(true)));
    }
    let rcode = match shape.end {
        End::Absent(Absence::Name) => rcode::NXDOMAIN,
        End::Found if message.rcode() == rcode::YXDOMAIN => rcode::YXDOMAIN,
        _ => rcode::NOERROR,
    };
    let ttl = if ttl == u32::MAX { ABSENCE } else { ttl };
    Parts { rcode, security, answers, authorities, ttl, is_absence }
}

/// An answer that nobody judged, with what was not asked for left out.
pub(crate) fn as_it_came(question: &Question, message: &Message, security: Security) -> Parts {
    let shape = Shape::of(message, &question.name, question.kind);
    let judged = Judged { standing: Standing::Insecure, shape, proofs: Vec::new() };
    parts(judged, message, question.dnssec_ok, security)
}

/// RFC 2308 section 5: the lower one of the SOA's own time to live and its last field.
fn absence_ttl(soa: &Set) -> u32 {
    let minimum = soa.records.first().and_then(|record| record.data.last_chunk()).map(|last| u32::from_be_bytes(*last));
    soa.ttl().min(minimum.unwrap_or(ABSENCE))
}
