//! An organisation that keeps its provider (which is one of ours, over HTTP) and lets people in by their accounts there.

use std::sync::Arc;

use serde_json::json;
use vauban_oidc::elsewhere::{Carrier, Credentials, Elsewhere, Reply};
use vauban_people::{Actor, EventKind, Role};
use vauban_signin::{KeptProvider, Settings, redirect};
use vauban_softkey::honest;

use crate::{
    browser::{Browser, Came},
    house::House,
    tool::follow,
    world::{Person, World, rng},
};

/// Carries requests to the address that they name.
struct Plain;

fn reply(url: &str, method: &str, headers: &str, body: &str) -> Result<Reply, String> {
    let (address, path) = url.strip_prefix("http://").and_then(|rest| rest.split_once('/')).ok_or("not here")?;
    let came = Browser::new(address).send(method, &format!("/{path}"), headers, body.as_bytes());
    Ok(Reply { status: came.status, body: came.body.into_bytes() })
}

impl Carrier for Plain {
    fn get(&self, url: &str, _: u64) -> Result<Reply, String> {
        reply(url, "GET", "", "")
    }

    fn post(&self, url: &str, form: &str, authorization: Option<&str>, _: u64) -> Result<Reply, String> {
        let authorization = authorization.map(|text| format!("Authorization: {text}\r\n")).unwrap_or_default();
        reply(url, "POST", &format!("Content-Type: application/x-www-form-urlencoded\r\n{authorization}"), form)
    }
}

/// Sign-in that keeps a provider, in which it has this name and secret.
pub(crate) fn keeping(settings: &mut Settings, issuer: &str, client: &str, secret: &str) {
    let secret = zeroize::Zeroizing::new(secret.to_owned());
    let credentials = Credentials { issuer: issuer.to_owned(), client: client.to_owned(), secret };
    let provider = Elsewhere::new(credentials, &redirect(&settings.origin), Arc::new(Plain)).unwrap();
    settings.kept = Some(KeptProvider { name: "Mairie".to_owned(), provider: Arc::new(provider) });
}

/// The provider that is there already, with Ana and Bob, and an organisation beside it, with Ana and Bob of its own.
struct Two {
    there: House,
    here: Arc<World>,
    founders: [Person; 2],
}

impl Two {
    fn new() -> Self {
        let there = House::new();
        let (here, founders) = World::with(|settings| {
            let back = redirect(&settings.origin);
            let tool = there.add("vauban", |new| new.redirects = vec![back.parse().unwrap()]);
            keeping(settings, &there.origin(), &tool.id, &tool.secret.unwrap());
        })
        .founded();
        Self { there, here, founders }
    }

    /// A link for somebody new, whom both let in.
    fn link(&mut self, name: &str) -> String {
        let request = self.here.asked(name, &mut self.founders);
        self.here.link(request)
    }

    /// Somebody goes to the provider, where they are in as Ana, and comes back with this query.
    fn away(&mut self, browser: &mut Browser, path: &str, body: &serde_json::Value) -> Result<String, Came> {
        let came = browser.post(path, body);
        if came.status != 200 {
            return Err(came);
        }
        Ok(self.sent(browser, &came))
    }

    /// A founder touches their key, goes to the provider and comes back with this query.
    fn touch_and_leave(&mut self, browser: &mut Browser, founder: usize) -> String {
        let came = browser.sign("/mine/accounts", &mut self.founders[founder].key, honest);
        assert_eq!(came.status, 200, "{came:?}");
        self.sent(browser, &came)
    }

    /// A founder adds an account.
    fn add(&mut self, browser: &mut Browser, founder: usize) -> Came {
        let query = self.touch_and_leave(browser, founder);
        let came = browser.get(&format!("/signin/elsewhere?{query}"));
        follow(browser, came).page
    }

    /// Where an answer sends a browser, and what it comes back with.
    fn sent(&mut self, browser: &Browser, came: &Came) -> String {
        let to = came.json()["to"].as_str().unwrap().to_owned();
        let path = to.strip_prefix(&self.there.origin()).unwrap_or_else(|| panic!("{to}"));
        let came = self.there.ana.browser.get(path);
        let landed = follow(&mut self.there.ana.browser, came);
        assert_eq!(landed.at, Some(redirect(&browser.origin())));
        landed.to.split_once('?').unwrap().1.to_owned()
    }

    /// The whole way there and back.
    fn go(&mut self, browser: &mut Browser, path: &str, body: &serde_json::Value) -> Came {
        match self.away(browser, path, body) {
            Ok(query) => {
                let came = browser.get(&format!("/signin/elsewhere?{query}"));
                follow(browser, came).page
            }
            Err(came) => came,
        }
    }

