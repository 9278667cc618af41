//! Blind look-ups through the front, with the signer in the process and apart from it.

use std::sync::Arc;

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use tokio::net::{TcpListener, UnixListener};
use vauban_blind::{Asker, Epoch, Evaluated, Observable, Pin, SecretKey, Signer, Table};
use vauban_hub::{
    signer::{Local, Remote, Secret, SignerAddress, serve, serve_unix},
    store::FrontStore,
};
use vauban_release::PartName;

use crate::{
    client::{Came, Client},
    made::{ALICE, BOB, Made, batch, made, pin, secret, served, size, with_signer},
};

const PATH: &str = "/hub/v1/blind";

fn system(bytes: &mut [u8]) -> std::io::Result<()> {
    use std::io::Read as _;
    std::fs::File::open("/dev/urandom")?.read_exact(bytes)
}

fn local() -> Local {
    Local::new(Signer::new(secret(), Epoch::new(1)), system)
}

async fn post(client: &Client, body: &[u8]) -> Came {
    client.ask("POST", PATH, &[], body).await
}

/// Asks about a name that is in the release and one that is not.
async fn finds(made: &Made, client: &Client, seed: u64) {
    let names = ["blind.example", "other.example"].map(|name| Observable::new("domain-name", name).unwrap());
    let (batch, pending) = batch(seed, &names);
    let came = post(client, &batch).await;
    assert_eq!((came.status, came.body.len()), (200, Evaluated::wire_length(size())), "{:?}", came.headers);
    let outputs = pending.finalise(&Evaluated::from_bytes(&came.body, size()).unwrap(), &pin()).unwrap();
    let table = Table::open(made.releases[1].part(PartName::BlindTable).unwrap().to_vec()).unwrap();
    let found: Vec<bool> = outputs.iter().map(|output| table.look(output).unwrap().is_some()).collect();
    assert_eq!(found, [true, false]);
}

#[tokio::test]
async fn a_budget_is_spent_by_what_is_answered_alone() {
    let made = made().await;
    let alice = Client::bearer(&made.address, ALICE);
    let (good, _) = batch(1, &[]);
    let mut identity = good.clone();
    identity[42..74].fill(0);
    let mut point = good.clone();
    point[42..74].fill(0xff);
    let mut magic = good.clone();
    magic[0] = b'X';
    let other = SecretKey::generate(&mut ChaCha20Rng::seed_from_u64(9)).unwrap();
    let asked = |epoch, key| {
        let pin = Pin { epoch: Epoch::new(epoch), key };
        Asker::new(pin, size()).ask(&[], &mut ChaCha20Rng::seed_from_u64(2)).unwrap().0.to_bytes()
    };
    for (body, status, code) in [
        (&good[1..], 400, "format"),
        (&good[..good.len() - 1], 400, "size"),
        (&[good.as_slice(), b"x"].concat(), 400, "size"),
        (b"", 400, "size"),
        (&magic, 400, "format"),
        (&identity, 400, "identity"),
        (&point, 400, "point"),
        (&asked(2, secret().public()), 409, "epoch"),
        (&asked(1, other.public()), 409, "key"),
    ] {
        let came = post(&alice, body).await;
        assert_eq!((came.status, came.code().as_str()), (status, code));
    }
    for seed in 0..3 {
        finds(&made, &alice, seed).await;
    }
    let spent = post(&alice, &good).await;
    assert_eq!((spent.status, spent.code().as_str(), spent.header("retry-after")), (429, "budget", Some("43200")));
    finds(&made, &Client::bearer(&made.address, BOB), 4).await;
    assert_eq!(post(&Client::nobody(&made.address), &good).await.status, 401);
}

#[tokio::test]
async fn a_signer_apart_answers_as_one_in_the_process() {
    let made = made().await;
    let shared = || Secret::new("a secret of 23 letters".replace(' ', "-").as_str()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let tcp = SignerAddress::Tcp(listener.local_addr().unwrap().to_string());
    tokio::spawn(serve(listener, local(), size(), shared(), std::future::pending()));
    let path = made.folder.path().join("signer");
    tokio::spawn(serve_unix(UnixListener::bind(&path).unwrap(), local(), size(), shared(), std::future::pending()));
    for (address, credential) in [(tcp.clone(), ALICE), (SignerAddress::Unix(path), BOB)] {
        let remote = Remote::new(address, shared());
        let front = served(with_signer(made.store.clone(), Arc::new(remote))).await;
        let client = Client::bearer(&front, credential);
        finds(&made, &client, 1).await;
        let other = Pin { epoch: Epoch::new(7), key: pin().key };
        let (body, _) = Asker::new(other, size()).ask(&[], &mut ChaCha20Rng::seed_from_u64(2)).unwrap();
        assert_eq!(post(&client, &body.to_bytes()).await.code(), "epoch");
    }
    let stranger = Remote::new(tcp, Secret::new("another-secret-of-letters").unwrap());
    let front = served(with_signer(made.store.clone(), Arc::new(stranger))).await;
    assert_eq!(post(&Client::bearer(&front, ALICE), &batch(1, &[]).0).await.code(), "signer");
}

#[tokio::test]
async fn a_signer_that_is_away_costs_nothing() {
    let made = made().await;
    let nowhere = SignerAddress::Unix(made.folder.path().join("nothing"));
    let remote = Remote::new(nowhere, Secret::new("a-secret-of-23-letters").unwrap());
    let store: FrontStore = made.store.clone();
    let away = Client::bearer(&served(with_signer(store, Arc::new(remote))).await, ALICE);
    for _ in 0..5 {
        let came = post(&away, &batch(1, &[]).0).await;
        assert_eq!((came.status, came.code().as_str(), came.header("retry-after")), (503, "signer", Some("60")));
    }
    finds(&made, &Client::bearer(&made.address, ALICE), 1).await;
}

#[tokio::test]
async fn a_signer_is_for_this_machine() {
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let shared = Secret::new("a-secret-of-23-letters").unwrap();
    assert!(serve(listener, local(), size(), shared, std::future::pending()).await.is_err());
    assert!(Secret::new("short").is_none() && Secret::new("with a space between").is_none());
}
