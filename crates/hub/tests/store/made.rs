//! Made-up parties, streams and objects.

use jiff::Timestamp;
use uuid::Uuid;
use vauban_hub::store::{
    Asked, Audience, Credential, CredentialHash, Detail, Digest, Epoch, Filter, FrontStore, NewEntry, ObjectId,
    ObjectType, PartFile, PartName, PublicKey, Publication, Reading, ReleaseNumber, Sequence, SpecVersion, StreamId,
    StreamInfo, Version,
};
use vauban_model::Marking;

pub(crate) const ALICE: CredentialHash = CredentialHash([1; 32]);
pub(crate) const BOB: CredentialHash = CredentialHash([2; 32]);
pub(crate) const ALICE_KEY: PublicKey = PublicKey([11; 32]);
/// Alice and Bob read it.
pub(crate) const GROUP: StreamId = StreamId(Uuid::from_u128(1));
/// Alice alone reads it, and may write.
pub(crate) const ALICES: StreamId = StreamId(Uuid::from_u128(2));
/// Bob alone reads it, and may write.
pub(crate) const BOBS: StreamId = StreamId(Uuid::from_u128(3));
/// Before every end that is made up.
pub(crate) const START: i64 = 1_790_000_000;

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(START + seconds).unwrap()
}

pub(crate) fn stream(id: StreamId, is_for_one: bool) -> StreamInfo {
    StreamInfo { id, title: format!("stream {}", id.0), description: "made up".to_owned(), is_for_one }
}

pub(crate) fn audience() -> Audience {
    let reading = |stream, may_write| Reading { stream, may_write };
    let credential = |hash, key, streams| Credential { hash, receipt_key: Some(key), budget: 10, streams };
    Audience {
        streams: vec![stream(GROUP, false), stream(ALICES, true), stream(BOBS, true)],
        credentials: vec![
            credential(ALICE, ALICE_KEY, vec![reading(GROUP, false), reading(ALICES, true)]),
            credential(BOB, PublicKey([12; 32]), vec![reading(GROUP, false), reading(BOBS, true)]),
        ],
    }
}

pub(crate) fn id(kind: &str, number: u64) -> ObjectId {
    ObjectId::new(&format!("{kind}--{}", Uuid::from_u128(u128::from(number)))).unwrap()
}

pub(crate) fn version(seconds: i64) -> Version {
    Version::new(at(seconds))
}

pub(crate) fn entry(kind: &str, number: u64, modified: i64) -> NewEntry {
    NewEntry {
        object: id(kind, number),
        version: version(modified),
        kind: ObjectType::new(kind).unwrap(),
        spec_version: SpecVersion::new("2.1").unwrap(),
        marking: Marking::Green,
        expires: None,
        json: format!(r#"{{"id":"{}","modified":"{}","name":"é\u0000"}}"#, id(kind, number), at(modified)),
    }
}

/// A release without a link to the one before; see [`after`].
pub(crate) fn publication(stream: StreamId, number: u64, entries: Vec<NewEntry>) -> Publication {
    let mut digest = [7; 32];
    digest[0] = u8::try_from(number % 251).unwrap();
    Publication {
        stream,
        number: ReleaseNumber(number),
        epoch: Epoch(number),
        digest: Digest(digest),
        previous: None,
        manifest: format!("manifest {number}").into_bytes(),
        signature: vec![9; 64],
        parts: vec![PartFile { name: PartName::new("objects.json").unwrap(), bytes: vec![b'x'; 10] }],
        withdrawn: Vec::new(),
        entries,
    }
}

pub(crate) fn after(before: &Publication, mut new: Publication) -> Publication {
    new.previous = Some(before.digest);
    new
}

pub(crate) async fn opened(place: &vauban_hub::store::Place) -> FrontStore {
    let front = FrontStore::open(place).await.unwrap();
    front.set_audience(&audience()).await.unwrap();
    front
}

/// Two releases in the group's stream and some of Alice's own.
pub(crate) async fn filled(front: &FrontStore) {
    front.set_audience(&audience()).await.unwrap();
    let first = publication(GROUP, 1, vec![entry("indicator", 1, 1), entry("malware", 2, 1), entry("indicator", 3, 1)]);
    front.publish(&first, at(100)).await.unwrap();
    let second = after(&first, publication(GROUP, 2, vec![entry("indicator", 1, 2)]));
    front.publish(&second, at(200)).await.unwrap();
    front.add(ALICE, ALICES, &[entry("tool", 5, 1)], at(300)).await.unwrap();
}

/// All that Alice and Bob see, as text.
pub(crate) async fn everything(front: &FrontStore) -> String {
    let mut all = String::new();
    for credential in [ALICE, BOB] {
        for view in front.streams(credential).await.unwrap() {
            let id = view.info.id;
            let page = page(front, credential, id, &Filter::default()).await;
            let releases = front.releases(credential, id, ReleaseNumber(0), 100).await.unwrap();
            all += &format!("{view:?}\n{page:?}\n{releases:?}\n");
            for release in releases {
                all += &format!("{:?}\n", front.parts(credential, id, release.number).await.unwrap());
            }
        }
    }
    all
}

/// A question, in one line.
pub(crate) fn asked(
    credential: CredentialHash,
    stream: StreamId,
    filter: &Filter,
    after: Sequence,
    most: u64,
    now: Timestamp,
) -> Asked<'_> {
    Asked { credential, stream, filter, after, most, now }
}

/// Everything of a stream that the filter asks for, at a time before all ends.
pub(crate) async fn page(
    front: &FrontStore,
    credential: CredentialHash,
    stream: StreamId,
    filter: &Filter,
) -> Vec<vauban_hub::store::Entry> {
    let page =
        front.page(asked(credential, stream, filter, Sequence(0), 10_000, at(0)), Detail::Objects).await.unwrap();
    page.map_or_else(Vec::new, |page| page.entries)
}

/// The numbers of a page, which is all that most cases look at.
pub(crate) async fn numbers(
    front: &FrontStore,
    credential: CredentialHash,
    stream: StreamId,
    filter: &Filter,
) -> Vec<u64> {
    page(front, credential, stream, filter).await.into_iter().map(|entry| entry.sequence.0).collect()
}
