//! A hub and its streams, small and always the same.

use vauban_release::{
    Blind, BlindKey, Content, Epoch, HubId, KeyLog, Manifest, Moment, PartName, Release, SigningKey, StreamId, Time,
    Words, write_history,
};
use zeroize::Zeroizing;

pub(crate) const HUB: &str = "11111111-1111-4111-8111-111111111111";
pub(crate) const STREAM: &str = "22222222-2222-4222-8222-222222222222";
pub(crate) const ID: &str = "indicator--0f2d9a4e-3f0b-4b8e-9b6e-2b1a7c5d4e3f";

pub(crate) fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&Zeroizing::new([seed; 32]), [seed; 8])
}

pub(crate) fn time(text: &str) -> Time {
    text.parse().unwrap()
}

pub(crate) fn moment(text: &str) -> Moment {
    Moment::new(time(text).timestamp())
}

/// Day `day` of November 2026 at noon.
pub(crate) fn day(day: u64) -> Time {
    time(&format!("2026-11-{day:02}T12:00:00Z"))
}

/// The evening of day `day`.
pub(crate) fn evening(day: u64) -> Moment {
    moment(&format!("2026-11-{day:02}T20:00:00Z"))
}

pub(crate) fn hub() -> HubId {
    HUB.parse().unwrap()
}

pub(crate) fn stream() -> StreamId {
    STREAM.parse().unwrap()
}

pub(crate) fn draft() -> Manifest {
    Manifest::new(hub(), stream(), key(1).public(), day(1), day(8))
}

pub(crate) fn objects(count: u64) -> (PartName, Vec<u8>) {
    let lines: String = (0..count).map(|at| format!("{{\"type\":\"indicator\",\"n\":{at}}}\n")).collect();
    (PartName::Objects, lines.into_bytes())
}

/// A log of keys for epochs 1 to `epochs`.
pub(crate) fn key_log(epochs: u8) -> KeyLog {
    let mut log = KeyLog::new(hub(), Epoch::FIRST, BlindKey::new([1; 32]));
    (2..=epochs).for_each(|at| log.append(Epoch::new(u64::from(at)).unwrap(), BlindKey::new([at; 32])).unwrap());
    log
}

/// Adds a blind tier that ends with the log's last key.
pub(crate) fn with_blind(mut draft: Manifest, log: &KeyLog) -> (Manifest, Vec<(PartName, Vec<u8>)>) {
    let (epoch, key) = log.last();
    draft.epoch = epoch;
    draft.blind = Some(Blind { key, table: PartName::BlindTable, batch: 64, slots: 4, log: log.head().digest });
    let parts =
        vec![(PartName::KeyLog, log.to_string().into_bytes()), (PartName::BlindTable, b"\0\x01table\xff".to_vec())];
    (draft, parts)
}

/// A first release with a part of most kinds.
pub(crate) fn rich() -> Release {
    let (mut draft, mut parts) = with_blind(draft(), &key_log(3));
    draft.advice = Words::new("Réinitialisez le téléphone.", "Reset the phone.");
    parts.push(objects(3));
    parts.push((PartName::Gone, format!("{ID} expired\n").into_bytes()));
    parts.push((PartName::AdviceFr, "Appelez l'agence.\n".into()));
    parts.push((PartName::Yara, b"rule r { condition: false }\n".to_vec()));
    Release::sign(draft, parts, &key(1)).unwrap()
}

/// The release after `before`, made on day `day` and good for a week.
pub(crate) fn after(before: &Release, on: u64, content: Content) -> Release {
    let mut draft = before.signed().following(day(on), day(on + 7)).unwrap();
    draft.content = content;
    Release::sign(draft, [objects(on)], &key(1)).unwrap()
}

/// Releases 1 to `count`, one a day; the first is full, the others are deltas.
pub(crate) fn run(count: u64) -> Vec<Release> {
    let mut run = vec![Release::sign(draft(), [objects(1)], &key(1)).unwrap()];
    for on in 2..=count {
        run.push(after(&run[run.len() - 1], on, Content::Delta));
    }
    run
}

/// A full release after `run`, whose history begins with release `from`.
pub(crate) fn bridge(run: &[Release], from: usize, on: u64) -> Release {
    let mut draft = run[run.len() - 1].signed().following(day(on), day(on + 7)).unwrap();
    draft.content = Content::Full;
    let history = write_history(run[from - 1..].iter().map(Release::signed));
    Release::sign(draft, [(PartName::History, history), objects(on)], &key(1)).unwrap()
}
