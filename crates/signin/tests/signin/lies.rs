//! Whoever is no honest browser: relays, replays, races, other origins, cookies of a megabyte.

use std::{sync::Arc, thread};

use serde_json::{Value, json};
use vauban_softkey::{NoKey, honest};

use crate::world::World;

#[test]
fn a_hundred_answers_at_once_are_one_session() {
    let (world, [mut ana, _]) = World::with_founders();
    let mut browser = world.browser();
    let body = browser.signed("/signin", &mut ana.key, honest).unwrap();
    let answers: Vec<_> = (0..100)
        .map(|_| {
            let (mut browser, body) = (browser.clone(), body.clone());
            thread::spawn(move || browser.post("/signin/answer", &body).status)
        })
        .collect();
    let statuses: Vec<u16> = answers.into_iter().map(|answer| answer.join().unwrap()).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [200, 403].contains(status)), "{statuses:?}");
    let person = world.people.find("Ana").unwrap().id;
    assert_eq!(
        world.people.sessions(person, jiff::Timestamp::now()).unwrap().len(),
        2,
        "this one, and the enrolment's"
    );
}

#[test]
fn an_answer_is_good_once_in_its_own_browser_and_ceremony() {
    let (world, [mut ana, _]) = World::with_founders();
    let mut browser = world.browser();
    let body = browser.signed("/signin", &mut ana.key, honest).unwrap();
    let mut other = world.browser();
    other.get("/signin");
    assert_eq!(other.post("/signin/answer", &body).code(), "no-challenge", "another browser");
    assert_eq!(browser.post("/signin/answer", &body).status, 200, "which takes it from nobody");
    assert_eq!(browser.post("/signin/answer", &body).code(), "no-challenge", "a replay");

    let fresh = ana.browser.signed("/mine/fresh", &mut ana.key, honest).unwrap();
    assert_eq!(ana.browser.post("/signin/answer", &fresh).code(), "no-challenge", "another ceremony's");
    assert_eq!(ana.browser.post("/mine/fresh/answer", &fresh).code(), "no-challenge", "and it is used up");
}

#[test]
fn a_relay_gets_nothing() {
    let (world, [mut ana, _]) = World::with_founders();
    // The relay's page is at another origin, and it rewrites Host and Origin for us: what an honest browser signs names the page.
    let (challenge, options) = world.browser().ask("/signin", "").unwrap();
    for relay in ["http://localhost:1", "https://vauban.evil.example", "http://localhost.evil.example"] {
        match ana.key.sign(&options, relay, honest) {
            Err(NoKey::OtherHost) => {}
            Ok(response) => {
                let mut browser = world.browser();
                let (challenge, _) = browser.ask("/signin", "").unwrap();
                let response: Value = serde_json::from_str(&response).unwrap();
                let came = browser.post("/signin/answer", &json!({ "challenge": challenge, "response": response }));
                assert_eq!(came.status, 403, "{relay}: {came:?}");
            }
            Err(error) => panic!("{relay}: {error}"),
        }
    }
    drop(challenge);
    // And where it lies in the browser's stead, all that a relay can change is what the key did not sign.
    let mut browser = world.browser();
    let origin = "https://vauban.evil.example".to_owned();
    let came = browser.sign("/signin", &mut ana.key, |lie| lie.client_data.origin = origin);
    assert_eq!((came.status, came.code().as_str()), (403, "origin"));
    let came = browser.sign("/signin", &mut ana.key, |lie| lie.host = "evil.example".to_owned());
    assert_eq!(came.status, 403);
    assert!(!browser.cookies.contains_key("vauban-session"));
}

#[test]
fn other_names_and_other_pages_are_turned_away() {
    let (world, _) = World::with_founders();
    let mut browser = world.browser();
    let own = browser.origin();
    for origin in [
        "",
        "Origin: null\r\n",
        "Origin: http://evil.example\r\n",
        &format!("Origin: {own}.evil.example\r\n"),
        &format!("Origin: {own}\r\nOrigin: {own}\r\n"),
    ] {
        assert_eq!(browser.send("POST", "/signin/ask", origin, b"{}").status, 403, "{origin}");
    }
    for host in ["evil.example", "LOCALHOST", &format!("{}.", world.address), "127.0.0.1"] {
        browser.host = host.to_owned();
        assert_eq!(browser.get("/signin").status, 403, "{host}");
    }
    browser.host.clone_from(&world.address);
    let page = browser.get("/signin");
    assert_eq!(page.status, 200);
    for header in ["content-security-policy: default-src 'none'", "x-frame-options: DENY", "cache-control: no-store"] {
        assert!(page.head.contains(header), "{}", page.head);
    }
}

#[test]
fn rubbish_costs_nothing_and_keeps_nobody_out() {
    let (world, [mut ana, _]) = World::with_founders();
    let world = Arc::clone(&world);
    let mut browser = world.browser();
    let origin = format!("Origin: {}\r\n", browser.origin());
    for body in [&b""[..], b"[]", b"{\"challenge\":7}", b"\xff\xfe", b"{\"challenge\":\"AAAA\"}", &[b'['; 4_000]] {
        let came = browser.send("POST", "/signin/answer", &origin, body);
        assert_eq!((came.status, came.code().as_str()), (400, "unreadable"), "{came:?}");
    }
    assert_eq!(browser.send("POST", "/signin/answer", &origin, &vec![b' '; 1 << 20]).status, 413);
    for cookie in [
        "vauban-session=x",
        "vauban-session",
        "; ;=;",
        &format!("vauban-session={}", "A".repeat(43)),
        &format!("vauban-session={}", "y".repeat(8_000)),
    ] {
        browser.more = format!("Cookie: {cookie}\r\n");
        let status = browser.get("/mine").status;
        assert!([303, 431].contains(&status), "{status}");
    }
    browser.more = format!("Cookie: a={}\r\n", "x".repeat(1 << 20));
    assert!([0, 431].contains(&browser.get("/mine").status));
    assert_eq!(world.browser().sign("/signin", &mut ana.key, honest).status, 200, "and a good key gets in");
    let log = world.people.events(0, 1_000).unwrap().iter().map(|event| format!("{event:?}")).collect::<String>();
    assert!(!log.contains("AAAA"), "nothing of what was sent is kept");
}

#[test]
fn a_store_that_fails_in_the_middle_of_a_ceremony_lets_nobody_in() {
    for table in ["challenges", "keys", "cookies"] {
        let (world, [mut ana, _]) = World::with_founders();
        let mut browser = world.browser();
        let body = browser.signed("/signin", &mut ana.key, honest).unwrap();
        world.break_store(table);
        let came = browser.post("/signin/answer", &body);
        assert_eq!((came.status, came.code().as_str()), (503, "unavailable"), "{table}: {came:?}");
        assert!(!browser.cookies.contains_key("vauban-session"), "{table}: {came:?}");
        assert!(!came.body.contains(table), "nothing of ours is told: {came:?}");
    }
}
