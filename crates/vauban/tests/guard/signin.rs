//! Signing in as a sensor: it opens the pages, the record knows what happened, and neither a kill nor a restart writes it twice.

use std::{collections::BTreeSet, fs, net::TcpStream, process::Stdio};

use jiff::Timestamp;
use vauban_guard::{
    config::parse,
    exceptions::{Wanted, make},
};
use vauban_people::{Actor, People, Rules};
use vauban_policy::day;
use vauban_record::{Happened, Kind, Record as _, SqliteRecord};

use crate::{
    browser::Browser,
    process::{Guard, free_port},
};

/// A guard that people sign in to, and the port.
fn signed_in() -> (Guard, u16) {
    signed_in_with("")
}

/// The same, with these lines in and below `[signin]`.
fn signed_in_with(lines: &str) -> (Guard, u16) {
    let port = free_port();
    let config = format!(
        "[portal]\nlisten = \"127.0.0.1:{}\"\n[signin]\norigin = \"http://localhost:{port}\"\nlisten = \"127.0.0.1:{port}\"\n{lines}",
        free_port()
    );
    let mut guard = Guard::of_names(&config);
    guard.begin();
    listens(&guard, port);
    (guard, port)
}

pub(crate) fn listens(guard: &Guard, port: u16) {
    assert!(guard.waits_for(|_| TcpStream::connect(("127.0.0.1", port)).is_ok()), "{}", guard.log());
}

