//! Whether records are signed by a key of a zone (RFC 4035 section 5.3).

use super::{
    budget::Budget,
    rrset::{Set, Signature},
    zone::{Key, Zone},
};
use crate::{
    answer::Why,
    wire::{Name, canonical},
};

/// Keys with the same tag and algorithm that are tried: more is an attack (CVE-2023-50387).
const MOST_TWINS: usize = 4;

/// Clocks differ: a signature counts so many seconds before its beginning and after its end, as with other validators.
const SKEW: i32 = 3600;

/// What a good signature says.
#[derive(Debug)]
pub(crate) struct Good {
    /// When the records stand for a wildcard: what was below the star's parent needs a proof that nothing closer exists.
    pub(crate) expanded_from: Option<Name>,
}

/// Finds a signature of the zone that fits, and limits the lifetime of the records to what it says.
///
/// # Errors
///
/// What was wrong with the signature that came closest.
pub(crate) fn verify(set: &mut Set, zone: &Zone, now: u32, budget: &mut Budget) -> Result<Good, Why> {
    verify_with(set, &zone.name, |_| true, &zone.keys, now, budget)
}

/// The same with those keys of the zone that pass the test.
pub(crate) fn verify_with(
    set: &mut Set,
    signer: &Name,
    is_tried: impl Fn(&Key) -> bool,
    keys: &[Key],
    now: u32,
    budget: &mut Budget,
) -> Result<Good, Why> {
    let mut fault = Why::SignaturesMissing;
    for record in &set.signatures {
        let Some(signature) = Signature::parse(record).filter(|signature| signature.signer == *signer) else {
            continue;
        };
        let labels = set.owner.depth() - usize::from(set.owner.is_wildcard());
        if signature.labels() > labels || !set.owner.is_within(signer) {
            fault = worse(fault, Why::Bogus);
            continue;
        }
        if let Err(why) = in_time(&signature, now) {
            fault = worse(fault, why);
            continue;
        }
        let twins = keys
            .iter()
            .filter(|key| key.tag == signature.key_tag() && key.algorithm == signature.algorithm() && is_tried(key));
        let mut found = Why::KeyMissing;
        let signed = signed_bytes(set, &signature);
        for key in twins.take(MOST_TWINS) {
            budget.signature()?;
            found = Why::Bogus;
            if key.verifies(&signed, signature.signature) {
                let left = signature.expiration().wrapping_sub(now).cast_signed().max(0).cast_unsigned();
                set.lifetime = signature.original_ttl().min(left);
                let expanded_from = (signature.labels() < labels).then(|| set.owner.suffix(signature.labels()));
                return Ok(Good { expanded_from });
            }
        }
        fault = worse(fault, found);
    }
    Err(fault)
}

/// What tells most about what went wrong.
fn worse(one: Why, other: Why) -> Why {
    let weight = |why| match why {
        Why::SignaturesMissing => 0,
        Why::KeyMissing => 1,
        Why::Bogus => 2,
        _ => 3,
    };
    if weight(other) > weight(one) { other } else { one }
}

/// Times are compared as serial numbers (RFC 4034 section 3.1.5).
fn in_time(signature: &Signature<'_>, now: u32) -> Result<(), Why> {
    let is_after = |one: u32, other: u32| one.wrapping_sub(other).cast_signed() > SKEW;
    if is_after(now, signature.expiration()) {
        Err(Why::Expired)
    } else if is_after(signature.inception(), now) {
        Err(Why::NotYetValid)
    } else {
        Ok(())
    }
}

/// The bytes that were signed (RFC 4034 section 3.1.8.1).
fn signed_bytes(set: &Set, signature: &Signature<'_>) -> Vec<u8> {
    let depth = set.owner.depth();
    let owner = if signature.labels() < depth && !(set.owner.is_wildcard() && signature.labels() == depth - 1) {
        set.owner.suffix(signature.labels()).wildcard().unwrap_or_else(Name::root)
    } else {
        set.owner.clone()
    };
    let mut data: Vec<_> = set.records.iter().map(|record| canonical(record.kind, &record.data)).collect();
    data.sort_unstable();
    data.dedup();
    let mut signed = [signature.fixed, signature.signer.as_bytes()].concat();
    let class = set.records.first().map_or(1, |record| record.class);
    for data in data {
        signed.extend_from_slice(owner.as_bytes());
        signed.extend_from_slice(&set.kind.to_be_bytes());
        signed.extend_from_slice(&class.to_be_bytes());
        signed.extend_from_slice(&signature.original_ttl().to_be_bytes());
        signed.extend_from_slice(&u16::try_from(data.len()).unwrap_or(u16::MAX).to_be_bytes());
        signed.extend_from_slice(&data);
    }
    signed
}
