//! The hub's own API, call by call.

use data_encoding::BASE64;
use serde_json::Value;
use vauban_hub::desk::publication;
use vauban_release::{Chain, KeyLog, Moment, Release, SignedManifest, SignedReceipt, Step};

use crate::{
    client::Client,
    made::{ALICE, ALICES, BOB, BOBS, GROUP, desk_key, hub, indicator, made, now, party_key, release},
};

fn base() -> String {
    format!("/hub/v1/streams/{}", GROUP.0)
}

#[tokio::test]
async fn a_party_takes_a_release_and_its_chain_holds() {
    let made = made().await;
    let alice = Client::bearer(&made.address, ALICE);
    let streams = alice.get("/hub/v1/streams").await.json();
    assert_eq!(streams.as_array().unwrap().len(), 2);
    let digest = made.releases[1].signed().digest().to_string();
    assert_eq!((&streams[0]["number"], &streams[0]["digest"]), (&Value::from(2), &Value::from(digest.as_str())));
    assert_eq!((&streams[1]["number"], &streams[1]["digest"]), (&Value::from(0), &Value::Null));

    let mut chain = Chain::new(hub(), vauban_release::StreamId::new(GROUP.0), desk_key().public());
    for (number, expected) in made.releases.iter().enumerate() {
        let came = alice.get(&format!("{}/releases/{}", base(), number + 1)).await;
        assert_eq!(came.header("content-type"), Some("application/vnd.vauban.release"));
        assert_eq!(came.body, expected.to_body());
        let step = chain.accept(Release::from_body(&came.body).unwrap().whole(), Moment::new(now())).unwrap();
        assert!(matches!(step, Step::First | Step::Next(_)));
    }
    let latest = alice.get(&format!("{}/releases/latest", base())).await;
    assert_eq!(latest.header("etag"), Some(format!("\"{digest}\"").as_str()));
    for tag in [format!("\"{digest}\""), format!("\"x\", W/\"{digest}\""), "*".to_owned()] {
        let same = alice.ask("GET", &format!("{}/releases/latest", base()), &[("If-None-Match", &tag)], b"").await;
        assert_eq!((same.status, same.body.len()), (304, 0), "{tag}");
    }
    let head = alice.ask("HEAD", &format!("{}/releases/latest", base()), &[], b"").await;
    assert_eq!((head.headers, head.body.len()), (latest.headers, 0));
}

