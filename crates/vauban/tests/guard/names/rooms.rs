//! The rooms of the policy: what the pages say of it, and an exception from a blocked name to its end, as a browser makes it.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

use super::world::{GUEST, POLICY, PRIVATE, WORK, World};
use crate::{
    portal::{Browser, Page},
    process::free_port,
};

/// The device that the tests are about, always at this address.
const LAPTOP: &str = "127.20.0.7";

/// A world with pages, whose people were blocked; the port of the pages.
fn rooms() -> (World, u16) {
    let port = free_port();
    let mut world = World::prepare("");
    let policy = POLICY.replace(
        "laptop-alice = { person = \"alice\", compartment = \"work\" }",
        &format!("laptop-alice = {{ person = \"alice\", compartment = \"work\", addresses = [\"{LAPTOP}\"] }}"),
    );
    world.configure(&format!("[portal]\nlisten = \"127.0.0.1:{port}\"\n{policy}"), "");
    let list = world.guard.path("indicators.csv");
    std::fs::write(&list, "indicator,type,description\nknown-bad.example,domain-name,C2\n").unwrap();
    assert!(world.guard.run(&["intel", "add", &list.display().to_string()]).status.success());
    world.guard.begin();
    // Lists come a moment after the beginning.
    assert!(world.guard.waits_for(|_| world.rule(WORK, "ads.example") == "list/adverts"));
    for name in ["web.whatsapp.com", "ads.example", "known-bad.example"] {
        assert_ne!(world.rule(LAPTOP, name), "", "{name}");
    }
    world.ask(GUEST, "torproject.org");
    world.ask(GUEST, "allowed.example");
    world.ask(PRIVATE, "private.evil.example");
    (world, port)
}

