//! The pages, as a browser gets them: who comes in, what they say in both languages, and what their forms do.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use crate::{
    door::Door,
    milter::{Client, doubtful, honest, trap},
    process::{Guard, free_port},
};

const CLAIRE: &str = "claire.martin@campagne.example";

/// A browser, as far as these pages need one.
pub(crate) struct Browser {
    pub(crate) port: u16,
    pub(crate) cookies: Vec<String>,
}

/// A page.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) header: String,
    pub(crate) body: String,
}

impl Browser {
    /// Somebody who opens the link that is printed on the terminal.
    pub(crate) fn enter(guard: &Guard, port: u16) -> Self {
        let printed = guard.run(&["portal", "link", "--config", &guard.path("vauban.toml").display().to_string()]);
        let link = String::from_utf8(printed.stdout).unwrap();
        let path = link.trim().strip_prefix(&format!("http://127.0.0.1:{port}")).expect("a link to these pages");
        let mut browser = Self { port, cookies: Vec::new() };
        let entered = browser.get(path);
        assert_eq!(entered.status, 303, "{entered:?}");
        assert!(entered.header.contains("HttpOnly; SameSite=Strict"), "{entered:?}");
        assert_eq!(
            browser.get(path).header.lines().find(|line| line.starts_with("location")),
            Some("location: /closed")
        );
        browser
    }

    pub(crate) fn get(&mut self, path: &str) -> Page {
        self.ask("GET", path, &format!("127.0.0.1:{}", self.port), "", "")
    }

    pub(crate) fn post(&mut self, path: &str, form: &str) -> Page {
        let host = format!("127.0.0.1:{}", self.port);
        self.ask(
            "POST",
            path,
            &host,
            &format!("Origin: http://{host}\r\nContent-Type: application/x-www-form-urlencoded\r\n"),
            form,
        )
    }

    fn ask(&mut self, method: &str, path: &str, host: &str, more: &str, form: &str) -> Page {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let cookies = self.cookies.join("; ");
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookies}\r\nAccept-Language: en\r\n{more}Content-Length: {}\r\nConnection: close\r\n\r\n{form}",
            form.len()
        )
        .unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (header, body) = text.split_once("\r\n\r\n").unwrap();
        let set = header.lines().filter_map(|line| line.strip_prefix("set-cookie: "));
        for cookie in set.map(|line| line.split(';').next().unwrap().to_owned()) {
            let name = cookie.split('=').next().unwrap().to_owned();
            self.cookies.retain(|known| known.split('=').next() != Some(&name));
            self.cookies.push(cookie);
        }
        let status = header.split(' ').nth(1).unwrap().parse().unwrap();
        Page { status, header: header.to_owned(), body: body.to_owned() }
    }
}

/// A guard with pages, to which something happened: the guard, the port of the pages, the door.
pub(crate) fn visited() -> (Guard, u16, Door) {
    let port = free_port();
    let tables = format!(
        "address = \"vauban@campagne.example\"\nlanguages = [\"en\"]\n[portal]\nlisten = \"127.0.0.1:{port}\"\n"
    );
    let mut guard = Guard::prepare_with(&tables, "digest_hours = 0\nkey_file = \"FOLDER/key\"\n");
    guard.begin();
    let door = Door::open(guard.release);
    let mut client = Client::ready(guard.milter);
    client.message(&honest(1).replace("à demain.", "https://piege-campagne.test/")).unwrap();
    client.message(&doubtful(2)).unwrap();
    client.message(&trap(3, "<script>alert(1)</script>")).unwrap();
    client.message(&trap(4, "b").replace("contact@lumiere.test", "evil@lumiere.test")).unwrap();
    let reported = doubtful(5).replace("à demain.", "https://piege-campagne.test/compte");
    let report = format!(
        "From: Claire Martin <{CLAIRE}>\nTo: vauban@campagne.example\nMessage-ID: <r1@campagne.example>\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\n{reported}"
    );
    client.outgoing(CLAIRE, &["vauban@campagne.example"], &report).unwrap();
    door.waits_for(1);
    (guard, port, door)
}

