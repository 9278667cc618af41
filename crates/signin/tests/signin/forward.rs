//! Tools behind a proxy that asks: who has a pass comes in, nobody else does, whatever they send.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use jiff::Timestamp;
use vauban_model::Text;
use vauban_people::Actor;
use vauban_signin::Reach;

use crate::{
    browser::{Browser, Came},
    world::{Person, World},
};

const WIKI: &str = "https://wiki.campagne.example";
const HOST: &str = "wiki.campagne.example";

/// What a proxy says for a page that a browser asks for.
fn page(host: &str, path: &str) -> String {
    format!(
        "X-Forwarded-Host: {host}\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Method: GET\r\nX-Forwarded-Uri: {path}\r\nSec-Fetch-Mode: navigate\r\n"
    )
}

fn asked(browser: &mut Browser, headers: &str) -> Came {
    browser.send("GET", "/forward", headers, b"")
}

fn header<'c>(came: &'c Came, name: &str) -> Option<&'c str> {
    came.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

fn location(came: &Came) -> String {
    header(came, "location").unwrap_or_else(|| panic!("{came:?}")).to_owned()
}

/// A town whose policy is a switch.
struct Walk {
    world: Arc<World>,
    ana: Person,
    is_open: Arc<AtomicBool>,
}

impl Walk {
    fn new() -> Self {
        let is_open = Arc::new(AtomicBool::new(true));
        let rule = Arc::clone(&is_open);
        let world = World::with(|settings| {
            settings.tools = vec![WIKI.parse().unwrap()];
            settings.reach = Reach::new(move |_, host, _| {
                let why = Text::new("pas ce soir", "not tonight");
                if rule.load(Ordering::Relaxed) && host == HOST { Ok(()) } else { Err(why) }
            });
        });
        let (world, [ana, _]) = world.founded();
        Self { world, ana, is_open }
    }

    /// A browser as the tool's host sees it: none of our cookies come there.
    fn at_the_tool(&self) -> Browser {
        let mut browser = self.world.browser();
        HOST.clone_into(&mut browser.host);
        browser
    }

    /// The way round, in two jars, since the two hosts have cookies of their own.
    fn pass(&mut self, tool: &mut Browser, path: &str) -> Came {
        let came = asked(tool, &page(HOST, path));
        assert_eq!(came.status, 302, "{came:?}");
        let start = location(&came);
        let set_out = tool.get(start.strip_prefix(WIKI).unwrap());
        let here = location(&set_out);
        let going = here.strip_prefix(&format!("http://{}", self.world.address)).unwrap();
        let ticket = self.ana.browser.get(going);
        let back = location(&ticket);
        tool.get(back.strip_prefix(WIKI).unwrap())
    }
}

#[test]
fn whoever_is_signed_in_goes_round_once_and_is_in() {
    let mut walk = Walk::new();
    let mut tool = walk.at_the_tool();
    let entered = walk.pass(&mut tool, "/page?a=b&c=%26");
    assert_eq!((entered.status, location(&entered).as_str()), (303, "/page?a=b&c=%26"));
    assert!(
        entered.head.contains("__Host-vauban-pass=") && entered.head.contains("SameSite=Lax; Secure"),
        "{entered:?}"
    );
    let welcome = asked(&mut tool, &page(HOST, "/page"));
    assert_eq!((welcome.status, header(&welcome, "remote-name")), (200, Some("Ana")));
    let ana =
        walk.world.people.persons(false).unwrap().into_iter().find(|person| person.name.as_str() == "Ana").unwrap();
    assert_eq!(header(&welcome, "remote-user"), Some(ana.id.to_string().as_str()));
    assert_eq!(header(&welcome, "remote-groups"), Some(""));

    walk.world.people.suspend(&Actor::Machine, ana.id, Timestamp::now()).unwrap();
    assert_eq!(asked(&mut tool, &page(HOST, "/page")).status, 302, "at once");
    let script = "X-Forwarded-Host: wiki.campagne.example\r\nSec-Fetch-Mode: cors\r\n";
    let told = asked(&mut tool, script);
    assert_eq!((told.status, told.code().as_str()), (401, "no-session"), "a script is not sent round");
}

#[test]
fn the_policy_is_asked_each_time() {
    let mut walk = Walk::new();
    let mut tool = walk.at_the_tool();
    walk.pass(&mut tool, "/");
    walk.is_open.store(false, Ordering::Relaxed);
    let closed = asked(&mut tool, &page(HOST, "/"));
    assert_eq!(closed.status, 403);
    assert!(closed.body.contains("not tonight") && header(&closed, "remote-user").is_none(), "{closed:?}");
    let mut other = walk.at_the_tool();
    let start = location(&asked(&mut other, &page(HOST, "/")));
    let here = location(&other.get(start.strip_prefix(WIKI).unwrap()));
    let refused = walk.ana.browser.get(here.split_once(&walk.world.address).unwrap().1);
    assert!(refused.status == 403 && refused.body.contains("not tonight"), "no ticket either: {refused:?}");
}

