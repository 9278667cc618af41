//! Views of a stream: each format is read back, is tagged by what is in it, and comes in the right words.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use vauban_hub::{
    desk::publication,
    front::Front,
    store::{FrontStore, NewEntry, ObjectId, ObjectType, Place, SpecVersion, Version},
};
use vauban_intel::{Document, read_document};
use vauban_model::Marking;

use crate::{
    client::{Came, Client},
    made::{ALICE, ALICES, BOB, BOBS, GROUP, audience, front, hash, indicator, made, now, release, served},
};

fn view(format: &str) -> String {
    format!("/hub/v1/streams/{}/views/{format}", GROUP.0)
}

fn count(came: &Came, name: &str) -> usize {
    read_document(&Document::new(name, "again", &came.body)).indicators.len()
}

#[tokio::test]
async fn each_format_is_read_back() {
    let made = made().await;
    let alice = Client::bearer(&made.address, ALICE);
    for (format, name, media, expected) in [
        ("stix", "x.json", "application/stix+json;version=2.1", 9),
        ("misp", "x.json", "application/json", 9),
        ("rpz", "x.rpz", "text/plain; charset=utf-8", 9),
        ("hosts", "hosts", "text/plain; charset=utf-8", 9),
        ("csv", "x.csv", "text/csv; charset=utf-8; header=present", 9),
        ("yara", "x.yar", "text/plain; charset=utf-8", 0),
    ] {
        let came = alice.get(&view(format)).await;
        assert_eq!((came.status, came.header("content-type")), (200, Some(media)), "{format}");
        assert_eq!(count(&came, name), expected, "{format}: {}", came.text());
        let tag = came.header("etag").unwrap().to_owned();
        let again = alice.ask("GET", &view(format), &[("If-None-Match", &tag)], b"").await;
        assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, Some(tag.as_str())));
        let head = alice.ask("HEAD", &view(format), &[], b"").await;
        assert_eq!(head.header("content-length").unwrap(), came.body.len().to_string());
    }
    let rules = alice.get(&view("suricata")).await;
    assert_eq!(rules.text().lines().filter(|line| line.contains("tlp TLP:GREEN")).count(), 27);
    for (path, code) in
        [(view("docx"), "view"), (view("stix").replace(&GROUP.0.to_string(), &BOBS.0.to_string()), "stream")]
    {
        let came = alice.get(&path).await;
        assert_eq!((came.status, came.code().as_str()), (404, code));
    }
    let own =
        Client::bearer(&made.address, BOB).get(&view("csv").replace(&GROUP.0.to_string(), &BOBS.0.to_string())).await;
    assert_eq!((own.status, own.text().lines().count()), (200, 1), "a stream without a release is an empty table");
}

fn tomorrow() -> Timestamp {
    now() + SignedDuration::from_hours(24)
}

#[tokio::test]
async fn a_tag_changes_with_the_stream_the_format_and_the_day() {
    let made = made().await;
    let alice = Client::bearer(&made.address, ALICE);
    let tag = async |client: &Client, path: &str| client.get(path).await.header("etag").unwrap().to_owned();
    let (first, other) = (tag(&alice, &view("csv")).await, tag(&alice, &view("rpz")).await);
    assert_ne!(first, other);
    let later = served(Front { clock: tomorrow, ..front(made.store.clone()) }).await;
    assert_ne!(tag(&Client::bearer(&later, ALICE), &view("csv")).await, first);
    assert_eq!(
        tag(&Client::bearer(&made.address, BOB), &view("csv")).await,
        first,
        "it is the stream's, and no party's"
    );
    let objects = [indicator(1, "2026-01-01T00:00:00.000Z")];
    let third = release(GROUP, Some(&made.releases[1]), &objects, &[]);
    made.store.publish(&publication(&third, Some(&made.releases[1])).unwrap(), now()).await.unwrap();
    assert_ne!(tag(&alice, &view("csv")).await, first);
    assert_eq!(count(&alice.get(&view("csv")).await, "x.csv"), 1);
}