#[test]
fn pages_are_for_whoever_has_the_link_and_for_no_other_page() {
    let (guard, port, _door) = visited();
    let mut stranger = Browser { port, cookies: Vec::new() };
    for path in ["/", "/sightings", "/mail", "/quarantine", "/reports", "/quarantine/abc"] {
        let page = stranger.get(path);
        assert_eq!((page.status, page.header.contains("location: /closed")), (303, true), "{path}: {page:?}");
    }
    let closed = stranger.get("/closed");
    assert_eq!(closed.status, 401);
    assert!(closed.body.contains("vauban portal link"), "{}", closed.body);
    assert!(!stranger.get("/enter?key=00").header.contains("set-cookie"));

    let mut browser = Browser::enter(&guard, port);
    let page = browser.get("/");
    assert_eq!(page.status, 200);
    for header in
        ["content-security-policy: default-src 'none'", "cache-control: no-store", "x-content-type-options: nosniff"]
    {
        assert!(page.header.contains(header), "{header}: {}", page.header);
    }
    // A name of somebody else's that was made to lead here, and a form of another page.
    assert_eq!(browser.ask("GET", "/", "evil.example", "", "").status, 403);
    let host = format!("127.0.0.1:{port}");
    assert_eq!(browser.ask("POST", "/leave", &host, "Origin: http://evil.example\r\n", "").status, 403);
    assert_eq!(browser.ask("POST", "/leave", &host, "", "").status, 403);
    assert_eq!(browser.get("/nowhere").status, 404);
    // Away from these pages leads no link of a page.
    for away in ["//evil.example", "/%09/evil.example", "/%5cevil.example", "https://evil.example"] {
        let back = browser.get(&format!("/language?to=fr&back={away}"));
        let place = back.header.lines().find(|line| line.starts_with("location"));
        assert_eq!(place, Some("location: /"), "{away}");
    }
    assert_eq!(browser.post("/leave", "").status, 303);
    assert_eq!(browser.get("/").status, 303);
}

