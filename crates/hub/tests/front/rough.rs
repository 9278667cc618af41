//! Clients that are slow, gone, or many; and a database that is away.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use vauban_hub::{
    desk::publication,
    store::{FrontStore, Place},
};
use vauban_serve::Limits;

use crate::{
    client::Client,
    made::{ALICE, ALICES, GROUP, batch, filled, front, indicator, made, now, release, served},
};

fn hasty() -> Limits {
    let short = Duration::from_millis(200);
    Limits { connections: 2, head: short, body: short, write: short }
}

async fn hasty_front() -> (tempfile::TempDir, FrontStore, String) {
    let folder = tempfile::tempdir().unwrap();
    let store = FrontStore::open(&Place::File(folder.path().join("front"))).await.unwrap();
    filled(&store).await;
    let mut front = front(store.clone());
    front.settings.limits = hasty();
    (folder, store, served(front).await)
}

/// All that the server says until it hangs up.
async fn heard(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes).await;
    bytes
}

#[tokio::test]
async fn whoever_sends_half_a_request_is_let_go() {
    let (_folder, _store, address) = hasty_front().await;
    let alice = Client::bearer(&address, ALICE);
    for half in [&b""[..], b"GET /taxii2/ HTTP/1.1\r\nHost: h"] {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        stream.write_all(half).await.unwrap();
        heard(&mut stream).await;
    }
    for (method, path) in
        [("POST", "/hub/v1/blind".to_owned()), ("PUT", format!("/hub/v1/streams/{}/releases/1/receipt", GROUP.0))]
    {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        stream.write_all(&alice.head(method, &path, &[], 298)).await.unwrap();
        stream.write_all(b"VBQ1").await.unwrap();
        let heard = heard(&mut stream).await;
        assert!(heard.starts_with(b"HTTP/1.1 408"), "{path}: {}", String::from_utf8_lossy(&heard));
    }
    // Nothing was spent by the half batch.
    for seed in 0..3 {
        assert_eq!(alice.ask("POST", "/hub/v1/blind", &[], &batch(seed, &[]).0).await.status, 200);
    }
}

#[tokio::test]
async fn whoever_hangs_up_or_does_not_read_leaves_room_for_others() {
    let (_folder, store, address) = hasty_front().await;
    let objects: Vec<String> = (0..40_000).map(|number| indicator(number, "2026-01-01T00:00:00.000Z")).collect();
    let large = release(ALICES, None, &objects, &[]);
    store.publish(&publication(&large, None).unwrap(), now()).await.unwrap();
    let alice = Client::bearer(&address, ALICE);
    let path = format!("/hub/v1/streams/{}/releases/1", ALICES.0);
    // As many as there may be, who take nothing of 20 MB.
    let mut idle = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        stream.write_all(&alice.head("GET", &path, &[], 0)).await.unwrap();
        idle.push(stream);
    }
    let came = alice.get("/hub/v1/streams").await;
    assert_eq!(came.status, 200);
    for _ in 0..20 {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        stream.write_all(&alice.head("GET", &path, &[], 0)).await.unwrap();
        stream.read_u8().await.unwrap();
    }
    assert!(alice.get(&path).await.body == large.to_body());
}

#[tokio::test]
async fn what_is_no_http_is_refused() {
    let made = made().await;
    for bytes in [&b"\x16\x03\x01\x02\x00\x01\x00"[..], b"NOT HTTP\r\n\r\n", b"GET / HTTP/1.1\r\nA: \0\r\n\r\n"] {
        let mut stream = TcpStream::connect(&made.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        assert!(heard(&mut stream).await.starts_with(b"HTTP/1.1 400"));
    }
    let long = format!("/hub/v1/streams/{}", "x".repeat(100_000));
    let came = Client::bearer(&made.address, ALICE).get(&long).await;
    assert!([414, 431].contains(&came.status), "{}", came.status);
}

#[tokio::test]
async fn a_body_that_is_too_long_is_not_read() {
    let made = made().await;
    let alice = Client::bearer(&made.address, ALICE);
    let headers = [("Accept", crate::client::TAXII), ("Content-Type", crate::client::TAXII)];
    let body = vec![b' '; (8 << 20) + 1];
    let path = format!("/releases/collections/{}/objects/", ALICES.0);
    let mut stream = TcpStream::connect(&made.address).await.unwrap();
    stream.write_all(&alice.head("POST", &path, &headers, body.len())).await.unwrap();
    let mut status = [0; 12];
    let reading = async { stream.read_exact(&mut status).await.map(|_| ()) };
    tokio::time::timeout(Duration::from_secs(30), reading).await.unwrap().unwrap();
    assert_eq!(&status, b"HTTP/1.1 413", "refused by its length, before it came");
}
