//! TAXII, call by call.

use serde_json::{Value, json};
use vauban_hub::{front::Received, store::StreamId};

use crate::{
    client::{Client, TAXII},
    made::{ALICE, ALICES, BOB, BOBS, GROUP, indicator, made},
};

fn objects(stream: StreamId) -> String {
    format!("/releases/collections/{}/objects/", stream.0)
}

const FIRST: &str = "indicator--00000000-0000-4000-8000-000000000000";

#[tokio::test]
async fn who_asks_comes_before_what_is_asked() {
    let made = made().await;
    for client in [Client::nobody(&made.address), Client::bearer(&made.address, "guessed")] {
        for path in ["/taxii2/", "/releases/", "/releases/nothing/like/this", "/taxii2"] {
            let came = client.get(path).await;
            assert_eq!((came.status, came.json()["error_code"].as_str()), (401, Some("unauthenticated")), "{path}");
            assert!(came.header("www-authenticate").unwrap().starts_with("Basic"));
        }
    }
    let elsewhere = Client::nobody(&made.address).get("/elsewhere").await;
    assert_eq!((elsewhere.status, elsewhere.code().as_str()), (404, "path"));
    for client in [Client::basic(&made.address, ALICE), Client::bearer(&made.address, ALICE)] {
        let came = client.taxii("/taxii2/").await;
        assert_eq!(came.json()["api_roots"], json!(["/releases/"]));
        assert_eq!(came.header("content-type"), Some(TAXII));
        assert_eq!(client.get("/taxii2/").await.status, 406);
        assert_eq!(client.taxii("/taxii2").await.json()["error_code"], "no-slash");
    }
}

#[tokio::test]
async fn a_party_sees_its_streams() {
    let made = made().await;
    let alice = Client::bearer(&made.address, ALICE);
    let root = alice.taxii("/releases/").await.json();
    assert_eq!(root["max_content_length"], 8 << 20);
    let collections = alice.taxii("/releases/collections/").await.json();
    let seen: Vec<(&str, bool)> = collections["collections"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["id"].as_str().unwrap(), one["can_write"].as_bool().unwrap()))
        .collect();
    let (group, alices) = (GROUP.0.to_string(), ALICES.0.to_string());
    assert_eq!(seen, [(group.as_str(), false), (alices.as_str(), true)]);
    let other = alice.taxii(&format!("/releases/collections/{}/", BOBS.0)).await;
    let none = alice.taxii("/releases/collections/00000000-0000-0000-0000-00000000dead/").await;
    assert_eq!((other.status, &other), (404, &none), "another's stream is as one that is not there");
}

#[tokio::test]
async fn pages_lead_through_everything_once() {
    let made = made().await;
    let alice = Client::bearer(&made.address, ALICE);
    let (mut seen, mut next) = (Vec::new(), String::new());
    loop {
        let came = alice.taxii(&format!("{}?limit=2{next}", objects(GROUP))).await;
        assert!(came.header("x-taxii-date-added-first").is_some());
        let page = came.json();
        for object in page["objects"].as_array().unwrap() {
            seen.push(object["name"].as_str().unwrap().to_owned());
        }
        let Some(cursor) = page["next"].as_str() else { break };
        next = format!("&next={cursor}");
    }
    // The first object came last, in its second version.
    let expected: Vec<String> = (1..9).chain([0]).map(|number| format!("number {number}")).collect();
    assert_eq!(seen, expected);
    // The cursor is Alice's, and of this query.
    let page = alice.taxii(&format!("{}?limit=2", objects(GROUP))).await.json();
    let with = format!("{}?limit=2&next={}", objects(GROUP), page["next"].as_str().unwrap());
    assert_eq!(alice.taxii(&with).await.status, 200);
    assert_eq!(Client::bearer(&made.address, BOB).taxii(&with).await.json()["error_code"], "cursor");
    assert_eq!(alice.taxii(&with.replace("limit", "match[version]=all&limit")).await.json()["error_code"], "cursor");
}