/// The page of a blocked name of the laptop's.
fn row(browser: &mut Browser, name: &str) -> String {
    for _ in 0..200 {
        let page = browser.get(&format!("/names?verdict=block&name={name}")).body;
        let mut rows = page.split("<tr>").filter(|row| row.contains("laptop-alice"));
        if let Some(row) = rows.next() {
            return row.split("href=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{name} is not on the page");
}

fn explain(world: &World, name: &str) -> String {
    let config = world.guard.path("vauban.toml").display().to_string();
    let out = world.guard.run(&["policy", "explain", &config, "--device", "laptop-alice", "--to", name]);
    String::from_utf8(out.stdout).unwrap()
}

#[test]
fn a_blocked_name_is_allowed_by_one_form_and_blocked_again_when_the_exception_ends() {
    let (mut world, port) = rooms();
    let mut browser = Browser::enter(&world.guard, port);
    let path = row(&mut browser, "web.whatsapp.com");
    let page = browser.get(&path).body;
    for part in
        ["private messaging", "work/never/private-messaging", "the device laptop-alice (Alice Martin)", "tool:whatsapp"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    let day = |days: i64| {
        let day = jiff::tz::TimeZone::UTC.to_datetime(jiff::Timestamp::now()).date();
        day.checked_add(jiff::ToSpan::days(days)).unwrap()
    };
    let form =
        |who: &str, to: &str, days: i64, reason: &str| format!("who={who}&to={to}&until={}&reason={reason}", day(days));
    // What the form does not offer, it does not take.
    for (wrong, words) in [
        (form("device%3Alaptop-hugo", "tool%3Awhatsapp", 7, "x"), "Choose for whom"),
        (form("device%3Alaptop-alice", "anonymiser", 7, "x"), "Choose for whom"),
        (form("device%3Alaptop-alice", "tool%3Awhatsapp", 93, "x"), "92 days"),
        (form("device%3Alaptop-alice", "tool%3Awhatsapp", -1, "x"), "92 days"),
        (form("device%3Alaptop-alice", "tool%3Awhatsapp", 7, "+"), "Say why"),
    ] {
        let refused: Page = browser.post(&path, &wrong);
        assert_eq!(refused.status, 422, "{wrong}: {refused:?}");
        assert!(refused.body.contains(words), "{words}: {}", refused.body);
    }
    let made = browser.post(&path, &form("device%3Alaptop-alice", "tool%3Awhatsapp", 7, "Volunteers+%3Cb%3Ecall."));
    assert_eq!(made.status, 303, "{made:?}");
    let begun = Instant::now();
    assert!(world.guard.waits_for(|_| world.rule(LAPTOP, "web.whatsapp.com").is_empty()), "{}", world.guard.log());
    println!("an exception counted {} ms after it was made", begun.elapsed().as_millis());
    assert_eq!(world.ask(LAPTOP, "web.whatsapp.com").addresses.len(), 1);
    assert_eq!(world.rule(WORK, "web.whatsapp.com"), "work/never/private-messaging", "the others stay");
    // Whoever explains says the same: the file has one exception, this is the second.
    let said = explain(&world, "web.whatsapp.com");
    assert!(said.contains("ALLOWED") && said.contains("exception/2") && said.contains("Volunteers"), "{said}");
    let shown = browser.get(&path).body;
    assert!(shown.contains("It is allowed now") && shown.contains("Volunteers &lt;b&gt;call."), "{shown}");

    let policy = browser.get("/policy").body;
    let end = policy.split("action=\"/policy/exceptions/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let ended = browser.post(&format!("/policy/exceptions/{end}"), "");
    assert_eq!(ended.status, 303, "{ended:?}");
    let begun = Instant::now();
    assert!(world.guard.waits_for(|_| world.rule(LAPTOP, "web.whatsapp.com") == "work/never/private-messaging"));
    println!("its end counted {} ms after it", begun.elapsed().as_millis());
    assert!(explain(&world, "web.whatsapp.com").contains("BLOCKED"));
    assert_eq!(browser.post(&format!("/policy/exceptions/{end}"), "").status, 303, "ended twice is ended");
    let verified = world.guard.run(&["record", "verify"]);
    assert!(verified.status.success(), "{verified:?}");
    world.guard.end();
}

#[test]
fn pages_say_what_is_blocked_and_why_and_nothing_of_what_is_private() {
    let (world, port) = rooms();
    let mut stranger = Browser { port, cookies: Vec::new() };
    for path in ["/policy", "/names", "/names/1", "/names/live", "/lists"] {
        let page = stranger.get(path);
        assert_eq!((page.status, page.header.contains("location: /closed")), (303, true), "{path}: {page:?}");
    }
    let mut browser = Browser::enter(&world.guard, port);
    // An indicator is not allowed from here, whatever is posted.
    let path = row(&mut browser, "known-bad.example");
    let known = browser.get(&path).body;
    assert!(known.contains("cannot be allowed from here") && known.contains("despite_indicators"), "{known}");
    let form = "who=device%3Alaptop-alice&to=known-bad.example&until=2126-01-01&reason=x";
    assert_eq!(browser.post(&path, form).status, 422);
    assert!(!world.guard.path("state").join("exceptions.json").exists());

    assert!(world.guard.waits_for(|_| {
        let all = Browser { port, cookies: browser.cookies.clone() }.get("/names").body;
        all.contains("allowed.example")
    }));
    let all = browser.get("/names").body;
    assert!(all.contains("torproject.org") && all.contains("The list &quot;adverts&quot; blocks it."), "{all}");
    assert!(!all.contains("private.evil") && all.contains("their rows do not exist"), "{all}");
    let policy = browser.get("/policy").body;
    for part in [
        "What comes from 127.20.0.0/16 is in it.",
        "Never: private messaging; personal mail; encrypted DNS elsewhere; Tor, VPNs and anonymisers; 203.0.113.0/24.",
        "Its traffic leaves only for what our own resolver just answered.",
        "These lists block here: malware.",
        "and every unknown device",
        "Of what is asked for here, nothing is written down anywhere.",
        "the group press",
        "Volunteers are there until the vote.",
        "in vauban.toml",
        "Alice Martin",
    ] {
        assert!(policy.contains(part), "{part}: {policy}");
    }
    let lists = browser.get("/lists").body;
    assert!(lists.contains("3 entries") && lists.contains("All of them are well"), "{lists}");
    for page in [&all, &policy, &lists] {
        assert!(!page.contains("<script"), "{page}");
    }
}

#[test]
fn rows_come_while_somebody_looks_on() {
    let (world, port) = rooms();
    let mut browser = Browser::enter(&world.guard, port);
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let cookies = browser.cookies.join("; ");
    write!(
        stream,
        "GET /names/live?verdict=block HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookies}\r\nAccept-Language: en\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut text = String::new();
    let mut until = |part: &str| {
        let mut bytes = [0; 4096];
        while !text.contains(part) {
            let length = stream.read(&mut bytes).unwrap();
            assert!(length > 0, "the page ended before {part}: {text}");
            text.push_str(&String::from_utf8_lossy(&bytes[..length]));
        }
        text.clone()
    };
    assert!(!until("ads.example").contains("new.evil.example"));
    world.ask(WORK, "new.evil.example");
    let grown = until("new.evil.example");
    assert!(!grown.contains("allowed.example") && !grown.contains("private.evil"), "{grown}");
    // Whoever left sees no more of it.
    browser.post("/leave", "");
    let whole = until("</html>");
    assert!(whole.contains("The page no longer follows."), "{whole}");
}

#[test]
fn everybody_can_use_the_rooms_in_a_real_browser() {
    let Some(modules) = std::env::var_os("VAUBAN_BROWSER") else {
        assert!(std::env::var_os("VAUBAN_SLOW").is_none() || std::env::var_os("CI").is_none(), "CI must not skip this");
        println!("skipped: the rooms of the policy in a browser, which needs chromium, playwright-core and axe-core");
        return;
    };
    let (world, _) = rooms();
    let printed =
        world.guard.run(&["portal", "link", "--config", &world.guard.path("vauban.toml").display().to_string()]);
    let link = String::from_utf8(printed.stdout).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../conformance/portal/rooms.mjs");
    let mut node = std::process::Command::new("node");
    node.arg(script).arg(modules).arg(link.trim());
    node.args(std::env::var_os("VAUBAN_PICTURES"));
    let visit = node.output().unwrap();
    let said = String::from_utf8_lossy(&visit.stdout).into_owned();
    assert!(visit.status.success(), "{said} {}", String::from_utf8_lossy(&visit.stderr));
    println!("{said}");
}
