//! A hub with two parties and three streams, and releases that are real.

use std::{
    io,
    sync::{Arc, Mutex},
};

use jiff::{SignedDuration, Timestamp};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use uuid::Uuid;
use vauban_blind::{
    Asker, BatchSize, Epoch, Label, LabelId, Observable, Pin, SecretKey, Severity, Signer, TableBuilder,
};
use vauban_hub::{
    desk::publication,
    front::{Front, FrontSecret, Settings, key_entry, serve},
    signer::{Evaluate, Local},
    store::{
        Audience, Credential, CredentialHash, FrontStore, Place, PublicKey, Reading, Sequence, StreamId, StreamInfo,
    },
};
use vauban_release::{
    Band, Blind, BlindKey, HubId, KeyLog, Manifest, Number, PartName, PublicKey as ReleaseKey, Release, SignedCounts,
    SignedSighting, SigningKey, Tally, Told, Words,
};
use zeroize::Zeroizing;

pub(crate) const ALICE: &str = "alice-shows-this-credential";
pub(crate) const BOB: &str = "bob-shows-that-credential";
/// Alice and Bob read it.
pub(crate) const GROUP: StreamId = StreamId(Uuid::from_u128(1));
/// Alice alone reads it, and may write.
pub(crate) const ALICES: StreamId = StreamId(Uuid::from_u128(2));
/// Bob alone reads it, and may write.
pub(crate) const BOBS: StreamId = StreamId(Uuid::from_u128(3));
/// Few elements, so that a thousand batches are soon evaluated.
pub(crate) const SIZE: u16 = 8;

const GREEN: &str = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb";

pub(crate) fn now() -> Timestamp {
    "2026-11-26T12:00:00Z".parse().unwrap()
}

/// Numbers one after the other: ids that differ, and are the same every time.
pub(crate) fn counted(bytes: &mut [u8], counter: &Mutex<u64>) -> io::Result<()> {
    let mut counter = counter.lock().unwrap();
    *counter += 1;
    bytes.fill(0);
    bytes[..8].copy_from_slice(&counter.to_le_bytes());
    Ok(())
}

fn random(bytes: &mut [u8]) -> io::Result<()> {
    static COUNTER: Mutex<u64> = Mutex::new(0);
    counted(bytes, &COUNTER)
}

/// The same every time. Only a test's signer may.
fn constant(bytes: &mut [u8]) -> io::Result<()> {
    bytes.fill(5);
    Ok(())
}

pub(crate) fn hash(credential: &str) -> CredentialHash {
    CredentialHash(Sha256::digest(credential).into())
}

pub(crate) fn hub() -> HubId {
    HubId::new(Uuid::from_u128(77))
}

pub(crate) fn desk_key() -> SigningKey {
    SigningKey::from_seed(&Zeroizing::new([9; 32]), [1; 8])
}

pub(crate) fn party_key(number: u8) -> SigningKey {
    SigningKey::from_seed(&Zeroizing::new([number; 32]), [number; 8])
}

/// The 32 bytes of a key that minisign writes with its name.
pub(crate) fn bytes(key: &ReleaseKey) -> PublicKey {
    let written = data_encoding::BASE64.decode(key.to_string().as_bytes()).unwrap();
    PublicKey(written[10..].try_into().unwrap())
}

pub(crate) fn secret() -> SecretKey {
    SecretKey::generate(&mut ChaCha20Rng::seed_from_u64(1)).unwrap()
}

pub(crate) fn pin() -> Pin {
    Pin { epoch: Epoch::new(1), key: secret().public() }
}

pub(crate) fn size() -> BatchSize {
    BatchSize::new(SIZE).unwrap()
}

pub(crate) fn batch(seed: u64, observables: &[Observable]) -> (Vec<u8>, vauban_blind::Pending) {
    let (batch, pending) = Asker::new(pin(), size()).ask(observables, &mut ChaCha20Rng::seed_from_u64(seed)).unwrap();
    (batch.to_bytes(), pending)
}

/// A sighting by the party of this key.
pub(crate) fn sighting(key: u8, stream: StreamId, note: &str) -> String {
    let told = Told {
        hub: hub(),
        stream: vauban_release::StreamId::new(stream.0),
        label: "00112233445566778899aabbccddeeff",
        by: "A. Martin",
        note,
    };
    SignedSighting::sign(&told, &party_key(key), now().into()).unwrap().to_text()
}

/// Counts by the party of this key.
pub(crate) fn counts(key: u8, stream: StreamId, week: &str, open: Band) -> String {
    let tally = Tally {
        hub: hub(),
        stream: vauban_release::StreamId::new(stream.0),
        week: week.parse().unwrap(),
        release: Number::FIRST,
        open,
        blind: Band::None,
    };
    SignedCounts::sign(&tally, &party_key(key)).unwrap().to_text()
}

