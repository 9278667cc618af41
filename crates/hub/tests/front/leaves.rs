//! What may not leave leaves by no way at all: the whole road from the desk, and every view, export, feed and folder at its end.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
};

use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};
use proptest::{
    strategy::{Strategy as _, ValueTree as _},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use vauban_hub::{
    desk::{Blinding, Drafting, incoming, publication, write_release},
    front::Front,
    store::{Act, DeskStore, FrontStore, NewParty, PartyId, Place, Reading, StreamId, StreamInfo, Tier},
};
use vauban_intel::{
    Document,
    export::{ExportFormat, Selection, export},
    read_document,
};
use vauban_model::Marking;
use vauban_release::{BlindKey, KeyLog, PartName, Release, Words};

use crate::{
    client::Client,
    made::{ALICE, ALICES, BOB, BOBS, GROUP, desk_key, front, hash, hub, now, secret, served},
    planted::{Kind, Needles, Planted, planted},
};

const FORMATS: [&str; 7] = ["stix", "misp", "rpz", "hosts", "csv", "yara", "suricata"];
const STREAMS: [StreamId; 3] = [GROUP, ALICES, BOBS];
/// Hours after the first release: the second one, and when everybody looks.
const SECOND: i64 = 1;
const LOOKS: [i64; 3] = [1, 3, 6];

static HOURS: Mutex<i64> = Mutex::new(0);

fn clock() -> Timestamp {
    at(*HOURS.lock().unwrap())
}

fn at(hours: i64) -> Timestamp {
    now() + SignedDuration::from_hours(hours)
}

fn act(hours: i64) -> Act<'static> {
    Act { who: "claire", at: at(hours) }
}

/// A desk and its front.
struct Hub {
    folder: tempfile::TempDir,
    desk: DeskStore,
    store: FrontStore,
    releases: BTreeMap<StreamId, Vec<Release>>,
}

impl Hub {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| Place::File(folder.path().join(name));
        let desk = DeskStore::open(&place("desk")).await.unwrap();
        let store = FrontStore::open(&place("front")).await.unwrap();
        for (id, title) in [(GROUP, "group"), (ALICES, "alice"), (BOBS, "bob")] {
            let info = StreamInfo { id, title: title.to_owned(), description: String::new(), is_for_one: id != GROUP };
            desk.add_stream(act(0), &info).await.unwrap();
        }
        for (number, credential, own) in [(1, ALICE, ALICES), (2, BOB, BOBS)] {
            let (id, name) = (PartyId(uuid::Uuid::from_u128(number)), format!("party {number}"));
            let new = NewParty { id, name, credential: hash(credential), receipt_key: None, budget: 1 };
            desk.add_party(act(0), &new).await.unwrap();
            for stream in [GROUP, own] {
                desk.join(act(0), id, Reading { stream, may_write: false }).await.unwrap();
            }
        }
        store.set_audience(&desk.audience().await.unwrap()).await.unwrap();
        Self { folder, desk, store, releases: BTreeMap::new() }
    }

    /// Imports everything, and decides on it.
    async fn take(&self, all: &[Planted]) {
        let mut objects: Vec<String> = all.iter().map(|one| one.json(|hours| at(hours).to_string())).collect();
        let links = links(all);
        objects.extend(links.iter().map(|(_, json)| json.clone()));
        let id = "bundle--00000000-0000-4000-8000-000000000001";
        let bundle = format!(r#"{{"type":"bundle","id":"{id}","objects":[{}]}}"#, objects.join(","));
        let read = incoming("bundle.json", "CERT", bundle.as_bytes(), Marking::Amber, at(-3));
        assert_eq!(read.objects.len(), objects.len(), "{:?}", read.refused);
        self.desk.import(act(-3), &read.objects).await.unwrap();
        for object in &read.objects {
            let one = all.iter().find(|one| one.id() == object.id);
            let (marking, tier, ends, streams) = match one {
                Some(one) => (one.marking, one.tier, one.ends[1].map(at), one.streams.clone()),
                None => (Marking::Clear, Tier::Open, None, STREAMS.to_vec()),
            };
            self.desk.review(act(-3), &object.id, object.version, marking, tier, ends).await.unwrap();
            self.desk.grant(act(-3), &object.id, object.version, &streams).await.unwrap();
        }
    }

    async fn publish(&mut self, hours: i64) {
        let public = BlindKey::new(*secret().public().as_bytes());
        let log = KeyLog::new(hub(), vauban_release::Epoch::FIRST, public);
        let blinding = Blinding { secret: secret(), log, call: "CERT".to_owned() };
        for stream in STREAMS {
            let before = self.releases.entry(stream).or_default();
            let signed: Vec<_> = before.iter().map(|release| release.signed().clone()).collect();
            let drafting = Drafting {
                store: &self.desk,
                key: &desk_key(),
                hub: hub(),
                blinding: Some(&blinding),
                before: &signed,
                advice: Words::new("Lisez.", "Read."),
                lifetime: SignedDuration::from_hours(24),
                now: at(hours),
            };
            let release = drafting.draft(stream, &mut ChaCha20Rng::seed_from_u64(1)).await.unwrap().release;
            self.store.publish(&publication(&release, before.last()).unwrap(), at(hours)).await.unwrap();
            before.push(release);
        }
    }
}

