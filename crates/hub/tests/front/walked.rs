//! Other people's programs against the front: taxii2-client walks every call, schemathesis tries what the description allows. Where
//! `VAUBAN_SLOW` is set and python3 has them.

use std::{num::NonZeroU32, path::PathBuf, process::Command, time::Duration};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::net::TcpListener;
use uuid::Uuid;
use vauban_hub::{
    front::{Received, serve},
    store::{
        Audience, Credential, CredentialHash, FrontStore, NewEntry, ObjectId, ObjectType, Place, Reading, SpecVersion,
        StreamId, StreamInfo, Version,
    },
};
use vauban_model::Marking;

use crate::made::{ALICE, front, hash, made, now};

const READ: StreamId = StreamId(Uuid::from_u128(0x52892447_4d7e_4f70_b94d_d7f22742ff63));
const WRITE: StreamId = StreamId(Uuid::from_u128(0x365fed99_08fa_4dcd_a1b3_fb247eb41d01));
const OBJECTS: u64 = 45;

/// The python that has a module, in the slow lane.
pub(crate) fn python(module: &str) -> Option<PathBuf> {
    let python = PathBuf::from(std::env::var_os("VAUBAN_PYTHON").unwrap_or_else(|| "python3".into()));
    let has =
        Command::new(&python).args(["-c", &format!("import {module}")]).output().is_ok_and(|run| run.status.success());
    if std::env::var_os("VAUBAN_SLOW").is_none() || !has {
        println!("skipped: needs VAUBAN_SLOW=1 and a python3 with {module} (VAUBAN_PYTHON names another)");
        return None;
    }
    Some(python)
}

fn user() -> CredentialHash {
    hash("Password0")
}

fn audience(may_write: bool) -> Audience {
    let stream =
        |id: StreamId| StreamInfo { id, title: id.0.to_string(), description: String::new(), is_for_one: false };
    let streams = vec![Reading { stream: READ, may_write }, Reading { stream: WRITE, may_write: true }];
    Audience {
        streams: vec![stream(READ), stream(WRITE)],
        credentials: vec![Credential { hash: user(), receipt_key: None, budget: 1, streams }],
    }
}

fn entry(json: String) -> NewEntry {
    let object: Value = serde_json::from_str(&json).unwrap();
    let text = |name: &str| object[name].as_str().unwrap();
    NewEntry {
        object: ObjectId::new(text("id")).unwrap(),
        version: Version::new(text("modified").parse().unwrap()),
        kind: ObjectType::new(text("type")).unwrap(),
        spec_version: SpecVersion::new("2.1").unwrap(),
        marking: Marking::Clear,
        expires: None,
        json,
    }
}

/// So many objects, the first in three versions, each added by itself.
async fn filled(store: &FrontStore) {
    store.set_audience(&audience(true)).await.unwrap();
    for number in 0..OBJECTS + 2 {
        let (object, hour) = (number.saturating_sub(2), number % 24);
        let json = format!(
            r#"{{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-{object:012x}","created":"2016-01-01T00:00:00.000Z","modified":"2016-01-{:02}T{hour:02}:00:00.000Z","name":"number {number}","pattern":"[domain-name:value = 'n{number}.example']","pattern_type":"stix","valid_from":"2016-01-01T00:00:00Z"}}"#,
            1 + number / 24
        );
        let added = now() + SignedDuration::from_secs(i64::try_from(number).unwrap());
        store.add(user(), READ, &[entry(json)], added).await.unwrap();
    }
    store.set_audience(&audience(false)).await.unwrap();
}

/// Takes all that waits, as a desk would that trusts everybody.
async fn desk(store: FrontStore) {
    loop {
        for waiting in store.waiting(9).await.unwrap() {
            let sent: Value = serde_json::from_slice(waiting.body.as_ref().unwrap()).unwrap();
            let objects = sent["objects"].as_array().unwrap();
            let entries: Vec<_> = objects.iter().map(|object| entry(object.to_string())).collect();
            store.add(waiting.credential, waiting.stream, &entries, now()).await.unwrap();
            let decided = Received::from_text(&waiting.status).unwrap().decided(|_| Ok(()));
            store.taken(waiting.id, &decided.to_text()).await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

pub(crate) async fn run(mut command: Command) -> (bool, String) {
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    (output.status.success(), said.concat())
}

#[tokio::test(flavor = "multi_thread")]
async fn taxii2_client_walks_every_call() {
    let Some(python) = python("taxii2client.v21") else { return };
    let folder = tempfile::tempdir().unwrap();
    let store = FrontStore::open(&Place::File(folder.path().join("front"))).await.unwrap();
    filled(&store).await;
    tokio::spawn(desk(store.clone()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let mut front = front(store);
    front.clock = Timestamp::now;
    front.settings.address = Some(address.clone());
    front.settings.page = NonZeroU32::new(1_000).unwrap();
    tokio::spawn(serve(front, listener, std::future::pending()));
    let mut walk = Command::new(python);
    walk.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../../conformance/taxii/walk.py"));
    walk.args([format!("{address}/taxii2/"), OBJECTS.to_string()]);
    let (went, said) = run(walk).await;
    assert!(went, "{said}");
    assert_eq!(said.lines().count(), 5, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_nothing_that_is_not_described() {
    let Some(python) = python("schemathesis") else { return };
    let made = made().await;
    let mut tried = Command::new(python);
    tried.args(["-m", "schemathesis.cli", "run", "--seed", "1", "--max-examples", "100", "--no-color"]);
    tried.args(["-H", &format!("Authorization: Bearer {ALICE}")]);
    // No schema describes what was signed, or an element of a group: that such a body is refused is right.
    tried.args(["--exclude-checks", "positive_data_acceptance"]);
    tried.arg(format!("http://{}/hub/v1/openapi.json", made.address));
    tried.current_dir(made.folder.path());
    let (went, said) = run(tried).await;
    assert!(went, "{said}");
}