pub(crate) fn audience() -> Audience {
    let stream = |id: StreamId, is_for_one| StreamInfo {
        id,
        title: format!("stream {}", id.0.as_u128()),
        description: "made up".to_owned(),
        is_for_one,
    };
    let reading = |stream, may_write| Reading { stream, may_write };
    let credential = |name: &str, key: u8, streams| Credential {
        hash: hash(name),
        receipt_key: Some(bytes(&party_key(key).public())),
        budget: 3,
        streams,
    };
    Audience {
        streams: vec![stream(GROUP, false), stream(ALICES, true), stream(BOBS, true)],
        credentials: vec![
            credential(ALICE, 21, vec![reading(GROUP, false), reading(ALICES, true)]),
            credential(BOB, 22, vec![reading(GROUP, false), reading(BOBS, true)]),
        ],
    }
}

/// An indicator; its version is of a form that authors choose.
pub(crate) fn indicator(number: u64, modified: &str) -> String {
    format!(
        r#"{{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-{number:012x}","created":"2026-01-01T00:00:00.000Z","modified":"{modified}","name":"number {number}","indicator_types":["malicious-activity"],"pattern":"[domain-name:value = 'n{number}.example']","pattern_type":"stix","pattern_version":"2.1","valid_from":"2026-01-01T00:00:00.000Z","object_marking_refs":["{GREEN}"]}}"#
    )
}

/// The release after another one, with these objects and, where there are any, these names in the blind tier.
pub(crate) fn release(stream: StreamId, before: Option<&Release>, objects: &[String], blind: &[String]) -> Release {
    let key = desk_key();
    let (time, stream) = (now().into(), vauban_release::StreamId::new(stream.0));
    let expires = (now() + SignedDuration::from_hours(24)).into();
    let mut draft = match before {
        Some(before) => before.signed().following(time, expires).unwrap(),
        None => Manifest::new(hub(), stream, key.public(), time, expires),
    };
    draft.advice = Words::new("Conseil", "Advice");
    let objects = objects.iter().map(|object| object.clone() + "\n").collect::<String>().into_bytes();
    let mut parts = vec![(PartName::Objects, objects)];
    if !blind.is_empty() {
        let log = key_log();
        let (batch, digest) = (u32::from(SIZE), log.head().digest);
        draft.blind = Some(Blind { key: log.last().1, table: PartName::BlindTable, batch, slots: 1, log: digest });
        parts.push((PartName::KeyLog, log.to_string().into_bytes()));
        parts.push((PartName::BlindTable, table(blind)));
    }
    Release::sign(draft, parts, &key).unwrap()
}

fn key_log() -> KeyLog {
    KeyLog::new(hub(), vauban_release::Epoch::FIRST, BlindKey::new(*secret().public().as_bytes()))
}

fn table(names: &[String]) -> Vec<u8> {
    let (secret, mut builder) = (secret(), TableBuilder::new(pin()));
    for (number, name) in (0_u128..).zip(names) {
        let label = Label {
            id: LabelId(number.to_be_bytes()),
            severity: Severity::High,
            advice_fr: "Débranchez.".to_owned(),
            advice_en: "Unplug.".to_owned(),
            call: "CERT".to_owned(),
        };
        let output = secret.output(Epoch::new(1), &Observable::new("domain-name", name).unwrap()).unwrap();
        builder.add(output, label).unwrap();
    }
    builder.build(&mut ChaCha20Rng::seed_from_u64(3)).unwrap()
}

/// Two releases of the group and the log of keys.
pub(crate) async fn filled(store: &FrontStore) -> Vec<Release> {
    store.set_audience(&audience()).await.unwrap();
    let (epoch, key) = key_log().last();
    store.append_key(&key_entry(Sequence(1), epoch, key, now())).await.unwrap();
    let blind = ["blind.example".to_owned()];
    let mut objects: Vec<String> = (0..9).map(|number| indicator(number, "2026-01-01T00:00:00.000Z")).collect();
    let first = release(GROUP, None, &objects, &blind);
    store.publish(&publication(&first, None).unwrap(), now()).await.unwrap();
    objects.push(indicator(0, "2026-02-01T00:00:00.123456Z"));
    let second = release(GROUP, Some(&first), &objects, &blind);
    let after = now() + SignedDuration::from_mins(1);
    store.publish(&publication(&second, Some(&first)).unwrap(), after).await.unwrap();
    vec![first, second]
}

pub(crate) fn front(store: FrontStore) -> Front {
    let mut settings = Settings::new(hub(), FrontSecret::new([3; 32]));
    settings.batch = size();
    let signer = Arc::new(Local::new(Signer::new(secret(), Epoch::new(1)), constant));
    Front { store, settings, clock: now, random, signer }
}

pub(crate) fn with_signer(store: FrontStore, signer: Arc<dyn Evaluate>) -> Front {
    Front { signer, ..front(store) }
}

/// Serves until the test ends; where.
pub(crate) async fn served(front: Front) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(serve(front, listener, std::future::pending()));
    address
}

/// A filled front in a folder of its own.
pub(crate) struct Made {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) store: FrontStore,
    pub(crate) releases: Vec<Release>,
    pub(crate) address: String,
}

pub(crate) async fn made() -> Made {
    let folder = tempfile::tempdir().unwrap();
    let store = FrontStore::open(&Place::File(folder.path().join("front"))).await.unwrap();
    let releases = filled(&store).await;
    let address = served(front(store.clone())).await;
    Made { folder, store, releases, address }
}