/// Malware is told of by the indicator before it that may be named.
fn links(all: &[Planted]) -> Vec<(u64, String)> {
    let indicators = |below: u64| all.iter().rfind(|one| one.number < below && one.is_named());
    let malware = all.iter().filter(|one| one.kind == Kind::Malware);
    malware.filter_map(|one| Some((one.number, one.told_by(indicators(one.number)?)))).collect()
}

/// What one way out gave: where it was, and all its bytes.
type Out = (String, Vec<u8>);

async fn taxii(client: &Client, stream: StreamId, all: &[Planted]) -> Vec<Out> {
    let base = format!("/releases/collections/{}", stream.0);
    let mut paths = vec![
        format!("{base}/objects/"),
        format!("{base}/objects/?match[version]=all&match[type]=indicator,malware"),
        format!("{base}/manifest/?match[version]=all"),
        format!("{base}/"),
        "/releases/collections/".to_owned(),
    ];
    let mut outs = Vec::new();
    // Whoever asks for an object by its id knows the id.
    for one in all {
        let id = one.id();
        let came = client.taxii(&format!("{base}/objects/{id}/?match[version]=all")).await;
        let versions = client.taxii(&format!("{base}/objects/{id}/versions/")).await;
        assert_eq!(came.status, versions.status);
        outs.push((format!("{base} {id}"), came.body));
    }
    paths.dedup();
    for path in paths {
        outs.push((path.clone(), client.taxii(&path).await.body));
    }
    outs
}

async fn views(client: &Client, stream: StreamId) -> Vec<Out> {
    let base = format!("/hub/v1/streams/{}", stream.0);
    let mut outs = Vec::new();
    for format in FORMATS {
        outs.push((format!("{format} of {base}"), client.get(&format!("{base}/views/{format}")).await.body));
    }
    let manifest = client.get(&format!("{base}/misp/manifest.json")).await;
    let events: BTreeMap<String, serde_json::Value> = serde_json::from_slice(&manifest.body).unwrap();
    let mut feed = client.get(&format!("{base}/misp/hashes.csv")).await.body;
    for uuid in events.keys().filter(|_| manifest.status == 200) {
        let came = client.get(&format!("{base}/misp/{uuid}.json")).await;
        assert_eq!(came.status, 200, "{uuid}");
        feed.extend(came.body);
    }
    outs.push((format!("manifest of {base}"), manifest.body));
    outs.push((format!("feed of {base}"), feed));
    outs
}

