//! The OpenAPI description is true: what it lists is served, and what is served is listed.

use std::collections::BTreeSet;

use serde_json::Value;
use vauban_release::{Band, Digest, Joining, SignedReceipt};

use crate::{
    client::{Came, Client},
    made::{ALICE, GROUP, batch, counts, made, now, party_key, sighting},
};

/// What a description may hold that is an operation.
const METHODS: [&str; 7] = ["get", "put", "post", "delete", "patch", "options", "trace"];

fn resolved<'d>(description: &'d Value, value: &'d Value) -> &'d Value {
    match value["$ref"].as_str() {
        Some(reference) => description.pointer(&reference[1..]).unwrap_or_else(|| panic!("{reference} leads nowhere")),
        None => value,
    }
}

/// The answer is one that the operation lists: its status, its media type, its headers.
fn is_listed(description: &Value, operation: &Value, came: &Came) {
    let listed = resolved(description, &operation["responses"][came.status.to_string()]);
    assert!(listed.is_object(), "{} answers {}", operation["operationId"], came.status);
    let media = came.header("content-type").map(|value| value.split(';').next().unwrap());
    match listed["content"].as_object() {
        Some(content) => assert!(content.contains_key(media.unwrap()), "{} {media:?}", operation["operationId"]),
        None => assert_eq!(media, None, "{}", operation["operationId"]),
    }
    for name in listed["headers"].as_object().into_iter().flatten().map(|(name, _)| name) {
        assert!(came.header(name).is_some(), "{} has no {name}", operation["operationId"]);
    }
}

#[tokio::test]
async fn every_path_that_is_described_is_served_as_described() {
    let (made, another) = (made().await, made().await);
    let (alice, nobody) = (Client::bearer(&made.address, ALICE), Client::nobody(&made.address));
    let description = nobody.get("/hub/v1/openapi.json").await.json();
    let receipt = SignedReceipt::sign(made.releases[0].signed(), &party_key(21), now().into()).unwrap().to_text();
    let sighting = sighting(21, GROUP, "on a laptop");
    let digest = Digest::of(sighting.as_bytes()).to_string();
    let joining = Joining::sign(Digest::of(b"own"), &party_key(21), now().into()).unwrap().to_text();
    let listed = alice.get(&format!("/hub/v1/streams/{}/misp/manifest.json", GROUP.0)).await.json();
    let event = format!("{}.json", listed.as_object().unwrap().keys().next().unwrap());
    let mut walked = BTreeSet::new();
    for (path, operations) in description["paths"].as_object().unwrap() {
        let filled =
            path.replace("{stream}", &GROUP.0.to_string()).replace("{number}", "1").replace("{digest}", &digest);
        let filled = filled.replace("{format}", "suricata").replace("{event}", &event).replace("{week}", "2026-W47");
        let described: BTreeSet<&str> =
            operations.as_object().unwrap().keys().map(String::as_str).filter(|key| METHODS.contains(key)).collect();
        let mut methods: Vec<&str> = METHODS.into_iter().filter(|method| described.contains(method)).collect();
        // The hub signs for a receipt that it has.
        if path.ends_with("/seen") {
            let kept = made.store.receipts(GROUP, vauban_hub::store::ReleaseNumber(0)).await.unwrap();
            made.store.countersign(&kept[0], b"seen").await.unwrap();
        }
        // What is given is given before it is asked for.
        methods.sort_by_key(|method| *method == "get");
        for method in methods {
            let operation = &operations[method];
            let body = match operation["operationId"].as_str().unwrap() {
                "giveReceipt" => receipt.clone().into_bytes(),
                "blind" => batch(1, &[]).0,
                "giveSighting" => sighting.clone().into_bytes(),
                "giveCounts" => counts(21, GROUP, "2026-W47", Band::One).into_bytes(),
                "join" => joining.clone().into_bytes(),
                _ => Vec::new(),
            };
            // Who joins shows another credential afterwards.
            let alice = match operation["operationId"].as_str() {
                Some("join") => Client::bearer(&another.address, ALICE),
                _ => alice.clone(),
            };
            let came = alice.ask(&method.to_uppercase(), &filled, &[], &body).await;
            assert!((200..300).contains(&came.status), "{method} {path}: {}", came.status);
            is_listed(&description, operation, &came);
            let unknown = nobody.ask(&method.to_uppercase(), &filled, &[], &body).await;
            is_listed(&description, operation, &unknown);
            let is_open = operation["security"] == serde_json::json!([]);
            assert_eq!(unknown.status == 401, !is_open, "{method} {path}");
            walked.insert(operation["operationId"].as_str().unwrap().to_owned());
        }
        for method in METHODS.into_iter().filter(|method| !described.contains(method)) {
            let came = alice.ask(&method.to_uppercase(), &filled, &[], b"").await;
            assert_eq!((came.status, came.code().as_str()), (405, "method"), "{method} {path}");
            let mut allowed: Vec<String> =
                came.header("allow").unwrap().split(',').map(|name| name.trim().to_lowercase()).collect();
            allowed.retain(|name| name != "head");
            assert_eq!(allowed.iter().map(String::as_str).collect::<BTreeSet<_>>(), described, "{path}");
        }
    }
    assert_eq!(walked.len(), 17);
}

#[tokio::test]
async fn every_route_is_described() {
    let source = include_str!("../../src/front/router.rs");
    let description: Value = serde_json::from_str(include_str!("../../../../docs/hub-openapi.json")).unwrap();
    let routes: BTreeSet<&str> =
        source.split(".route(\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let described: BTreeSet<&str> = description["paths"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(routes, described);
    assert!(routes.len() > 6);
}

#[test]
fn no_reference_leads_nowhere() {
    let description: Value = serde_json::from_str(include_str!("../../../../docs/hub-openapi.json")).unwrap();
    let mut open = vec![&description];
    let mut seen = 0;
    while let Some(value) = open.pop() {
        if value["$ref"].is_string() {
            assert!(resolved(&description, value).is_object());
            seen += 1;
        }
        match value {
            Value::Object(map) => open.extend(map.values()),
            Value::Array(list) => open.extend(list),
            _ => {}
        }
    }
    assert!(seen > 40);
}
