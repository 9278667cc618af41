//! How both engines carry out what readers ask: along one index, never by a walk over a stream or by sorting it.

use jiff::Timestamp;
use uuid::Uuid;
use vauban_model::Marking;

use super::{
    Asked, Audience, Credential, CredentialHash, Filter, FrontStore, NewEntry, ObjectId, ObjectType, Place, Reading,
    Sequence, SpecVersion, StreamId, StreamInfo, Version, Versions, front::question_for_tests,
};
use crate::server::Server;

const READER: CredentialHash = CredentialHash([1; 32]);
const STREAM: StreamId = StreamId(Uuid::from_u128(1));
const KINDS: [&str; 3] = ["indicator", "malware", "tool"];

fn entry(number: u64) -> NewEntry {
    // One malware in five hundred: whoever asks for it must not read the rest.
    let kind = KINDS[usize::from(number.is_multiple_of(500))];
    NewEntry {
        object: ObjectId::new(&format!("{kind}--{}", Uuid::from_u128(u128::from(number)))).unwrap(),
        version: Version::new(Timestamp::UNIX_EPOCH),
        kind: ObjectType::new(kind).unwrap(),
        spec_version: SpecVersion::new("2.1").unwrap(),
        marking: Marking::Green,
        expires: None,
        json: "{}".repeat(100),
    }
}

async fn filled(place: &Place) -> FrontStore {
    let front = FrontStore::open(place).await.unwrap();
    let info = StreamInfo { id: STREAM, title: String::new(), description: String::new(), is_for_one: false };
    let streams = vec![Reading { stream: STREAM, may_write: true }];
    let credentials = vec![Credential { hash: READER, receipt_key: None, budget: 1, streams }];
    front.set_audience(&Audience { streams: vec![info], credentials }).await.unwrap();
    let entries: Vec<NewEntry> = (0..30_000).map(entry).collect();
    front.add(READER, STREAM, &entries, Timestamp::UNIX_EPOCH).await.unwrap();
    front
}

/// What is asked, and the index that it is to be answered from.
fn asked() -> Vec<(Filter, &'static str)> {
    let last = || Filter { versions: Versions::last(), ..Filter::default() };
    let kind = |at: usize| ObjectType::new(KINDS[at]).unwrap();
    let object = ObjectId::new(&format!("indicator--{}", Uuid::from_u128(77))).unwrap();
    vec![
        (last(), "entry_pkey"),
        (Filter::default(), "entry_pkey"),
        (Filter { types: vec![kind(1)], ..last() }, "entry_by_type"),
        (Filter { types: vec![kind(1), kind(2)], ..last() }, "entry_by_type"),
        (Filter { objects: vec![object.clone()], ..last() }, "entry_by_object"),
        (Filter { objects: vec![object], types: vec![kind(0), kind(1)], ..last() }, "entry_by_object"),
    ]
}

async fn plan(front: &FrontStore, explain: &str, filter: &Filter, columns: usize) -> String {
    let (credential, stream, after, now) = (READER, STREAM, Sequence(15_000), Timestamp::UNIX_EPOCH);
    let (sql, values) = question_for_tests(Asked { credential, stream, filter, after, most: 100, now });
    let mut plan = String::new();
    for mut row in front.read().await.unwrap().rows(&format!("{explain} {sql}"), values).await.unwrap() {
        for _ in 1..columns {
            let _: i64 = row.take().unwrap();
        }
        plan += &row.take::<String>().unwrap();
        plan.push('\n');
    }
    plan
}

#[tokio::test]
async fn sqlite_reads_along_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let front = filled(&Place::File(folder.path().join("front"))).await;
    for (filter, index) in asked() {
        let plan = plan(&front, "EXPLAIN QUERY PLAN", &filter, 4).await;
        let index = index.replace("entry_pkey", "sqlite_autoindex_entry_1");
        assert!(plan.contains(&format!("SEARCH entry USING INDEX {index}")), "{filter:?}: {plan}");
        assert!(!plan.contains("SCAN entry"), "{plan}");
        // Few are sorted: the versions of the objects that were named, and what the walks of several types brought.
        let sorts = !filter.objects.is_empty() || filter.types.len() > 1;
        assert!(sorts || !plan.contains("TEMP B-TREE"), "{plan}");
    }
}

#[tokio::test]
async fn postgresql_reads_along_an_index() {
    let Some(server) = Server::start() else { return };
    let (place, name) = server.database();
    let front = filled(&place).await;
    for statistics in ["SELECT 1", "ANALYZE"] {
        server.psql(&name, statistics).unwrap();
        for (filter, index) in asked() {
            let plan = plan(&front, "EXPLAIN", &filter, 1).await;
            assert!(!plan.contains("Seq Scan on entry"), "{plan}");
            // Without statistics the order of the walk may be another; with them it is known.
            assert!(statistics == "SELECT 1" || plan.contains(index), "{index}: {plan}");
        }
    }
}