#[test]
fn pages_say_what_waits_and_why_in_both_languages() {
    let (guard, port, _door) = visited();
    let mut browser = Browser::enter(&guard, port);
    let overview = browser.get("/").body;
    for part in ["<html lang=\"en\">", "2 messages kept back to look at", "1 reported mail to confirm", "flagged"] {
        assert!(overview.contains(part), "{part}: {overview}");
    }
    let mail = browser.get("/mail").body;
    assert!(mail.contains("A shortcut is attached") && mail.contains(CLAIRE), "{mail}");
    let flagged = browser.get("/mail?verdict=flag").body;
    assert!(!flagged.contains("A shortcut is attached") && flagged.contains("The name of somebody"), "{flagged}");
    let number = flagged.split("/mail/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let one = browser.get(&format!("/mail/{number}")).body;
    assert!(one.contains("+5") && one.contains("The score is the sum of these reasons"), "{one}");

    browser.get("/language?to=fr&back=/quarantine");
    let quarantine = browser.get("/quarantine").body;
    assert!(quarantine.contains("<html lang=\"fr\">") && quarantine.contains("À décider"), "{quarantine}");
    // What is sealed is shown nowhere, and what an attacker wrote is no markup.
    for page in [&overview, &mail, &quarantine] {
        assert!(!page.contains("<script") && !page.contains("alert(1)"), "{page}");
    }
}

#[test]
fn forms_decide_and_the_record_says_who() {
    let (mut guard, port, door) = visited();
    let mut browser = Browser::enter(&guard, port);
    let ids: Vec<String> = {
        let page = browser.get("/quarantine").body;
        page.split("/quarantine/").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    assert_eq!(ids.len(), 2);
    assert_eq!(browser.post(&format!("/quarantine/{}/release", ids[0]), "").status, 303);
    let released = &door.waits_for(2)[1];
    assert!(released.text().contains("p.lnk"), "{released:?}");
    assert_eq!(browser.post(&format!("/quarantine/{}/delete", ids[1]), "").status, 303);
    // Once decided, nothing more happens.
    assert_eq!(browser.post(&format!("/quarantine/{}/release", ids[1]), "").status, 303);
    assert_eq!(door.taken().len(), 2);
    let page = browser.get("/quarantine").body;
    assert!(page.contains("released") && page.contains("deleted") && page.contains("Nothing waits"), "{page}");

    let reports = browser.get("/reports").body;
    let report = reports.split("/reports/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let page = browser.get(&format!("/reports/{report}")).body;
    let number = |value: &str| {
        let before = page.split(&format!(">{value}<")).next().unwrap();
        before.rsplit("value=\"").next().unwrap().split('"').next().unwrap().to_owned()
    };
    let form = format!("value={}", number("piege-campagne.test"));
    let nothing = browser.post(&format!("/reports/{report}"), "value=99");
    assert!(nothing.body.contains("Nothing was ticked"), "{}", nothing.body);
    let confirmed = browser.post(&format!("/reports/{report}"), &form);
    assert_eq!(confirmed.status, 200, "{confirmed:?}");
    assert!(confirmed.body.contains("These messages contained them"), "{}", confirmed.body);
    assert!(confirmed.body.contains("sender@lumiere.test"), "{}", confirmed.body);
    assert!(guard.waits_for(|guard| guard.metric("vauban_reloads_total{outcome=\"done\"}") > 0.0));
    let known = String::from_utf8(guard.run(&["intel", "list"]).stdout).unwrap();
    assert!(known.contains("organisation"), "{known}");
    let met =
        Client::ready(guard.milter).message(&honest(9).replace("à demain.", "http://piege-campagne.test/x")).unwrap();
    assert_eq!(met.last, 'd', "{met:?}");
    let sightings = browser.get("/sightings").body;
    assert!(sightings.contains("piege-campagne[.]test"), "{sightings}");
    let name = sightings.split("/sightings/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let story = browser.get(&format!("/sightings/{name}")).body;
    assert!(story.contains("mail 9@lumiere.test"), "{story}");
    let verified = guard.run(&["record", "verify"]);
    assert!(verified.status.success(), "{verified:?}");
    guard.end();
}

#[test]
fn everybody_can_use_the_pages_in_a_real_browser() {
    let Some(modules) = std::env::var_os("VAUBAN_BROWSER") else {
        assert!(std::env::var_os("VAUBAN_SLOW").is_none() || std::env::var_os("CI").is_none(), "CI must not skip this");
        println!("skipped: the pages in a browser, which needs chromium, playwright-core and axe-core");
        return;
    };
    let (guard, _, _door) = visited();
    // A sighting to look at: an indicator that is known from a file, and a message that carries it.
    let list = guard.path("list.csv");
    std::fs::write(&list, "indicator,type,description\nvu-partout.test,domain-name,Phishing\n").unwrap();
    assert!(guard.run(&["intel", "add", &list.display().to_string()]).status.success());
    assert!(guard.waits_for(|guard| guard.metric("vauban_reloads_total{outcome=\"done\"}") > 0.0));
    Client::ready(guard.milter).message(&honest(20).replace("à demain.", "https://vu-partout.test/")).unwrap();
    let printed = guard.run(&["portal", "link", "--config", &guard.path("vauban.toml").display().to_string()]);
    let link = String::from_utf8(printed.stdout).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../conformance/portal/visit.mjs");
    let mut node = std::process::Command::new("node");
    node.arg(script).arg(modules).arg(link.trim());
    node.args(std::env::var_os("VAUBAN_PICTURES"));
    let visit = node.output().unwrap();
    assert!(
        visit.status.success(),
        "{} {}",
        String::from_utf8_lossy(&visit.stdout),
        String::from_utf8_lossy(&visit.stderr)
    );
}
