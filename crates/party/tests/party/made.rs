//! Releases and times, small and always the same.

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use vauban_blind::{Epoch as BlindEpoch, Label, LabelId, Observable, SecretKey, Severity, Signer, TableBuilder};
use vauban_party::Party;
use vauban_release::{
    Blind, BlindKey, Content, Enrolment, Epoch, HubId, KeyLog, Manifest, Moment, PartName, Release, SigningKey,
    StreamId, Time, Words, write_history,
};
use zeroize::Zeroizing;

pub(crate) const HUB: &str = "11111111-1111-4111-8111-111111111111";
pub(crate) const STREAM: &str = "22222222-2222-4222-8222-222222222222";
pub(crate) const OTHER: &str = "33333333-3333-4333-8333-333333333333";
pub(crate) const BATCH: u32 = 64;

pub(crate) fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

pub(crate) fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&Zeroizing::new([seed; 32]), [seed; 8])
}

pub(crate) fn code(signer: u8) -> Enrolment {
    Enrolment::new(&Zeroizing::new([5; 10]), &key(signer).public())
}

/// Day `day` of November 2026 at noon.
pub(crate) fn day(day: u64) -> Time {
    format!("2026-11-{day:02}T12:00:00Z").parse().unwrap()
}

/// The last second of day `day`, when every party's moment is over.
pub(crate) fn evening(day: u64) -> Moment {
    Moment::new(format!("2026-11-{day:02}T23:59:59Z").parse::<Time>().unwrap().timestamp())
}

pub(crate) fn enrolled(state: &std::path::Path) -> Party {
    Party::enrol(state, "agency", &code(1), "https://hub.example", day(1), &mut rng(9)).unwrap()
}

pub(crate) fn id(text: &str) -> StreamId {
    text.parse().unwrap()
}

pub(crate) fn draft(stream: &str) -> Manifest {
    let hub: HubId = HUB.parse().unwrap();
    Manifest::new(hub, id(stream), key(1).public(), day(1), day(8))
}

pub(crate) fn object(at: u64, version: u64) -> String {
    format!("{{\"id\":\"indicator--0f2d9a4e-3f0b-4b8e-9b6e-{at:012x}\",\"version\":{version}}}\n")
}

pub(crate) fn objects(ids: impl IntoIterator<Item = u64>, version: u64) -> (PartName, Vec<u8>) {
    (PartName::Objects, ids.into_iter().map(|at| object(at, version)).collect::<String>().into_bytes())
}

pub(crate) fn gone(at: u64) -> (PartName, Vec<u8>) {
    (PartName::Gone, format!("indicator--0f2d9a4e-3f0b-4b8e-9b6e-{at:012x} expired\n").into_bytes())
}

pub(crate) fn first(stream: &str) -> Release {
    Release::sign(draft(stream), [objects([1, 2, 3], 1)], &key(1)).unwrap()
}

pub(crate) fn next(before: &Release, on: u64, content: Content, parts: Vec<(PartName, Vec<u8>)>) -> Release {
    let mut draft = before.signed().following(day(on), day(on + 7)).unwrap();
    draft.content = content;
    Release::sign(draft, parts, &key(1)).unwrap()
}

/// A full release after a run, whose history holds all of it.
pub(crate) fn bridge(run: &[Release], on: u64, mut parts: Vec<(PartName, Vec<u8>)>) -> Release {
    parts.push((PartName::History, write_history(run.iter().map(Release::signed))));
    next(&run[run.len() - 1], on, Content::Full, parts)
}

pub(crate) fn secret(seed: u64) -> SecretKey {
    SecretKey::generate(&mut rng(seed)).unwrap()
}

/// The signers of epochs 1, 2, …, made from their numbers.
pub(crate) fn signer(epoch: u32) -> Signer {
    Signer::new(secret(u64::from(epoch)), BlindEpoch::new(epoch))
}

pub(crate) fn log(epochs: u32) -> KeyLog {
    let key = |epoch: u32| BlindKey::new(*signer(epoch).pin().key.as_bytes());
    let mut log = KeyLog::new(HUB.parse().unwrap(), Epoch::FIRST, key(1));
    (2..=epochs).for_each(|at| log.append(Epoch::new(u64::from(at)).unwrap(), key(at)).unwrap());
    log
}

pub(crate) fn label(number: usize) -> Label {
    let mut id = [0; 16];
    id[8..].copy_from_slice(&(number as u64).to_be_bytes());
    Label {
        id: LabelId(id),
        severity: Severity::High,
        advice_fr: "Débranchez ce poste et appelez-nous.".to_owned(),
        advice_en: "Unplug this computer and call us.".to_owned(),
        call: "CERT, +33 1 23 45 67 89".to_owned(),
    }
}

pub(crate) fn names(what: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{what}-{number:05}.example")).collect()
}

/// A table of these names, made with the signer's key as the desk does.
pub(crate) fn table(epoch: u32, names: &[String]) -> Vec<u8> {
    let (secret, pin) = (secret(u64::from(epoch)), signer(epoch).pin());
    let mut builder = TableBuilder::new(pin);
    for (at, name) in names.iter().enumerate() {
        let observable = Observable::new("domain-name", name).unwrap();
        builder.add(secret.output(pin.epoch, &observable).unwrap(), label(at)).unwrap();
    }
    builder.build(&mut rng(77)).unwrap()
}

/// Adds a blind tier of this epoch to a draft.
pub(crate) fn with_blind(draft: &mut Manifest, epoch: u32, names: &[String], slots: u16) -> Vec<(PartName, Vec<u8>)> {
    let log = log(epoch);
    let (at, key) = log.last();
    draft.epoch = at;
    draft.blind = Some(Blind { key, table: PartName::BlindTable, batch: BATCH, slots, log: log.head().digest });
    draft.advice = Words::new("Lisez.", "Read.");
    vec![(PartName::KeyLog, log.to_string().into_bytes()), (PartName::BlindTable, table(epoch, names))]
}

/// A first release with a blind tier of epoch 1.
pub(crate) fn blind_first(stream: &str, names: &[String], slots: u16) -> Release {
    let mut draft = draft(stream);
    let mut parts = with_blind(&mut draft, 1, names, slots);
    parts.push(objects([1], 1));
    Release::sign(draft, parts, &key(1)).unwrap()
}

/// A first release whose day has so many batches of 1,024.
pub(crate) fn large_first(stream: &str, names: &[String], slots: u16) -> Release {
    let mut draft = draft(stream);
    let parts = with_blind(&mut draft, 1, names, slots);
    draft.blind.as_mut().unwrap().batch = 1024;
    Release::sign(draft, parts, &key(1)).unwrap()
}

/// The next full release, with a blind tier.
pub(crate) fn blind_next(run: &[Release], on: u64, epoch: u32, names: &[String]) -> Release {
    let mut draft = run[run.len() - 1].signed().following(day(on), day(on + 7)).unwrap();
    let mut parts = with_blind(&mut draft, epoch, names, 1);
    parts.push((PartName::History, write_history(run.iter().map(Release::signed))));
    Release::sign(draft, parts, &key(1)).unwrap()
}
