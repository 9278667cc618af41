//! A code is good once, and sightings are one party's.

use vauban_hub::store::{PublicKey, SubmissionKind};
use vauban_release::{Countersignature, Digest, Joining, SignedReceipt, SignedSighting};

use crate::{
    client::Client,
    made::{ALICE, BOB, BOBS, GROUP, audience, bytes, desk_key, made, now, party_key, sighting},
};

const OWN: &str = "what only alice knows";

fn joining(shown: &str, key: u8) -> String {
    Joining::sign(Digest::of(shown.as_bytes()), &party_key(key), now().into()).unwrap().to_text()
}

#[tokio::test]
async fn a_code_opens_until_its_party_joined_and_never_again() {
    let made = made().await;
    let (code, own) = (Client::bearer(&made.address, ALICE), Client::bearer(&made.address, OWN));
    let put = async |client: &Client, text: &str| client.ask("PUT", "/hub/v1/joining", &[], text.as_bytes()).await;
    let before = code.get("/hub/v1/streams").await;
    assert_eq!(own.get("/hub/v1/streams").await.status, 401);
    for (text, status, named) in [
        ("{}".to_owned(), 400, "joining"),
        (joining(OWN, 31).replace("26T12", "26T13"), 422, "signature"),
        (joining(BOB, 31), 409, "joined"),
        ("x".repeat(5_000), 413, "too-long"),
    ] {
        let came = put(&code, &text).await;
        assert_eq!((came.status, came.code().as_str()), (status, named));
    }
    assert_eq!(put(&code, &joining(OWN, 31)).await.status, 201);
    assert_eq!(put(&code, &joining(OWN, 31)).await.status, 401, "the code opens nothing");
    assert_eq!(code.taxii("/releases/collections/").await.status, 401);
    assert_eq!(put(&own, &joining("another", 32)).await.code(), "joined");
    assert_eq!(own.get("/hub/v1/streams").await, before, "the same party, by another name");

    // Whoever may read is replaced as a whole; joining stays, with the key.
    made.store.set_audience(&audience()).await.unwrap();
    assert_eq!(own.get("/hub/v1/streams").await, before);
    let receipt = SignedReceipt::sign(made.releases[1].signed(), &party_key(31), now().into()).unwrap();
    let place = format!("/hub/v1/streams/{}/releases/2/receipt", GROUP.0);
    let mut others = audience();
    others.credentials.iter_mut().for_each(|credential| credential.receipt_key = None);
    made.store.set_audience(&others).await.unwrap();
    assert_eq!(own.ask("PUT", &place, &[], receipt.to_text().as_bytes()).await.status, 201);

    let joined = made.store.joined_parties().await.unwrap();
    assert_eq!(joined.len(), 1);
    assert_eq!(joined[0].receipt_key, PublicKey(bytes(&party_key(31).public()).0));
    assert_eq!(
        Joining::from_text(std::str::from_utf8(&joined[0].bytes).unwrap()).unwrap().key(),
        &party_key(31).public()
    );

    // The hub signs in return once its desk has the receipt.
    let seen = format!("{place}/seen");
    assert_eq!(own.get(&seen).await.code(), "no-receipt");
    let kept = made.store.receipts(GROUP, vauban_hub::store::ReleaseNumber(0)).await.unwrap();
    let signed = Countersignature::sign(&receipt, &desk_key(), now().into()).unwrap();
    made.store.countersign(&kept[0], signed.to_text().as_bytes()).await.unwrap();
    let came = Countersignature::from_text(own.get(&seen).await.text()).unwrap();
    assert_eq!(came.verify(&desk_key().public(), &receipt), Ok(()));
    assert_eq!(Client::bearer(&made.address, BOB).get(&seen).await.code(), "no-receipt");
    let waiting = made.store.receipts(GROUP, vauban_hub::store::ReleaseNumber(0)).await.unwrap();
    assert!(waiting.is_empty(), "it is asked for no more");

    // A party that is served no more has not joined either.
    others.credentials.remove(0);
    made.store.set_audience(&others).await.unwrap();
    assert_eq!(own.get("/hub/v1/streams").await.status, 401);
    assert!(made.store.joined_parties().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_sighting_waits_for_the_desk_and_is_its_senders() {
    let made = made().await;
    let (alice, bob) = (Client::bearer(&made.address, ALICE), Client::bearer(&made.address, BOB));
    let path = format!("/hub/v1/streams/{}/sightings", GROUP.0);
    let text = sighting(21, GROUP, "on a laptop");
    let came = alice.ask("POST", &path, &[], text.as_bytes()).await;
    assert_eq!((came.status, &came.json()["status"]), (201, &"waiting".into()));
    let again = alice.ask("POST", &path, &[], text.as_bytes()).await;
    assert_eq!((again.status, again.json()), (200, came.json()), "the same bytes are the same sighting");
    let one = format!("{path}/{}", came.json()["digest"].as_str().unwrap());
    assert_eq!(bob.get(&one).await.code(), "no-sighting");

    for (client, text, status, code) in [
        (&bob, text.clone(), 422, "other-party"),
        (&alice, sighting(22, GROUP, "forged"), 422, "other-party"),
        (&alice, sighting(21, BOBS, "elsewhere"), 422, "other-stream"),
        (&alice, text.replace("laptop", "server"), 422, "signature"),
        (&alice, "{}".to_owned(), 400, "sighting"),
        (&alice, "x".repeat(9_000), 413, "too-long"),
    ] {
        let came = client.ask("POST", &path, &[], text.as_bytes()).await;
        assert_eq!((came.status, came.code().as_str()), (status, code));
    }
    let elsewhere = format!("/hub/v1/streams/{}/sightings", BOBS.0);
    assert_eq!(alice.ask("POST", &elsewhere, &[], text.as_bytes()).await.code(), "stream");

    let waiting = made.store.waiting(10).await.unwrap();
    assert_eq!((waiting.len(), waiting[0].kind), (1, SubmissionKind::Sighting));
    let read = SignedSighting::from_text(std::str::from_utf8(waiting[0].body.as_ref().unwrap()).unwrap()).unwrap();
    assert_eq!(read.sighting().note, "on a laptop");
    made.store.taken(waiting[0].id, "taken").await.unwrap();
    assert_eq!(alice.get(&one).await.json()["status"], "taken");
}
