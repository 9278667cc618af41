//! Non-interference over HTTP: two fronts that differ only in what is Bob's answer Alice byte for byte the same.

use std::{io, sync::Mutex};

use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use vauban_hub::{
    desk::publication,
    front::Front,
    store::{FrontStore, Place, Receipt, ReleaseNumber, Submission, SubmissionKind, ToldCounts},
};
use vauban_release::{Band, Release, SignedReceipt};

use crate::{
    client::{Came, Client, TAXII},
    made::{
        ALICE, ALICES, BOB, BOBS, GROUP, audience, batch, bytes, counted, counts, filled, front, hash, indicator, now,
        party_key, release, served,
    },
};

const CALLS: u64 = 1_000;

#[tokio::test]
async fn what_others_do_changes_no_byte_of_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| Place::File(folder.path().join(name));
    let busy = FrontStore::open(&place("busy")).await.unwrap();
    let quiet = FrontStore::open(&place("quiet")).await.unwrap();
    // Bob's stream stands first where he is busy, so that no inner number is the same.
    let mut order = audience();
    order.streams.reverse();
    busy.set_audience(&order).await.unwrap();
    let releases = filled(&busy).await;
    filled(&quiet).await;
    let mut without = audience();
    without.streams.pop();
    without.credentials.pop();
    quiet.set_audience(&without).await.unwrap();
    let one = served(Front { random: one, ..front(busy.clone()) }).await;
    let other = served(Front { random: other, ..front(quiet.clone()) }).await;
    let (alice, same) = (Client::bearer(&one, ALICE), Client::bearer(&other, ALICE));

    let mut bob = Bob { store: busy, client: Client::bearer(&one, BOB), last: None };
    let mut calls =
        Calls { runner: runner(), next: Vec::new(), tags: Vec::new(), ids: Vec::new(), events: Vec::new(), releases };
    let mut seen = std::collections::BTreeMap::<u16, u64>::new();
    for number in 0..CALLS {
        bob.does(number).await;
        let call = calls.next();
        let ask = async |client: &Client| {
            let headers: Vec<(&str, &str)> = call.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            client.ask(call.method, &call.path, &headers, &call.body).await
        };
        let (came, also) = (ask(&alice).await, ask(&same).await);
        assert_eq!(came, also, "call {number} tells of Bob: {} {}", call.method, call.path);
        calls.learn(&came);
        *seen.entry(came.status).or_default() += 1;
    }
    for status in [200, 202, 304, 400, 404, 409, 422, 429] {
        assert!(seen.contains_key(&status), "no call came to {status}: {seen:?}");
    }
}

fn one(bytes: &mut [u8]) -> io::Result<()> {
    static COUNTER: Mutex<u64> = Mutex::new(0);
    counted(bytes, &COUNTER)
}

fn other(bytes: &mut [u8]) -> io::Result<()> {
    static COUNTER: Mutex<u64> = Mutex::new(0);
    counted(bytes, &COUNTER)
}

fn runner() -> TestRunner {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[11; 32]);
    TestRunner::new_with_rng(Config::default(), rng)
}

/// Whatever Bob does: over HTTP what takes no randomness of the front, and the rest in the store.
struct Bob {
    store: FrontStore,
    client: Client,
    last: Option<Release>,
}

impl Bob {
    async fn does(&mut self, number: u64) {
        match number % 7 {
            0 => {
                let objects = [indicator(number + 500, "2026-01-01T00:00:00.000Z")];
                let new = release(BOBS, self.last.as_ref(), &objects, &[]);
                self.store.publish(&publication(&new, self.last.as_ref()).unwrap(), now()).await.unwrap();
                self.last = Some(new);
            }
            1 => drop(self.client.ask("POST", "/hub/v1/blind", &[], &batch(number, &[]).0).await),
            2 => drop(self.client.taxii(&format!("/releases/collections/{}/objects/?limit=3", GROUP.0)).await),
            3 => {
                let signed = self.last.as_ref().unwrap().signed();
                let text = SignedReceipt::sign(signed, &party_key(22), now().into()).unwrap().to_text();
                let key = bytes(&party_key(22).public());
                let number = ReleaseNumber(signed.manifest().number.get());
                let receipt = Receipt { stream: BOBS, number, key, at: now(), bytes: text.into_bytes() };
                self.store.keep_receipt(hash(BOB), &receipt).await.unwrap();
            }
            4 => {
                let submission = Submission {
                    id: uuid::Uuid::from_u128(u128::MAX - u128::from(number)),
                    credential: hash(BOB),
                    stream: BOBS,
                    kind: SubmissionKind::Objects,
                    received: now(),
                    status: String::new(),
                    body: Some(vec![1; 9]),
                };
                self.store.submit(&submission).await.unwrap();
            }
            5 => {
                // Of the very weeks and the stream that Alice tells of.
                let week = format!("2026-W{}", 40 + number / 7 % 12);
                let text = counts(22, GROUP, &week, Band::Many);
                let week = week.parse().unwrap();
                let told = ToldCounts {
                    credential: hash(BOB),
                    stream: GROUP,
                    week,
                    received: now(),
                    bytes: text.into_bytes(),
                };
                self.store.keep_counts(&told).await.unwrap();
            }
            _ => drop(self.client.get("/hub/v1/streams").await),
        }
    }
}