/// What a command says, and whether it did it.
pub(crate) fn said(guard: &Guard, arguments: &[&str]) -> (bool, String) {
    let config = guard.path("vauban.toml").display().to_string();
    let output =
        guard.command(arguments).args(["--config", &config]).stdout(Stdio::piped()).stderr(Stdio::piped()).output();
    let output = output.unwrap();
    (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

fn founded(guard: &Guard, port: u16, name: &str, seed: u8) -> Browser {
    let (done, link) = said(guard, &["people", "found", name]);
    let start = format!("http://localhost:{port}/enrol#");
    assert!(done && link.starts_with(&start), "{link}");
    let token = link.lines().next().unwrap().strip_prefix(&start).unwrap();
    let mut browser = Browser::new(&format!("localhost:{port}"));
    browser.enrol(token, seed).unwrap();
    browser
}

/// The numbers of what the record knows, in its order.
fn numbers(guard: &Guard) -> Vec<u64> {
    let mut numbers = Vec::new();
    let record = SqliteRecord::open(&guard.path("state/record.sqlite")).unwrap();
    record
        .entries(None, Some(Kind::People), &mut |entry| {
            numbers.push(serde_json::from_str::<Happened>(&entry.body).unwrap().number);
        })
        .unwrap();
    numbers
}

#[test]
fn administrators_sign_in_to_the_pages_and_no_link_leads_in() {
    let (guard, port) = signed_in();
    let (done, text) = said(&guard, &["portal", "link"]);
    assert!(!done && text.contains("people sign in here"), "{text}");
    let mut stranger = Browser::new(&format!("localhost:{port}"));
    let sent = stranger.get("/sightings?since=1&word=a%26b");
    let to = "/signin?to=%2Fsightings%3Fsince%3D1%26word%3Da%2526b";
    assert_eq!((sent.status, sent.location()), (303, to), "and then to where they were going");
    assert!(stranger.get(to).body.contains("/sightings?since=1&amp;word=a%26b"));
    for beginning in ["/", "//evil.example"] {
        let sent = stranger.get(beginning);
        assert!(sent.status == 404 || sent.location() == "/signin", "nothing to come back to: {sent:?}");
    }
    let form = format!("Origin: http://localhost:{port}\r\nContent-Type: application/x-www-form-urlencoded\r\n");
    let sent = stranger.send("POST", "/quarantine/abc/delete", &form, b"");
    assert_eq!((sent.status, sent.location()), (303, "/signin"), "a form is not sent again by itself");
    let sent = stranger.send("GET", "/sightings", "Sec-Fetch-Site: cross-site\r\n", b"");
    assert!(sent.status == 200 && sent.body.contains("0;url=/sightings"), "a browser asks once more: {sent:?}");
    assert_eq!(stranger.get("/enter?key=abc").status, 404, "the door of links is gone");

    let mut ana = founded(&guard, port, "Ana", 1);
    let overview = ana.get("/");
    assert!(overview.status == 200 && overview.body.contains("Ana"), "{overview:?}");
    assert!(overview.head.contains("default-src 'none'"), "{overview:?}");
    let refused = ana.send("POST", "/quarantine/abc/delete", &form, b"");
    assert!(refused.status == 403 && refused.body.contains("bound to no device"), "{refused:?}");
    let elsewhere = ana.send("POST", "/quarantine/abc/delete", "Origin: https://evil.example\r\n", b"");
    assert_eq!(elsewhere.status, 403);

    assert!(guard.run(&["people", "suspend", "Ana"]).status.success());
    let out = ana.get("/");
    assert!(out.status == 303 && out.head.contains("location: /signin"), "at once: {out:?}");
    assert!(guard.waits_for(|guard| guard.log().contains("people should know of this")), "{}", guard.log());
    assert!(!guard.log().contains("Ana"), "no names in the log: {}", guard.log());
}

#[test]
fn what_was_excepted_in_the_pages_counts_from_the_beginning() {
    let (mut guard, port) = signed_in_with(
        "tools = [\"https://wiki.campagne.example\"]\n[tool.wiki]\nnames = [\"wiki.campagne.example\"]\n\
         [compartment.work]\nnever = [\"tool:wiki\"]\n",
    );
    let mut ana = founded(&guard, port, "Ana", 1);
    let (state, now) = (guard.path("state"), Timestamp::now());
    let people = People::open(&state.join("people.sqlite"), Rules::default()).unwrap();
    let groups = BTreeSet::from(["work".parse().unwrap()]);
    people.set_groups(&Actor::Machine, people.find("Ana").unwrap().id, &groups, now).unwrap();
    let going = format!("/forward/start?host=wiki.campagne.example&way={}", "A".repeat(43));
    assert_eq!(ana.get(&going).status, 403, "the policy says no");

    guard.kill();
    let config = parse(&fs::read_to_string(guard.path("vauban.toml")).unwrap()).unwrap();
    let (who, to, reason) = ("compartment:work".to_owned(), "tool:wiki".to_owned(), "Tonight.".to_owned());
    let wanted = Wanted { who, to, reason, until: day(now) };
    make(&config, (&state, &state.join("record.sqlite")), wanted, "claire", now).unwrap();
    guard.begin();
    listens(&guard, port);
    let came = ana.get(&going);
    assert!(came.location().starts_with("https://wiki.campagne.example/.vauban/enter?ticket="), "{came:?}");
}

#[test]
fn what_happens_is_in_the_record_once_each_whoever_is_killed() {
    let (mut guard, port) = signed_in();
    let mut ana = founded(&guard, port, "Ana", 1);
    for _ in 0..3 {
        let out = ana.get("/mine");
        assert_eq!(out.status, 200);
        guard.kill();
        guard.begin();
        listens(&guard, port);
        assert_eq!(ana.get("/mine").status, 200, "a restart ends no session");
    }
    let before = numbers(&guard).len();
    founded(&guard, port, "Ben", 2);
    assert!(guard.waits_for(|guard| numbers(guard).len() > before + 1), "{}", guard.log());
    guard.end();
    let numbers = numbers(&guard);
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    let audit = String::from_utf8(guard.run(&["people", "audit"]).stdout).unwrap();
    assert_eq!(audit.lines().count(), numbers.len(), "{audit}");
    assert!(guard.run(&["record", "verify"]).status.success());
}