#[tokio::test]
async fn a_feed_has_one_event_for_each_day_and_marking() {
    let folder = tempfile::tempdir().unwrap();
    let store = FrontStore::open(&Place::File(folder.path().join("front"))).await.unwrap();
    store.set_audience(&audience()).await.unwrap();
    let marked = |number, marking: Marking| {
        indicator(number, "2026-01-01T00:00:00.000Z").replace(Marking::Green.stix_id(), marking.stix_id())
    };
    let mut objects = vec![marked(1, Marking::Green), marked(2, Marking::AmberStrict)];
    let first = release(ALICES, None, &objects, &[]);
    store.publish(&publication(&first, None).unwrap(), now()).await.unwrap();
    objects.push(marked(3, Marking::Green));
    let second = release(ALICES, Some(&first), &objects, &[]);
    store.publish(&publication(&second, Some(&first)).unwrap(), tomorrow()).await.unwrap();
    let alice = Client::bearer(&served(front(store)).await, ALICE);
    let base = format!("/hub/v1/streams/{}/misp", ALICES.0);
    let manifest = alice.get(&format!("{base}/manifest.json")).await.json();
    let hashes = alice.get(&format!("{base}/hashes.csv")).await.text().to_owned();
    assert_eq!((manifest.as_object().unwrap().len(), hashes.lines().count()), (3, 3), "{manifest:#}");
    let mut seen = Vec::new();
    for (uuid, head) in manifest.as_object().unwrap() {
        let came = alice.get(&format!("{base}/{uuid}.json")).await;
        let event = &came.json()["Event"];
        for key in ["info", "date", "timestamp", "Orgc", "Tag", "analysis", "threat_level_id"] {
            assert_eq!(event[key], head[key], "{key}");
        }
        assert_eq!((event["uuid"].as_str().unwrap(), &event["published"]), (uuid.as_str(), &Value::Bool(true)));
        let tag = event["Tag"][0]["name"].as_str().unwrap();
        assert_eq!(event["Attribute"][0]["Tag"][0]["name"], tag);
        let read = read_document(&Document::new("x.json", "again", &came.body)).indicators;
        assert!(read.iter().all(|one| one.marking.as_str().to_ascii_lowercase() == tag));
        assert_eq!(hashes.matches(uuid.as_str()).count(), read.len());
        seen.push((event["date"].as_str().unwrap().to_owned(), tag.to_owned(), read[0].tests[0].value().to_owned()));
    }
    seen.sort();
    let expected = [
        ("2026-11-26", "tlp:amber+strict", "n2.example"),
        ("2026-11-26", "tlp:green", "n1.example"),
        ("2026-11-27", "tlp:green", "n3.example"),
    ];
    assert_eq!(seen, expected.map(|(date, tag, value)| (date.to_owned(), tag.to_owned(), value.to_owned())));
    let unknown = alice.get(&format!("{base}/00000000-0000-4000-8000-000000000000.json")).await;
    assert_eq!((unknown.status, unknown.code().as_str()), (404, "event"));
}

#[tokio::test]
async fn what_the_store_knows_of_an_object_counts_beside_what_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let store = FrontStore::open(&Place::File(folder.path().join("front"))).await.unwrap();
    store.set_audience(&audience()).await.unwrap();
    let marks = |marking: Marking| format!(r#","object_marking_refs":["{}"]"#, marking.stix_id());
    let entry = |number: u64, says: &str, marking| {
        let json = indicator(number, "2026-01-01T00:00:00.000Z").replace(&marks(Marking::Green), says);
        NewEntry {
            object: ObjectId::new(&format!("indicator--00000000-0000-4000-8000-{number:012x}")).unwrap(),
            version: Version::new("2026-01-01T00:00:00Z".parse().unwrap()),
            kind: ObjectType::new("indicator").unwrap(),
            spec_version: SpecVersion::new("2.1").unwrap(),
            marking,
            expires: Some(tomorrow()),
            json,
        }
    };
    let entries = [
        entry(1, "", Marking::Green),
        entry(2, &marks(Marking::Clear), Marking::Amber),
        entry(3, &marks(Marking::AmberStrict), Marking::Clear),
        entry(4, &marks(Marking::Red), Marking::Clear),
        entry(5, r#","valid_until":"2026-11-01T00:00:00Z""#, Marking::Clear),
    ];
    store.add(hash(ALICE), ALICES, &entries, now()).await.unwrap();
    let alice = Client::bearer(&served(front(store)).await, ALICE);
    let came = alice.get(&view("csv").replace(&GROUP.0.to_string(), &ALICES.0.to_string())).await;
    let read = read_document(&Document::new("x.csv", "again", &came.body)).indicators;
    let shown: Vec<_> = read.iter().map(|one| (one.tests[0].value(), one.marking, one.validity.until)).collect();
    let end = Some(tomorrow());
    let expected =
        [("n1.example", Marking::Green), ("n2.example", Marking::Amber), ("n3.example", Marking::AmberStrict)];
    assert_eq!(shown, expected.map(|(value, marking)| (value, marking, end)));
}

#[tokio::test]
async fn a_stream_that_is_too_large_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let store = FrontStore::open(&Place::File(folder.path().join("front"))).await.unwrap();
    store.set_audience(&audience()).await.unwrap();
    let padding = "x".repeat(1 << 20);
    let entry = |number: u64| NewEntry {
        object: ObjectId::new(&format!("indicator--00000000-0000-4000-8000-{number:012x}")).unwrap(),
        version: Version::new("2026-01-01T00:00:00Z".parse().unwrap()),
        kind: ObjectType::new("indicator").unwrap(),
        spec_version: SpecVersion::new("2.1").unwrap(),
        marking: Marking::Green,
        expires: None,
        json: indicator(number, "2026-01-01T00:00:00.000Z")
            .replace(&format!("number {number}"), &format!("{number} {padding}")),
    };
    for from in [0, 32] {
        let entries: Vec<NewEntry> = (from..from + 32).map(entry).collect();
        store.add(hash(ALICE), ALICES, &entries, now()).await.unwrap();
    }
    let alice = Client::bearer(&served(front(store)).await, ALICE);
    let own = |format| view(format).replace(&GROUP.0.to_string(), &ALICES.0.to_string());
    for format in ["stix", "csv"] {
        let came = alice.get(&own(format)).await;
        assert_eq!((came.status, came.code().as_str()), (507, "view-too-large"));
    }
    assert_eq!(alice.ask("HEAD", &own("rpz"), &[], b"").await.status, 507);
    assert_eq!(alice.get("/hub/v1/streams").await.status, 200);
}