#[tokio::test]
async fn filters_and_versions_are_told_as_they_were_written() {
    let made = made().await;
    let alice = Client::bearer(&made.address, ALICE);
    let manifest = alice.taxii(&objects(GROUP).replace("objects", "manifest")).await.json();
    let records = manifest["objects"].as_array().unwrap();
    assert_eq!(records[0]["version"], "2026-01-01T00:00:00.000Z");
    assert_eq!(records[8]["version"], "2026-02-01T00:00:00.123456Z");
    assert_eq!(records[8]["media_type"], "application/stix+json;version=2.1");
    let versions = alice.taxii(&format!("{}{FIRST}/versions/", objects(GROUP))).await.json();
    assert_eq!(versions["versions"], json!(["2026-02-01T00:00:00.123456Z", "2026-01-01T00:00:00.000Z"]));
    let count = async |path: String| alice.taxii(&path).await.json()["objects"].as_array().map_or(0, Vec::len);
    let base = objects(GROUP);
    assert_eq!(count(format!("{base}{FIRST}/")).await, 1);
    assert_eq!(count(format!("{base}{FIRST}/?match[version]=all")).await, 2);
    assert_eq!(count(format!("{base}?match[version]=2026-01-01T00:00:00Z&match[id]={FIRST}")).await, 1);
    assert_eq!(count(format!("{base}?added_after=2026-11-26T12:00:00.000000Z")).await, 1);
    assert_eq!(count(format!("{base}?match[type]=malware")).await, 0);
    assert_eq!(count(format!("{base}?match[spec_version]=2.0")).await, 0);
    assert_eq!(alice.taxii(&format!("{base}{}/", FIRST.replace("8000", "9000"))).await.status, 404);
    assert_eq!(alice.taxii(&format!("{base}{FIRST}/?match[version]=2020-01-01T00:00:00Z")).await.body, b"{}");
    assert_eq!(alice.taxii(&format!("{base}?added_before=1")).await.status, 400);
    let head = alice.ask("HEAD", &base, &[("Accept", TAXII)], b"").await;
    let get = alice.taxii(&base).await;
    assert_eq!((head.status, head.headers, head.body.len()), (200, get.headers, 0));
}

#[tokio::test]
async fn what_is_added_waits_for_the_desk_and_is_taken_back() {
    let made = made().await;
    let (alice, bob) = (Client::bearer(&made.address, ALICE), Client::bearer(&made.address, BOB));
    let headers = [("Accept", TAXII), ("Content-Type", TAXII)];
    let good = indicator(40, "2026-03-01T00:00:00.000Z");
    let bad =
        good.replace("00000000-0000-4000-8000", "00000000-0000-4000-9000").replace(r#""pattern_type":"stix","#, "");
    let body = format!("{{\"objects\":[{good},{bad}]}}");
    let came = alice.ask("POST", &objects(ALICES), &headers, body.as_bytes()).await;
    let status = came.json();
    assert_eq!((came.status, &status["status"]), (202, &json!("pending")));
    assert_eq!((&status["pending_count"], &status["failure_count"]), (&json!(1), &json!(1)));
    let reason = status["failures"][0]["message"].as_str().unwrap();
    assert!(reason.contains("pattern_type: is missing") && reason.contains("section"), "{reason}");

    let path = format!("/releases/status/{}/", status["id"].as_str().unwrap());
    assert_eq!(alice.taxii(&path).await.json(), status);
    assert_eq!(bob.taxii(&path).await.status, 404, "another's status is none");
    let waiting = made.store.waiting(9).await.unwrap();
    let sent: Value = serde_json::from_slice(waiting[0].body.as_ref().unwrap()).unwrap();
    assert_eq!(sent["objects"].as_array().unwrap().len(), 1, "what is refused is not kept");
    let decided = Received::from_text(&waiting[0].status).unwrap().decided(|_| Ok(()));
    made.store.taken(waiting[0].id, &decided.to_text()).await.unwrap();
    let after = alice.taxii(&path).await.json();
    assert_eq!((&after["status"], &after["success_count"]), (&json!("complete"), &json!(1)));

    assert_eq!(alice.ask("POST", &objects(GROUP), &headers, body.as_bytes()).await.status, 403);
    assert_eq!(alice.ask("POST", &objects(BOBS), &headers, body.as_bytes()).await.status, 404);
    assert_eq!(alice.ask("POST", &objects(ALICES), &headers, b"{}").await.status, 422);
    assert_eq!(alice.ask("POST", &objects(ALICES), &[("Accept", TAXII)], body.as_bytes()).await.status, 415);
    assert_eq!(alice.ask("DELETE", &format!("{}{FIRST}/", objects(GROUP)), &headers, b"").await.status, 403);
    let deleted = alice.ask("DELETE", &format!("{}{FIRST}/", objects(ALICES)), &headers, b"").await;
    assert_eq!(deleted.status, 404);
}

#[tokio::test]
async fn an_object_is_taken_back_by_its_versions() {
    let made = made().await;
    let alice = Client::bearer(&made.address, ALICE);
    let texts = ["2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z"].map(|modified| indicator(0, modified));
    let release = crate::made::release(ALICES, None, &texts, &[]);
    let publication = vauban_hub::desk::publication(&release, None).unwrap();
    made.store.publish(&publication, crate::made::now()).await.unwrap();
    let path = format!("{}{FIRST}/", objects(ALICES));
    assert_eq!(alice.ask("DELETE", &path, &[("Accept", TAXII)], b"").await.status, 200);
    let left = alice.taxii(&format!("{path}versions/")).await.json();
    assert_eq!(left["versions"], json!(["2026-01-01T00:00:00.000Z"]), "the last alone went");
    let all = format!("{path}?match[version]=all");
    assert_eq!(alice.ask("DELETE", &all, &[("Accept", TAXII)], b"").await.status, 200);
    assert_eq!(alice.ask("DELETE", &all, &[("Accept", TAXII)], b"").await.status, 404);
}