    /// Somebody who came with a link and their account, and has no key.
    fn keyless(&mut self, name: &str) -> Browser {
        let (link, mut browser) = (self.link(name), self.here.browser());
        let came = self.go(&mut browser, "/enrol/elsewhere", &json!({ "link": link }));
        assert!(came.status == 200 && came.body.contains(name), "{came:?}");
        browser
    }

    fn kinds(&self) -> Vec<EventKind> {
        self.here.people.last_events(20).unwrap().into_iter().map(|event| event.kind).collect()
    }
}

#[test]
fn a_link_and_an_account_let_somebody_in_for_an_hour_without_administration() {
    let mut two = Two::new();
    let mut browser = two.keyless("Cleo");
    let mine = browser.get("/mine");
    assert!(mine.body.contains("Accounts of another provider") && mine.body.contains("Passkeys (0)"), "{mine:?}");
    assert!(mine.body.contains("You came in by an account") && !mine.body.contains("data-kind"), "{mine:?}");
    assert!(mine.body.contains("by an account, bound to no device"), "{mine:?}");
    assert!(two.kinds().contains(&EventKind::AccountAdded));

    // Out, and in again by the account alone, to where they were going.
    let origin = format!("Origin: {}\r\n", browser.origin());
    assert_eq!(browser.send("POST", "/signin/out", &origin, b"").status, 303);
    assert_eq!(browser.get("/requests").location(), "/signin?to=%2Frequests");
    let page = browser.get("/signin?to=%2Frequests").body;
    assert!(page.contains("Sign in with my Mairie account") && page.contains("look-alike"), "{page}");
    let came = two.go(&mut browser, "/signin/elsewhere", &json!({ "back": "/requests" }));
    assert!(came.body.contains("<title>Requests"), "{came:?}");
    let came = browser.send("POST", "/mine/keys/ask", &format!("{origin}Content-Type: application/json\r\n"), b"{}");
    assert_eq!((came.status, came.code().as_str()), (403, "by-account"), "no key comes of it");
}

#[test]
fn whoever_stole_the_answer_or_shows_it_twice_gets_nothing() {
    let mut two = Two::new();
    two.keyless("Cleo");
    let mut browser = two.here.browser();
    let query = two.away(&mut browser, "/signin/elsewhere", &json!({})).unwrap();
    let done = format!("/signin/elsewhere/done?{query}");
    // The answer of an attacker's own attempt, in somebody else's browser: nobody is signed in as another by a link.
    let mut other = two.here.browser();
    other.get("/signin");
    let came = other.get(&done);
    assert!(came.status == 403 && came.body.contains("Begin again") && !other.cookies.contains_key("vauban-session"));
    let mut thief = two.here.browser();
    assert_eq!(two.away(&mut thief, "/signin/elsewhere", &json!({})).map(drop).map_err(|came| came.status), Ok(()));
    assert_eq!(thief.get(&done).status, 403, "one of another browser's, which it keeps");
    assert_eq!(browser.get(&done).status, 200);
    assert!(browser.cookies.contains_key("vauban-session"));
    let mut again = browser.clone();
    again.cookies.remove("vauban-session");
    assert_eq!(again.get(&done).status, 403, "good once");
    for query in ["", "code=a", "code=a&state=b", "state=&code=", "code=a&code=b&state=c", "error=x&state=%00"] {
        let came = two.here.browser().get(&format!("/signin/elsewhere/done?{query}"));
        assert!(matches!(came.status, 400 | 403), "{query}: {came:?}");
    }
    let long = format!("/signin/elsewhere?code={}", "a".repeat(5_000));
    assert_eq!(two.here.browser().get(&long).status, 400);
    let odd = two.here.browser().get("/signin/elsewhere?code=%22%3E%3Cscript%3E&state=%0d%0aSet-Cookie:a=b");
    assert!(odd.status == 200 && !odd.body.contains("<script>") && !odd.head.contains("\r\nSet-Cookie"), "{odd:?}");
}

