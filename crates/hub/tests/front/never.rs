//! What may not leave leaves by no view: RED, AMBER+STRICT to a group, what has ended, what is not granted.

use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};
use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use uuid::Uuid;
use vauban_hub::{
    front::Front,
    store::{
        Digest, Epoch, FrontStore, NewEntry, ObjectId, ObjectType, Place, Publication, ReleaseNumber, SpecVersion,
        StoreError, StreamId, Version,
    },
};
use vauban_model::Marking;

use crate::{
    client::Client,
    made::{ALICE, ALICES, BOB, BOBS, GROUP, audience, front, now, served},
};

static CLOCK: Mutex<i64> = Mutex::new(0);

fn clock() -> Timestamp {
    now() + SignedDuration::from_secs(*CLOCK.lock().unwrap())
}

/// One object for one stream.
#[derive(Debug, Clone)]
struct Wanted {
    stream: StreamId,
    number: u64,
    marking: Marking,
    /// Seconds from now; never when there are none.
    ends: Option<i64>,
}

fn wanted() -> impl Strategy<Value = Wanted> {
    let streams = prop::sample::select(vec![GROUP, ALICES, BOBS]);
    let markings =
        prop::sample::select(vec![Marking::Clear, Marking::Green, Marking::Amber, Marking::AmberStrict, Marking::Red]);
    (streams, 0..200_u64, markings, prop::option::of(-50..100_i64)).prop_map(|(stream, number, marking, ends)| Wanted {
        stream,
        number,
        marking,
        ends,
    })
}

impl Wanted {
    fn word(&self) -> String {
        format!("planted-{}-{:03}", self.stream.0.as_u128(), self.number)
    }

    fn entry(&self) -> NewEntry {
        let object = ObjectId::new(&format!("tool--{}", Uuid::from_u128(u128::from(self.number)))).unwrap();
        NewEntry {
            version: Version::new(now()),
            kind: ObjectType::new("tool").unwrap(),
            spec_version: SpecVersion::new("2.1").unwrap(),
            marking: self.marking,
            expires: self.ends.map(|ends| now() + SignedDuration::from_secs(ends)),
            json: format!(r#"{{"type":"tool","id":"{object}","modified":"{}","name":"{}"}}"#, now(), self.word()),
            object,
        }
    }

    fn may_be_seen(&self, credential: &str, at: i64) -> bool {
        let is_granted = match self.stream {
            GROUP => true,
            ALICES => credential == ALICE,
            _ => credential == BOB,
        };
        let most = if self.stream == GROUP { Marking::Amber } else { Marking::AmberStrict };
        is_granted && self.marking <= most && self.ends.is_none_or(|ends| ends > at)
    }
}

fn publication(stream: StreamId, number: u64, entry: NewEntry) -> Publication {
    let digest = |number: u64| Digest([u8::try_from(number % 250 + 1).unwrap(); 32]);
    Publication {
        stream,
        number: ReleaseNumber(number),
        epoch: Epoch(1),
        digest: digest(number),
        previous: (number > 1).then(|| digest(number - 1)),
        manifest: Vec::new(),
        signature: Vec::new(),
        parts: Vec::new(),
        withdrawn: Vec::new(),
        entries: vec![entry],
    }
}

#[tokio::test]
async fn what_may_not_leave_leaves_by_no_view() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[4; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let folder = tempfile::tempdir().unwrap();
    let store = FrontStore::open(&Place::File(folder.path().join("front"))).await.unwrap();
    store.set_audience(&audience()).await.unwrap();
    let all = published(&store, &prop::collection::vec(wanted(), 300).new_tree(&mut runner).unwrap().current()).await;
    assert!(all.len() > 100);
    let address = served(Front { clock, ..front(store) }).await;
    for at in [0, 40, 100] {
        *CLOCK.lock().unwrap() = at;
        for credential in [ALICE, BOB] {
            let seen = everything(&Client::bearer(&address, credential), &all).await;
            for one in &all {
                let (may, does) = (one.may_be_seen(credential, at), seen.contains(&one.word()));
                assert_eq!(may, does, "{one:?} at {at} for {credential}");
            }
        }
    }
}

/// Publishes what the store takes, and says which; what is marked too high is refused there.
async fn published(store: &FrontStore, all: &[Wanted]) -> Vec<Wanted> {
    let (mut kept, mut numbers) = (Vec::<Wanted>::new(), std::collections::HashMap::<StreamId, u64>::new());
    for one in all {
        let number = numbers.entry(one.stream).or_insert(1);
        match store.publish(&publication(one.stream, *number, one.entry()), now()).await {
            Ok(_) => {
                *number += 1;
                kept.push(one.clone());
            }
            Err(StoreError::TooSecret { .. }) => {
                assert!(!one.may_be_seen(ALICE, -999) || !one.may_be_seen(BOB, -999));
            }
            Err(StoreError::Twice { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
    kept
}

/// All that the views of TAXII say, of every stream, by every way to an object.
async fn everything(client: &Client, all: &[Wanted]) -> String {
    let mut seen = String::new();
    for stream in [GROUP, ALICES, BOBS] {
        let base = format!("/releases/collections/{}", stream.0);
        seen += client.taxii(&format!("{base}/objects/")).await.text();
        seen += client.taxii(&format!("{base}/objects/?match[version]=all&match[type]=tool,malware")).await.text();
        let manifest = client.taxii(&format!("{base}/manifest/")).await.text().to_owned();
        for one in all.iter().filter(|one| one.stream == stream) {
            let id = one.entry().object;
            let (object, versions) = (format!("{base}/objects/{id}/"), format!("{base}/objects/{id}/versions/"));
            let came = client.taxii(&object).await;
            assert_eq!(came.status == 200, manifest.contains(id.as_str()), "the manifest and the object differ");
            assert_eq!(came.status, client.taxii(&versions).await.status);
            seen += came.text();
        }
    }
    seen
}
