//! Whoever wants to keep everybody out by holding every connection.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    sync::mpsc,
    thread,
    time::Duration,
};

use jiff::Timestamp;
use serde_json::json;
use vauban_people::Attempt;
use vauban_softkey::honest;

use crate::world::World;

/// Longer than anything takes that comes at all.
const NEVER: Duration = Duration::from_secs(60);

#[test]
fn a_flood_of_failures_holds_few_connections() {
    let world = World::with(|settings| {
        settings.is_behind_proxy = true;
        settings.limits.connections = 16;
    });
    let (world, [mut ana, _]) = world.founded();
    let address = Some("192.0.2.7".parse().unwrap());
    for _ in 0..16 {
        world.people.refused(&Attempt { person: None, address, why: "test" }, Timestamp::now()).unwrap();
    }
    let (told, answers) = mpsc::channel();
    for _ in 0..32 {
        let (mut browser, told) = (world.browser(), told.clone());
        browser.more = "X-Forwarded-For: 192.0.2.7\r\n".to_owned();
        thread::spawn(move || told.send(browser.post("/signin/answer", &json!({ "challenge": "x" }))));
    }
    // One of them has the place, and waits; the first to hear anything is one that has none.
    let first = answers.recv_timeout(NEVER).unwrap();
    assert_eq!((first.status, first.code().as_str()), (429, "too-many"), "{first:?}");
    assert!(first.head.contains("retry-after: 1"), "{first:?}");
    let mut other = world.browser();
    other.more = "X-Forwarded-For: 192.0.2.8\r\n".to_owned();
    assert_eq!(other.sign("/signin", &mut ana.key, honest).status, 200, "a good key gets in meanwhile");
}

#[test]
fn bodies_that_never_come_hold_nothing() {
    let world = World::with(|settings| {
        settings.limits.connections = 4;
        settings.limits.body = Duration::from_millis(50);
    });
    let head = format!(
        "POST /signin/ask HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\nContent-Length: 100\r\n\r\n{{",
        world.address
    );
    let mut streams: Vec<TcpStream> = (0..8).map(|_| TcpStream::connect(&world.address).unwrap()).collect();
    for stream in &mut streams {
        stream.set_read_timeout(Some(NEVER)).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
    }
    for mut stream in streams {
        let mut came = String::new();
        stream.read_to_string(&mut came).unwrap();
        assert!(came.starts_with("HTTP/1.1 408 "), "{came}");
    }
    assert_eq!(world.browser().get("/signin").status, 200);
}
