//! Counts: one statement of a party for each stream and week that is over.

use vauban_hub::store::{FrontStore, Place};
use vauban_release::Band;

use crate::{
    client::{Came, Client},
    made::{ALICE, ALICES, BOB, BOBS, GROUP, audience, counts, filled, front, made, served},
    postgres::Server,
};

async fn put(client: &Client, stream: vauban_hub::store::StreamId, week: &str, text: &str) -> Came {
    client.ask("PUT", &format!("/hub/v1/streams/{}/counts/{week}", stream.0), &[], text.as_bytes()).await
}

/// What a front owes, whatever it keeps things in. It is 26 November, in the 48th week.
async fn one_is_taken(store: &FrontStore, address: &str) {
    let (alice, bob) = (Client::bearer(address, ALICE), Client::bearer(address, BOB));
    let text = counts(21, GROUP, "2026-W47", Band::Few);
    let came = put(&alice, GROUP, "2026-W47", &text).await;
    assert_eq!((came.status, came.text()), (201, text.as_str()));
    assert_eq!(put(&alice, GROUP, "2026-W47", &text).await.status, 200, "the same bytes are the same statement");

    let future = counts(21, GROUP, "2026-W48", Band::None);
    let old = counts(21, GROUP, "2026-W39", Band::None);
    for (client, stream, week, text, status, code) in [
        (&alice, GROUP, "2026-W47", &counts(21, GROUP, "2026-W47", Band::Many), 409, "other-counts"),
        (&bob, GROUP, "2026-W47", &text, 422, "other-party"),
        (&alice, GROUP, "2026-W46", &counts(22, GROUP, "2026-W46", Band::Few), 422, "other-party"),
        (&alice, ALICES, "2026-W47", &text, 422, "other-stream"),
        (&alice, GROUP, "2026-W46", &text, 422, "other-week"),
        (&alice, GROUP, "2026-W48", &future, 422, "time"),
        (&alice, GROUP, "2026-W39", &old, 422, "time"),
        (&alice, GROUP, "2026-W47", &text.replace("  2-9", "10-99"), 422, "signature"),
        (&alice, GROUP, "2026-W47", &text.replace("  2-9", "    7"), 400, "counts"),
        (&alice, GROUP, "2026-W47", &"{}".to_owned(), 400, "counts"),
        (&alice, GROUP, "2026-W47", &"x".repeat(5_000), 413, "too-long"),
        (&alice, GROUP, "2026-W54", &text, 400, "parameter"),
        (&alice, GROUP, "47", &text, 400, "parameter"),
        (&alice, BOBS, "2026-W47", &text, 404, "stream"),
        (&Client::nobody(address), GROUP, "2026-W47", &text, 401, "unauthenticated"),
    ] {
        let came = put(client, stream, week, text).await;
        assert_eq!((came.status, came.code().as_str()), (status, code), "{week}");
    }
    assert_eq!(put(&alice, GROUP, "2026-W40", &counts(21, GROUP, "2026-W40", Band::None)).await.status, 201);
    assert_eq!(put(&bob, GROUP, "2026-W47", &counts(22, GROUP, "2026-W47", Band::None)).await.status, 201);

    let waiting = store.waiting_counts(9).await.unwrap();
    assert_eq!(waiting.len(), 3);
    assert!(waiting.iter().any(|one| one.bytes == text.as_bytes()));
    for one in &waiting {
        store.counts_taken(one).await.unwrap();
    }
    assert_eq!(put(&alice, GROUP, "2026-W47", &text).await.status, 200, "the desk has it");
    let other = counts(21, GROUP, "2026-W47", Band::None);
    assert_eq!(put(&alice, GROUP, "2026-W47", &other).await.code(), "other-counts");
}

#[tokio::test]
async fn one_is_taken_with_sqlite() {
    let made = made().await;
    one_is_taken(&made.store, &made.address).await;
}

#[tokio::test]
async fn one_is_taken_with_postgresql() {
    let Some(server) = Server::start() else { return };
    let store = FrontStore::open(&server.database().0).await.unwrap();
    filled(&store).await;
    let address = served(front(store.clone())).await;
    one_is_taken(&store, &address).await;
}

#[tokio::test]
async fn who_has_not_joined_tells_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = FrontStore::open(&Place::File(folder.path().join("front"))).await.unwrap();
    let mut nobody = audience();
    nobody.credentials.iter_mut().for_each(|credential| credential.receipt_key = None);
    store.set_audience(&nobody).await.unwrap();
    let alice = Client::bearer(&served(front(store)).await, ALICE);
    let came = put(&alice, GROUP, "2026-W47", &counts(21, GROUP, "2026-W47", Band::Few)).await;
    assert_eq!((came.status, came.code().as_str()), (403, "no-receipt-key"));
}

#[tokio::test]
async fn all_answers_to_a_party_have_one_length() {
    let made = made().await;
    let alice = Client::bearer(&made.address, ALICE);
    let mut lengths = std::collections::BTreeSet::new();
    for (week, band) in (41..=45).zip(Band::ALL) {
        let week = format!("2026-W{week}");
        let text = counts(21, GROUP, &week, band);
        let came = put(&alice, GROUP, &week, &text).await;
        lengths.insert((text.len(), came.status, came.body.len(), came.headers));
    }
    assert_eq!(lengths.len(), 1, "{lengths:?}");
}