#[tokio::test]
async fn manifests_are_told_one_a_line() {
    let made = made().await;
    let alice = Client::bearer(&made.address, ALICE);
    let lines = alice.get(&format!("{}/manifests?after=1", base())).await;
    let line: Value = serde_json::from_str(lines.text().strip_suffix('\n').unwrap()).unwrap();
    let decoded = |name: &str| BASE64.decode(line[name].as_str().unwrap().as_bytes()).unwrap();
    let signed = SignedManifest::read(&decoded("manifest"), &decoded("signature")).unwrap();
    assert_eq!((&signed, &line["number"]), (made.releases[1].signed(), &Value::from(2)));
    assert_eq!(alice.get(&format!("{}/manifests", base())).await.text().lines().count(), 2);
    assert_eq!(alice.get(&format!("{}/manifests?after=2", base())).await.body, b"");
    for query in ["after=-1", "after=x", "before=1", "after=18446744073709551615", "after=1&after=2"] {
        assert_eq!(alice.get(&format!("{}/manifests?{query}", base())).await.code(), "parameter", "{query}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_told_apart_from_what_is_kept_no_longer() {
    let made = made().await;
    let alice = Client::bearer(&made.address, ALICE);
    for number in ["0", "3", "01", "-1", "x", "18446744073709551616", "%2e"] {
        let came = alice.get(&format!("{}/releases/{number}", base())).await;
        assert_eq!((came.status, came.code().as_str()), (404, "release"), "{number}");
    }
    let latest = alice.get(&format!("/hub/v1/streams/{}/releases/latest", ALICES.0)).await;
    assert_eq!(latest.code(), "release");
    for stream in [BOBS.0.to_string(), "x".to_owned(), "{00000000-0000-0000-0000-000000000001}".to_owned()] {
        let came = alice.get(&format!("/hub/v1/streams/{stream}/releases/latest")).await;
        assert_eq!((came.status, came.code().as_str()), (404, "stream"), "{stream}");
    }
    made.store.forget(now(), 1, 0, now()).await.unwrap();
    let gone = alice.get(&format!("{}/releases/1", base())).await;
    assert_eq!((gone.status, gone.code().as_str()), (410, "gone"));
    assert_eq!(alice.get(&format!("{}/releases/2", base())).await.status, 200);
    assert_eq!(Client::nobody(&made.address).get("/hub/v1/streams").await.code(), "unauthenticated");
    let wrong = alice.ask("DELETE", "/hub/v1/streams", &[], b"").await;
    assert_eq!((wrong.status, wrong.code().as_str(), wrong.header("allow")), (405, "method", Some("GET,HEAD")));
}

#[tokio::test]
async fn receipts_are_for_one_release_of_one_party() {
    let made = made().await;
    let (alice, bob) = (Client::bearer(&made.address, ALICE), Client::bearer(&made.address, BOB));
    let path = |number: u64| format!("{}/releases/{number}/receipt", base());
    let sign = |release: usize, key: u8, at| {
        SignedReceipt::sign(made.releases[release].signed(), &party_key(key), at).unwrap().to_text()
    };
    let put = async |client: &Client, number, text: &str| client.ask("PUT", &path(number), &[], text.as_bytes()).await;
    assert_eq!(alice.get(&path(1)).await.code(), "no-receipt");
    let text = sign(0, 21, now().into());
    let kept = put(&alice, 1, &text).await;
    assert_eq!((kept.status, kept.text()), (201, text.as_str()));
    assert_eq!(put(&alice, 1, &text).await.status, 200);
    assert_eq!(alice.get(&path(1)).await.text(), text);
    assert_eq!(bob.get(&path(1)).await.code(), "no-receipt", "Alice's receipt is not Bob's to see");

    let later = now() + jiff::SignedDuration::from_secs(60);
    for (client, number, text, status, code) in [
        (&alice, 2, &text, 422, "other-release"),
        (&bob, 1, &text, 422, "other-party"),
        (&alice, 1, &sign(0, 22, now().into()), 422, "other-party"),
        (&alice, 1, &sign(0, 21, later.into()), 409, "other-receipt"),
        (&alice, 2, &sign(1, 21, (later + jiff::SignedDuration::from_hours(2)).into()), 422, "time"),
        (
            &alice,
            2,
            &sign(1, 21, now().into()).replace("2026-11-26T12:00:00Z", "2026-11-26T12:00:01Z"),
            422,
            "signature",
        ),
        (&alice, 1, &"{}".to_owned(), 400, "receipt"),
        (&alice, 1, &"x".repeat(5_000), 413, "too-long"),
        (&alice, 3, &text, 404, "release"),
    ] {
        let came = put(client, number, text).await;
        assert_eq!((came.status, came.code().as_str()), (status, code));
    }
    assert_eq!(made.store.receipts(GROUP, vauban_hub::store::ReleaseNumber(0)).await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_log_of_keys_is_the_releases() {
    let made = made().await;
    let came = Client::bearer(&made.address, ALICE).get("/hub/v1/keys").await;
    let log: KeyLog = came.text().parse().unwrap();
    assert_eq!(Some(log.head().digest), made.releases[0].signed().manifest().blind.as_ref().map(|blind| blind.log));
}

#[tokio::test]
async fn a_large_release_comes_whole() {
    let made = made().await;
    let objects: Vec<String> = (0..9_000).map(|number| indicator(number, "2026-01-01T00:00:00.000Z")).collect();
    let large = release(ALICES, None, &objects, &[]);
    made.store.publish(&publication(&large, None).unwrap(), now()).await.unwrap();
    let came = Client::bearer(&made.address, ALICE).get(&format!("/hub/v1/streams/{}/releases/1", ALICES.0)).await;
    assert!(came.body.len() > 3 << 20, "several pieces");
    assert!(came.body == large.to_body());
}
