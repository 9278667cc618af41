//! A front for measurements: `front_serve OBJECTS` fills a new database, listens on a port of this computer and prints its address.
//! For each line on its input it adds one more object, and prints the milliseconds that took. Its credential is `Password0`.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement that fails may stop at once")]

use std::{io::BufRead as _, sync::Arc};

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use uuid::Uuid;
use vauban_blind::{Epoch, SecretKey, Signer};
use vauban_hub::{
    front::{Front, FrontSecret, Settings, serve},
    signer::Local,
    store::{
        Audience, Credential, CredentialHash, FrontStore, NewEntry, ObjectId, ObjectType, Place, Reading, SpecVersion,
        StreamId, StreamInfo, Version,
    },
};
use vauban_model::Marking;
use vauban_release::HubId;

const STREAM: StreamId = StreamId(Uuid::from_u128(1));

fn main() {
    let objects = std::env::args().nth(1).unwrap().parse().unwrap();
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(run(objects));
}

async fn run(objects: u64) {
    let folder = tempfile::tempdir().unwrap();
    let store = FrontStore::open(&Place::File(folder.path().join("front"))).await.unwrap();
    fill(&store, objects).await;
    let secret = SecretKey::from_bytes(&[1; 32]).unwrap();
    let adding = store.clone();
    let front = Front {
        store,
        settings: Settings::new(HubId::new(Uuid::from_u128(7)), FrontSecret::new([3; 32])),
        clock: Timestamp::now,
        random: |_| Ok(()),
        signer: Arc::new(Local::new(Signer::new(secret, Epoch::new(1)), |_| Ok(()))),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    tokio::spawn(serve(front, listener, std::future::pending()));
    let (lines, mut asked) = tokio::sync::mpsc::channel(1);
    std::thread::spawn(move || std::io::stdin().lock().lines().try_for_each(|_| lines.blocking_send(())));
    for number in objects.. {
        let Some(()) = asked.recv().await else { return };
        let begun = std::time::Instant::now();
        adding.add(hash(), STREAM, &[entry(number)], Timestamp::now()).await.unwrap();
        println!("{}", begun.elapsed().as_secs_f64() * 1000.0);
    }
}

fn hash() -> CredentialHash {
    CredentialHash(Sha256::digest("Password0").into())
}

async fn fill(store: &FrontStore, objects: u64) {
    let hash = hash();
    let info = StreamInfo { id: STREAM, title: "costs".to_owned(), description: String::new(), is_for_one: false };
    let streams = vec![Reading { stream: STREAM, may_write: true }];
    let credentials = vec![Credential { hash, receipt_key: None, budget: 1, streams }];
    store.set_audience(&Audience { streams: vec![info], credentials }).await.unwrap();
    for from in (0..objects).step_by(10_000) {
        let entries: Vec<NewEntry> = (from..objects.min(from + 10_000)).map(entry).collect();
        store.add(hash, STREAM, &entries, Timestamp::now()).await.unwrap();
    }
}

fn entry(number: u64) -> NewEntry {
    let id = format!("indicator--00000000-0000-4000-8000-{number:012x}");
    NewEntry {
        object: ObjectId::new(&id).unwrap(),
        version: Version::new("2026-01-01T00:00:00.000Z".parse().unwrap()),
        kind: ObjectType::new("indicator").unwrap(),
        spec_version: SpecVersion::new("2.1").unwrap(),
        marking: Marking::Green,
        expires: None,
        json: format!(
            r#"{{"type": "indicator", "spec_version": "2.1", "id": "{id}", "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z", "name": "Domain of a campaign against newsrooms, number {number}", "description": "Seen in messages that ask for a sign-in to a shared document.", "indicator_types": ["malicious-activity"], "pattern": "[domain-name:value = 'host-{number}.campaign.example']", "pattern_type": "stix", "valid_from": "2026-01-01T00:00:00.000Z"}}"#
        ),
    }
}