#[test]
fn whoever_signs_in_on_the_way_arrives_where_they_were_going() {
    let walk = Walk::new();
    let mut stranger = walk.world.browser();
    let going = format!("/forward/start?host={HOST}&way={}&to=%2Fpage", "A".repeat(43));
    let sent = stranger.get(&going);
    let to = location(&sent);
    assert!(to.starts_with("/signin?to=%2Fforward%2Fstart%3Fhost%3D"), "{to}");
    let shown = stranger.get(&to);
    assert!(shown.body.contains("data-back=\"/forward/start?host=wiki.campagne.example&amp;way="), "{}", shown.body);
    let elsewhere = stranger.get("/signin?to=%2F%2Fevil.example");
    assert!(elsewhere.status == 200 && !elsewhere.body.contains("evil"), "{}", elsewhere.body);
    let from_elsewhere = stranger.send("GET", &going, "Sec-Fetch-Site: cross-site\r\n", b"");
    assert_eq!(from_elsewhere.status, 200, "the browser asks once more, with its cookies");
    assert!(from_elsewhere.body.contains("http-equiv=\"refresh\""), "{}", from_elsewhere.body);
}

#[test]
fn malformed_cookie_against_forward_authentication_cve_2026_25748() {
    let walk = Walk::new();
    let huge = "x".repeat(40_000);
    let cookies = [
        "__Host-vauban-pass=",
        "__Host-vauban-pass",
        "__Host-vauban-pass=;",
        "__Host-vauban-pass=%00",
        "__Host-vauban-pass=\"",
        "=; =; __Host-vauban-pass==",
        ";;;;",
        "vauban-pass=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "__Host-vauban-pass=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "__Host-vauban-pass=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA; __Host-vauban-pass=b",
        huge.as_str(),
    ];
    for cookie in cookies {
        let came = asked(&mut walk.at_the_tool(), &format!("{}Cookie: {cookie}\r\n", page(HOST, "/")));
        assert!(matches!(came.status, 302 | 431), "{} for {cookie:.40}", came.status);
        assert!(header(&came, "remote-user").is_none());
    }
}

#[test]
fn what_a_client_forges_opens_nothing() {
    let mut walk = Walk::new();
    let mut tool = walk.at_the_tool();
    walk.pass(&mut tool, "/");
    let twice = format!("{}X-Forwarded-Host: evil.example\r\n", page(HOST, "/"));
    let forged = [
        (twice.as_str(), "two hosts"),
        ("", "no host"),
        ("X-Forwarded-Host: wiki.campagne.example, evil.example\r\n", "a list"),
        ("X-Forwarded-Host: evil.example\r\n", "a stranger"),
        ("X-Forwarded-Host: wiki.campagne.example.evil.example\r\n", "a suffix"),
        ("X-Forwarded-Host: WIKI.campagne.example\r\n", "capitals"),
        ("X-Forwarded-Host: wiki.campagne.example:443\r\n", "a port"),
        ("X-Forwarded-Host: wiki.campagne.example\r\nX-Forwarded-Proto: http\r\n", "another scheme"),
    ];
    for (headers, what) in forged {
        assert_eq!(asked(&mut tool, headers).status, 403, "{what}");
    }
    let mut nobody = walk.at_the_tool();
    let named =
        format!("{}Remote-User: ana\r\nRemote-Groups: admin\r\nX-Forwarded-For: 127.0.0.1\r\n", page(HOST, "/"));
    assert_eq!(asked(&mut nobody, &named).status, 302);
    let trick = asked(&mut nobody, &page(HOST, "//evil.example/"));
    assert!(location(&trick).ends_with("/.vauban/start?to=%2F"), "{trick:?}");
}

#[test]
fn a_ticket_is_worth_nothing_in_another_browser() {
    let mut walk = Walk::new();
    let (mut mine, mut victims) = (walk.at_the_tool(), walk.at_the_tool());
    let start = location(&asked(&mut mine, &page(HOST, "/")));
    let here = location(&mine.get(start.strip_prefix(WIKI).unwrap()));
    let back = location(&walk.ana.browser.get(here.split_once(&walk.world.address).unwrap().1));
    let path = back.strip_prefix(WIKI).unwrap();
    victims.get("/.vauban/start?to=/");
    for browser in [&mut victims, &mut walk.at_the_tool()] {
        let came = browser.get(path);
        assert!(came.status == 403 && !came.head.contains("vauban-pass"), "{came:?}");
    }
    assert_eq!(mine.get(path).status, 303);
    assert_eq!(mine.get(path).status, 403, "a replay");
    let mut stranger = walk.at_the_tool();
    "evil.example".clone_into(&mut stranger.host);
    assert_eq!(stranger.get(path).status, 403);
    let own = walk.ana.browser.get("/.vauban/start?to=/");
    assert_eq!(own.status, 403, "the name of sign-in is no tool");
}

#[test]
fn when_the_store_fails_nobody_comes_in() {
    let mut walk = Walk::new();
    let mut tool = walk.at_the_tool();
    walk.pass(&mut tool, "/");
    assert_eq!(asked(&mut tool, &page(HOST, "/")).status, 200);
    walk.world.break_store("passes");
    let came = asked(&mut tool, &page(HOST, "/"));
    assert_eq!((came.status, header(&came, "remote-user")), (503, None), "{came:?}");
}