#[test]
fn an_attempt_for_one_thing_is_none_for_another() {
    let mut two = Two::new();
    let link = two.link("Cleo");
    let mut browser = two.here.browser();
    // An attempt to sign in brings no account to anybody, and one with a link needs the link until the end.
    let query = two.away(&mut browser, "/signin/elsewhere", &json!({ "link": link })).unwrap();
    let came = browser.get(&format!("/signin/elsewhere/done?{query}"));
    assert!(came.status == 403 && came.body.contains("nobody's here"), "{came:?}");
    assert!(two.kinds().contains(&EventKind::SignInRefused));
    let query = two.away(&mut browser, "/enrol/elsewhere", &json!({ "link": link })).unwrap();
    assert!(browser.enrol(&link, 7).is_ok(), "meanwhile the link was used");
    let came = browser.get(&format!("/signin/elsewhere/done?{query}"));
    assert!(came.status == 403 && came.body.contains("used already"), "{came:?}");
    assert!(!came.body.contains("still good"), "{came:?}");
    let answered = json!({ "challenge": "A".repeat(43), "response": {} });
    assert_eq!(browser.post("/signin/answer", &answered).status, 403);
}

#[test]
fn administrators_come_with_a_key() {
    let mut two = Two::new();
    let request = two.here.people.found("Dora".parse().unwrap(), &mut rng().unwrap(), jiff::Timestamp::now());
    assert!(request.is_err(), "there are two");
    let person = vauban_people::NewPerson {
        name: "Dora".parse().unwrap(),
        tie: vauban_people::Tie::Staff,
        role: Role::Administrator,
        groups: std::collections::BTreeSet::new(),
        until: None,
    };
    let now = jiff::Timestamp::now();
    let request = two.here.people.invite(&Actor::Machine, &person, &mut rng().unwrap(), now).unwrap().id;
    for founder in &mut two.founders {
        assert_eq!(founder.browser.sign(&format!("/requests/{request}"), &mut founder.key, honest).status, 200);
    }
    let link = two.here.link(request);
    let mut browser = two.here.browser();
    let who = browser.post("/enrol/who", &json!({ "link": link })).json();
    assert_eq!(who["elsewhere"], false);
    let came = two.away(&mut browser, "/enrol/elsewhere", &json!({ "link": link })).unwrap_err();
    assert_eq!((came.status, came.code().as_str()), (403, "needs-key"));
}

#[test]
fn an_administrator_adds_an_account_with_a_fresh_key_and_administers_nothing_by_it() {
    let mut two = Two::new();
    let [mut ana, _] = two.founders.clone_browsers();
    let came = two.add(&mut ana, 0);
    assert!(came.status == 200 && came.body.contains("Accounts of another provider (1)"), "{came:?}");
    assert_eq!(two.here.people.accounts(two.here.people.find("Ana").unwrap().id).unwrap().len(), 1);
    let mut browser = two.here.browser();
    let came = two.go(&mut browser, "/signin/elsewhere", &json!({}));
    assert_eq!(came.status, 200, "{came:?}");
    two.here.bind(&mut browser);
    let people = browser.get("/people");
    assert!(people.status == 403 && people.body.contains("You came in by an account"), "{people:?}");
    let add = browser.post("/mine/accounts/ask", &json!({}));
    assert_eq!((add.status, add.code().as_str()), (403, "by-account"), "an account brings no other");
    // Whoever is in when the browser comes back is who set out.
    let query = two.touch_and_leave(&mut ana, 0);
    let mut other = browser.clone();
    other.cookies.insert("vauban-browser".to_owned(), ana.cookies["vauban-browser"].clone());
    let [_, bob] = two.founders.clone_browsers();
    other.cookies.insert("vauban-session".to_owned(), bob.cookies["vauban-session"].clone());
    let came = other.get(&format!("/signin/elsewhere/done?{query}"));
    assert_eq!(came.status, 403, "{came:?}");
}

/// What a test needs of both founders, without their keys.
trait Browsers {
    fn clone_browsers(&self) -> [Browser; 2];
}

impl Browsers for [Person; 2] {
    fn clone_browsers(&self) -> [Browser; 2] {
        self.each_ref().map(|person| person.browser.clone())
    }
}