struct Call {
    method: &'static str,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

/// Calls of Alice, some with what earlier answers gave her.
struct Calls {
    runner: TestRunner,
    next: Vec<String>,
    tags: Vec<String>,
    ids: Vec<String>,
    events: Vec<String>,
    releases: Vec<Release>,
}

impl Calls {
    fn next(&mut self) -> Call {
        let strategy = (0..24_u8, 0..3_u8, 0..12_u64, any::<prop::sample::Index>());
        let (what, stream, number, index) = strategy.new_tree(&mut self.runner).unwrap().current();
        let stream = [GROUP, ALICES, BOBS][usize::from(stream)].0;
        let collection = format!("/releases/collections/{stream}");
        let own = format!("/hub/v1/streams/{stream}");
        let object = format!("indicator--00000000-0000-4000-8000-{number:012x}");
        let pick = |of: &[String]| if of.is_empty() { "x".to_owned() } else { of[index.index(of.len())].clone() };
        let accept = || vec![("Accept", TAXII.to_owned())];
        let taxii = |path| Call { method: "GET", path, headers: accept(), body: Vec::new() };
        let get = |path| Call { method: "GET", path, headers: Vec::new(), body: Vec::new() };
        match what {
            0 => taxii("/releases/collections/".to_owned()),
            1 => taxii(format!("{collection}/")),
            2 => taxii(format!("{collection}/objects/?limit={}", number + 1)),
            3 => taxii(pick(&self.next)),
            4 => taxii(format!("{collection}/manifest/?limit=4&match[version]=all")),
            5 => taxii(format!("{collection}/objects/{object}/versions/")),
            6 => taxii(format!("{collection}/objects/{object}/?match[version]=first,last")),
            7 => taxii(format!("{collection}/objects/?added_after=2026-11-26T12:00:00Z&next={}", pick(&self.next))),
            8 => taxii(format!("/releases/status/{}/", pick(&self.ids))),
            9 => {
                let body = format!("{{\"objects\":[{}]}}", indicator(number, "2026-03-01T00:00:00.000Z"));
                let headers = vec![("Accept", TAXII.to_owned()), ("Content-Type", TAXII.to_owned())];
                Call { method: "POST", path: format!("{collection}/objects/"), headers, body: body.into_bytes() }
            }
            10 => Call { method: "DELETE", ..taxii(format!("{collection}/objects/{object}/")) },
            11 => get("/hub/v1/streams".to_owned()),
            12 => get(format!("{own}/manifests?after={number}")),
            13 => get(format!("{own}/releases/{number}")),
            14 => Call { headers: vec![("If-None-Match", pick(&self.tags))], ..get(format!("{own}/releases/latest")) },
            15 => {
                let release = &self.releases[usize::try_from(number % 2).unwrap()];
                let text = SignedReceipt::sign(release.signed(), &party_key(21), now().into()).unwrap().to_text();
                let path = format!("{own}/releases/{}/receipt", 1 + number / 2 % 3);
                Call { method: "PUT", path, headers: Vec::new(), body: text.into_bytes() }
            }
            16 => get(format!("{own}/releases/1/receipt")),
            17 => get("/hub/v1/keys".to_owned()),
            18 => {
                let formats = ["stix", "misp", "rpz", "hosts", "csv", "yara", "suricata", "docx"];
                get(format!("{own}/views/{}", formats[usize::try_from(number % 8).unwrap()]))
            }
            19 => get(format!("{own}/misp/manifest.json")),
            20 => get(format!("{own}/misp/{}", pick(&self.events))),
            22 => {
                let week = format!("2026-W{}", 40 + number);
                let band = Band::ALL[index.index(2)];
                let body = counts(21, GROUP, &week, band).into_bytes();
                Call { method: "PUT", path: format!("{own}/counts/{week}"), headers: Vec::new(), body }
            }
            21 => Call { headers: vec![("If-None-Match", pick(&self.tags))], ..get(format!("{own}/views/csv")) },
            _ => {
                let mut body = batch(number, &[]).0;
                match number {
                    0..3 => body[50] ^= 0xff,
                    3..5 => body[7] = 9,
                    5 => body.truncate(40),
                    _ => {}
                }
                Call { method: "POST", path: "/hub/v1/blind".to_owned(), headers: Vec::new(), body }
            }
        }
    }

    /// Keeps cursors, tags and ids of statuses for later calls.
    fn learn(&mut self, came: &Came) {
        self.tags.extend(came.header("etag").map(str::to_owned));
        let Ok(body) = serde_json::from_slice::<serde_json::Value>(&came.body) else { return };
        if let Some(next) = body["next"].as_str() {
            for what in ["objects", "manifest"] {
                self.next.push(format!("/releases/collections/{}/{what}/?limit=2&next={next}", GROUP.0));
            }
            self.next.push(format!("/releases/collections/{}/manifest/?match[version]=all&next={next}", GROUP.0));
        }
        if let Some((event, _)) = body.as_object().and_then(|all| all.iter().find(|(_, one)| one["Orgc"].is_object())) {
            self.events.push(format!("{event}.json"));
        }
        if came.status == 202 {
            self.ids.extend(body["id"].as_str().map(str::to_owned));
        }
    }
}