/// The folder that a release is written into, and what the exporters make of it.
fn folder(hub: &Hub, release: &Release, hours: i64) -> Vec<Out> {
    let folder = hub.folder.path().join(format!("stick {}", HEXLOWER.encode(release.signed().digest().bytes())));
    write_release(&folder, release).unwrap();
    let mut files = Vec::new();
    for file in std::fs::read_dir(&folder).unwrap() {
        files.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    let lines = String::from_utf8(release.part(PartName::Objects).unwrap().to_vec()).unwrap();
    let bundle = format!("{{\"type\":\"bundle\",\"objects\":[{}]}}", lines.lines().collect::<Vec<_>>().join(","));
    let reading = read_document(&Document::new("objects.json", "stick", bundle.as_bytes()));
    let selection = Selection { clearance: Marking::Red, now: at(hours), expired_too: false };
    let mut outs = vec![("files".to_owned(), files)];
    for format in FORMATS {
        let format: ExportFormat = format.parse().unwrap();
        outs.push((
            format!("{format:?} of the folder"),
            export(&reading.indicators, format, &selection).text.into_bytes(),
        ));
    }
    outs
}

/// Nothing is in the bytes but what may be; and what must be is.
fn check(needles: &Needles, (name, bytes): &Out, may: &BTreeSet<u64>, must: &BTreeSet<u64>) -> usize {
    let found = needles.found(bytes);
    let leaked: Vec<_> = found.difference(may).map(|number| needles.planted(*number)).collect();
    assert!(leaked.is_empty(), "{name} holds {leaked:?}");
    let missing: Vec<_> = must.difference(&found).collect();
    assert!(missing.is_empty(), "{name} misses {missing:?}");
    found.len()
}

/// Kinds that a format has to hold.
fn holds(name: &str, kind: Kind) -> bool {
    use Kind::{Domain, Email, File, Ipv4, Ipv6, Malware, Md5, Network, Pattern, Sha256, Url, Yara};
    let expressed: &[Kind] = match name.split(' ').next().unwrap() {
        "stix" | "files" => return true,
        "feed" | "misp" | "Misp" => &[Domain, Url, Email, Sha256, Md5, Ipv4, Ipv6, Network, File, Pattern, Yara],
        "csv" | "Csv" => &[Domain, Url, Email, Sha256, Md5, Ipv4, Ipv6, Network, File],
        "rpz" | "Rpz" => &[Domain, Ipv4, Ipv6, Network],
        "hosts" | "Hosts" => &[Domain],
        "yara" | "Yara" => &[Yara],
        "suricata" | "Suricata" => &[Domain, Url, Ipv4, Ipv6, Network],
        "Stix" => return kind != Malware,
        path => return path.ends_with("/objects/"),
    };
    expressed.contains(&kind)
}

/// Runs one hub; how often anything was found where it may be.
async fn one_hub(seed: u8) -> usize {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let all = planted(160).new_tree(&mut TestRunner::new_with_rng(Config::default(), rng)).unwrap().current();
    let needles = Needles::of(&all);
    let mut hub = Hub::new().await;
    hub.take(&all).await;
    hub.publish(0).await;
    for one in all.iter().filter(|one| one.is_withdrawn) {
        hub.desk.withdraw(act(SECOND), &one.id()).await.unwrap();
    }
    hub.publish(SECOND).await;
    let seen = |stream, hours, is_after: bool| -> BTreeSet<u64> {
        all.iter().filter(|one| one.may_be_seen(stream, hours, is_after)).map(|one| one.number).collect()
    };
    let kinds: BTreeMap<u64, Kind> = all.iter().map(|one| (one.number, one.kind)).collect();
    let must = |name: &str, of: &BTreeSet<u64>| of.iter().copied().filter(|one| holds(name, kinds[one])).collect();
    let address = served(Front { clock, ..front(hub.store.clone()) }).await;
    let mut found = 0;
    for hours in LOOKS {
        *HOURS.lock().unwrap() = hours;
        for (credential, own) in [(ALICE, ALICES), (BOB, BOBS)] {
            let client = Client::bearer(&address, credential);
            for stream in STREAMS {
                let is_its = stream == GROUP || stream == own;
                let may = if is_its { seen(stream, hours, true) } else { BTreeSet::new() };
                let outs = [taxii(&client, stream, &all).await, views(&client, stream).await].concat();
                for out in &outs {
                    found += check(&needles, out, &may, &must(&out.0, &may));
                }
                for (number, then) in [(1, 0), (2, SECOND)] {
                    let may = if is_its { seen(stream, then, number > 1) } else { BTreeSet::new() };
                    let path = format!("/hub/v1/streams/{}/releases/{number}", stream.0);
                    found += check(&needles, &(path.clone(), client.get(&path).await.body), &may, &may);
                }
                let path = format!("/hub/v1/streams/{}/manifests", stream.0);
                check(&needles, &(path.clone(), client.get(&path).await.body), &BTreeSet::new(), &BTreeSet::new());
            }
        }
    }
    for stream in STREAMS {
        for (release, then) in hub.releases[&stream].iter().zip([0, SECOND]) {
            let may = seen(stream, then, then > 0);
            for out in folder(&hub, release, then) {
                found += check(&needles, &out, &may, &must(&out.0, &may));
            }
        }
    }
    found
}

#[tokio::test]
async fn nothing_leaves_that_may_not() {
    let mut found = 0;
    for seed in [1, 2] {
        found += one_hub(seed).await;
    }
    println!("{found} findings, each where it may be");
    assert!(found > 4_000);
}