#[test]
fn tools_are_told_nothing_of_how_somebody_signed_in_elsewhere() {
    let there = House::new();
    let mut here = House::with(|settings| {
        let back = redirect(&settings.origin);
        let known = there.add("vauban", |new| new.redirects = vec![back.parse().unwrap()]);
        keeping(settings, &there.origin(), &known.id, &known.secret.unwrap());
    });
    let tool = here.tool();
    let tokens = tool.tokens(&mut here.ana.browser, &[]);
    let claims = here.claims(tokens["id_token"].as_str().unwrap());
    assert_eq!((&claims["acr"], claims["amr"].is_array()), (&json!("phr"), true), "by a key");

    let mut founders = [here.ana, here.bob];
    let request = here.world.asked("Cleo", &mut founders);
    let link = here.world.link(request);
    let [ana, bob] = founders;
    (here.ana, here.bob) = (ana, bob);
    let mut there_ana = there.ana.browser.clone();
    let go = |browser: &mut Browser, there: &mut Browser, path: &str, back: &str| {
        let to = browser.post(path, &json!({ "link": link, "back": back })).json()["to"].as_str().unwrap().to_owned();
        let came = there.get(to.split_once("/oidc/").map(|(_, rest)| format!("/oidc/{rest}")).unwrap().as_str());
        let back = follow(there, came).to;
        let came = browser.get(&format!("/signin/elsewhere?{}", back.split_once('?').unwrap().1));
        follow(browser, came)
    };
    let mut browser = here.world.browser();
    assert_eq!(go(&mut browser, &mut there_ana, "/enrol/elsewhere", "").page.status, 200);
    let tokens = tool.tokens(&mut browser, &[]);
    let claims = here.claims(tokens["id_token"].as_str().unwrap());
    assert_eq!(claims["sub"], here.person("Cleo").to_string());
    assert!(claims.get("acr").is_none() && claims.get("amr").is_none(), "{claims}");

    assert!(claims.get("auth_time").is_some(), "our own provider says when its key was touched");

    // A tool that wants a sign-in of just now is not answered with one of before; the provider is asked for one, and says when it was.
    let landed = tool.ask(&mut browser, &[("prompt", "login")]);
    assert!(landed.is_sign_in() && landed.page.body.contains("show it once more"), "{landed:?}");
    let form = landed.page.body.split("data-away").nth(1).unwrap();
    assert!(form.contains("data-prompt=\"anew\""), "{form}");
    let asked = browser.post("/signin/elsewhere", &json!({ "prompt": "anew" })).json()["to"].to_string();
    assert!(asked.contains("prompt=login") && asked.contains("max_age=0"), "{asked}");
    let back = form.split("data-back=\"").nth(1).unwrap().split('"').next().unwrap();
    // By an account that its provider let in without asking it is as old as it was, and the tool is not told otherwise.
    let landed = go(&mut browser, &mut there_ana, "/signin/elsewhere", back);
    assert!(landed.is_sign_in() && landed.page.body.contains("show it once more"), "{landed:?}");
    // Whoever only comes back to the page of signing in is in, and goes on.
    let page = browser.get("/signin?to=%2Frequests");
    assert_eq!(page.location(), "/requests");

    // Whoever comes from a tool, and signs in elsewhere on the way, lands at the tool.
    let mut fresh = here.world.browser();
    let page = tool.ask(&mut fresh, &[]).page.body;
    let form = page.split("data-away").nth(1).unwrap();
    let back = form.split("data-back=\"").nth(1).unwrap().split('"').next().unwrap();
    let landed = go(&mut fresh, &mut there_ana, "/signin/elsewhere", back);
    assert_eq!(landed.at.as_deref(), Some(tool.redirect.as_str()), "{landed:?}");
    assert!(landed.code().len() == 43);
}

#[test]
fn whoever_is_suspended_on_either_side_is_out() {
    let mut two = Two::new();
    let mut browser = two.keyless("Cleo");
    let cleo = two.here.people.find("Cleo").unwrap().id;
    two.here.people.suspend(&Actor::Machine, cleo, jiff::Timestamp::now()).unwrap();
    assert_eq!(browser.get("/mine").status, 303);
    let came = two.go(&mut browser, "/signin/elsewhere", &json!({}));
    assert!(came.status == 403 && came.body.contains("not active"), "{came:?}");
    two.here.people.resume(&Actor::Machine, cleo, jiff::Timestamp::now()).unwrap();
    two.there.suspend("Ana");
    let came = browser.post("/signin/elsewhere", &json!({}));
    let to = came.json()["to"].as_str().unwrap().to_owned();
    let there = two.there.origin();
    let came = two.there.ana.browser.get(to.strip_prefix(&there).unwrap());
    assert!(follow(&mut two.there.ana.browser, came).is_sign_in(), "the provider asks who it is, and nobody is let in");
}

#[test]
fn a_provider_that_is_gone_stops_nobody_with_a_key() {
    let mut two = Two::new();
    two.keyless("Cleo");
    let mut browser = two.here.browser();
    let query = two.away(&mut browser, "/signin/elsewhere", &json!({})).unwrap();
    let address = two.there.world.address.clone();
    drop(two.there);
    assert!(std::net::TcpStream::connect(&address).is_err(), "it is gone");
    let Person { browser: ana, key } = &mut two.founders[0];
    assert_eq!(ana.sign("/signin", key, honest).status, 200);
    assert!(ana.get("/signin/elsewhere/done?error=access_denied&state=x").status >= 400);
    let _ = query;
}
