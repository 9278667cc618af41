//! Breaking the glass over HTTP: three keys made and approved, and two of them touched where nobody can sign in any more.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use vauban_people::{Actor, EventKind, Request, RequestState, Standing};
use vauban_softkey::{SoftKey, flag, honest};

use crate::{
    browser::{Browser, Came},
    world::{Person, World, rng},
};

const PATH: &str = "/people/glass";

fn later(seconds: i64) -> Timestamp {
    Timestamp::now() + SignedDuration::from_secs(seconds)
}

fn recovery(world: &World, name: &str) -> Request {
    let person = world.people.find(name).unwrap().id;
    world.people.recover(&Actor::Machine, person, &mut rng().unwrap(), Timestamp::now()).unwrap()
}

fn at(request: &Request) -> String {
    format!("/glass/{}", request.id)
}

/// Two administrators, and three keys that they made and approved.
fn with_keys() -> (Arc<World>, [Person; 2], Vec<SoftKey>) {
    let (world, mut founders) = World::with_founders();
    let [ana, bob] = &mut founders;
    world.bind(&mut ana.browser);
    assert!(ana.browser.get("/people").body.contains("No break-glass keys"));
    let page = ana.browser.get(PATH).body;
    assert!(page.contains("Registered</h2>") || page.contains("Registered (0)"), "{page}");
    assert!(page.contains("Three envelopes") && page.contains("Make the first"), "{page}");
    let keys: Vec<SoftKey> =
        (21..24).map(|seed| ana.browser.add_at(PATH, &mut ana.key, seed, honest).unwrap()).collect();
    assert!(keys.iter().all(|key| key.person == keys[0].person), "one set");
    assert!(world.people.break_glass_keys().unwrap().is_empty(), "and nothing yet");
    assert!(ana.browser.get(PATH).body.contains("Ask for the change"));
    let asked = ana.browser.submit(PATH, "");
    let request = asked.location().to_owned();
    let id = request.strip_prefix("/requests/").unwrap().parse().unwrap();
    assert!(ana.browser.get(PATH).body.contains("asked for already"));
    for founder in [&mut *ana, bob] {
        assert_eq!(founder.browser.sign(&request, &mut founder.key, honest).status, 200);
    }
    world.people.carry_out(id, later(121)).unwrap();
    assert!(ana.browser.get(PATH).body.contains("Registered (3)"));
    assert!(!ana.browser.get("/people").body.contains("No break-glass keys"));
    (world, founders, keys)
}

/// Signs whatever the options say of keys, as no honest browser does.
fn forced(browser: &mut Browser, path: &str, key: &mut SoftKey) -> Came {
    let (challenge, options) = browser.ask(path, "").unwrap();
    let mut options: Value = serde_json::from_str(&options).unwrap();
    options.as_object_mut().unwrap().remove("allowCredentials");
    let response = key.sign(&options.to_string(), &browser.origin(), honest).unwrap();
    let response: Value = serde_json::from_str(&response).unwrap();
    browser.post(&format!("{path}/answer"), &json!({ "challenge": challenge, "response": response }))
}

#[test]
fn two_keys_bring_an_administrator_back_where_nobody_can_sign_in() {
    let (world, [mut ana, mut bob], mut keys) = with_keys();
    let request = recovery(&world, "Ana");
    let path = at(&request);
    assert!(bob.browser.get(&format!("/requests/{}", request.id)).body.contains(&format!("href=\"{path}\"")));
    let mut anybody = world.browser();
    let page = anybody.get(&path);
    assert_eq!(page.status, 200, "{page:?}");
    assert!(page.body.contains(request.text().trim()) && page.body.contains("<strong>0</strong> / 2"), "{page:?}");

    assert_eq!(anybody.sign(&path, &mut keys[0], honest).json(), json!({ "to": path }));
    assert!(anybody.get(&path).body.contains("<strong>1</strong> / 2"));
    assert_eq!(anybody.sign(&path, &mut keys[0], honest).code(), "same-glass-key", "one key twice is one");
    assert_eq!(world.people.request(request.id).unwrap().state, RequestState::Waiting);
    assert!(bob.browser.get(&format!("/requests/{}", request.id)).body.contains("a break-glass key"));
    // Another browser, at another place.
    let mut other = world.browser();
    assert_eq!(other.sign(&path, &mut keys[2], honest).status, 200);
    let page = other.get(&path).body;
    assert!(page.contains(&format!("vauban people link {} --origin http://{}", request.id, world.address)), "{page}");
    assert_eq!(other.sign(&path, &mut keys[1], honest).code(), "not-waiting");
    assert!(ana.browser.get(&format!("/requests/{}", request.id)).body.contains("Stop it"), "until it is done");

    let anew = world.person(request.id, 31);
    assert_eq!(ana.browser.get("/mine").status, 303, "all of the old is dead");
    assert_eq!(ana.browser.sign("/signin", &mut ana.key, honest).status, 403);
    assert_eq!(world.browser().sign("/signin", &mut { anew.key }, honest).status, 200);
    assert_eq!(world.people.find("Ana").unwrap().standing, Standing::Active);
    assert_eq!(other.get(&path).status, 404, "it is over");
    let events = world.people.events(0, 1_000).unwrap();
    let loud: Vec<_> = events.iter().filter(|event| event.kind == EventKind::BreakGlass).collect();
    assert_eq!(loud.len(), 2, "each touch is an alarm");
    assert!(loud.iter().all(|event| event.address.is_some_and(|address| address.is_loopback())), "from where");
}

#[test]
fn no_other_key_no_other_request_and_no_answer_twice() {
    let (world, [mut ana, _], mut keys) = with_keys();
    let (of_ana, of_bob) = (recovery(&world, "Ana"), recovery(&world, "Bob"));
    let mut browser = world.browser();
    let signed = browser.signed(&at(&of_ana), &mut keys[0], honest).unwrap();
    let came = browser.post(&format!("{}/answer", at(&of_bob)), &signed);
    assert_eq!((came.status, came.code().as_str()), (403, "no-challenge"), "the touch of another request");
    let came = browser.post(&format!("{}/answer", at(&of_ana)), &signed);
    assert_eq!(came.code(), "no-challenge", "which is spent");
    let signed = browser.signed(&at(&of_ana), &mut keys[0], honest).unwrap();
    let thief = world.browser().post(&format!("{}/answer", at(&of_ana)), &signed);
    assert_eq!(thief.code(), "no-challenge", "in another browser");

    let address = Some("127.0.0.1".parse().unwrap());
    let waits = || world.people.slowdown(None, address, Timestamp::now()).unwrap();
    assert!(waits().is_zero());
    assert_eq!(forced(&mut browser, &at(&of_bob), &mut ana.key).code(), "other-credential", "an administrator's key");
    for lie in 0..3_u8 {
        let came = browser.sign(&at(&of_ana), &mut keys[1], |told| match lie {
            0 => told.id = vec![9; 32],
            1 => told.flags &= !flag::VERIFIED,
            _ => told.flags &= !flag::PRESENT,
        });
        assert_eq!(came.status, 403, "{lie}: {came:?}");
    }
    assert!(!waits().is_zero(), "failures count");
    let came = forced(&mut browser, "/signin", &mut keys[0]);
    assert_eq!(came.code(), "no-such-key", "they sign nobody in");
    let came = forced(&mut ana.browser, &format!("/requests/{}", of_bob.id), &mut keys[0]);
    assert_eq!(came.status, 403, "and approve as nobody: {came:?}");
    for request in [of_ana, of_bob] {
        assert_eq!(world.people.request(request.id).unwrap().state, RequestState::Waiting);
        assert!(world.people.approvers(request.id).unwrap().is_empty());
    }
    let alarms = world.people.events(0, 1_000).unwrap();
    assert!(!alarms.iter().any(|event| event.kind == EventKind::BreakGlass));
}

#[test]
fn whoever_guesses_learns_nothing_and_whoever_knows_learns_what_is_signed() {
    let (world, mut founders) = World::with_founders();
    let mut anybody = world.browser();
    let early = recovery(&world, "Ana");
    let nothing = anybody.get("/glass/00000000-0000-4000-8000-000000000000");
    assert_eq!(nothing.status, 404);
    assert_eq!(anybody.get(&at(&early)).body, nothing.body, "there are no keys");
    world.people.veto(&Actor::Machine, early.id, Timestamp::now()).unwrap();
    drop((world, founders));

    let (world, founders_of, _) = with_keys();
    founders = founders_of;
    let invitation = world.invited("Dora");
    world.member("Cleo", &mut founders, 3);
    let (member, of_ana, vetoed) = (recovery(&world, "Cleo"), recovery(&world, "Ana"), recovery(&world, "Bob"));
    world.people.veto(&Actor::Machine, vetoed.id, Timestamp::now()).unwrap();
    let ids = [&member, &vetoed].map(|request| request.id.to_string());
    let mut anybody = world.browser();
    for id in ["x".to_owned(), "%FF".to_owned(), invitation.to_string()].iter().chain(&ids) {
        let page = anybody.get(&format!("/glass/{id}"));
        assert_eq!((page.status, &page.body), (404, &nothing.body), "{id}");
        let came = anybody.ask(&format!("/glass/{id}"), "").unwrap_err();
        assert_eq!((came.status, came.code().as_str()), (404, "no-such-request"), "{id}");
    }
    let page = anybody.get(&at(&of_ana)).body;
    for hidden in ["phone", "Bob", "Dora", "Cleo", "<nav", "/people", "/audit"] {
        assert!(!page.contains(hidden), "{hidden} in {page}");
    }
    anybody.more = "Accept-Language: fr\r\n".to_owned();
    let french = anybody.get(&at(&of_ana)).body;
    assert!(french.contains("mot pour mot") && french.contains("vauban people veto"), "{french}");
    for origin in ["", "Origin: null\r\n", "Origin: http://evil.example\r\n"] {
        for step in ["ask", "answer"] {
            let came = anybody.send("POST", &format!("{}/{step}", at(&of_ana)), origin, b"{}");
            assert_eq!((came.status, came.body.as_str()), (403, "not from here\n"), "{origin:?}");
        }
    }
}

#[test]
fn three_keys_of_hardware_are_made_one_after_another_by_an_administrator() {
    let (world, mut founders) = World::with_founders();
    let mut cleo = world.member("Cleo", &mut founders, 3);
    let [mut ana, mut bob] = founders;
    world.bind(&mut ana.browser);
    let refused = |came: Result<(String, String), Came>| came.unwrap_err().code();
    assert_eq!(refused(world.browser().ask(PATH, "")), "no-session");
    assert_eq!(refused(cleo.browser.ask(PATH, "")), "not-administrator");
    assert_eq!(refused(bob.browser.ask(PATH, "")), "not-bound");

    let own = ana.browser.add_key(&mut ana.key, 41).unwrap();
    let (_, options) = ana.browser.touched(PATH, &mut ana.key).unwrap();
    assert!(options.contains(&data_encoding::BASE64URL_NOPAD.encode(&own.id)), "nobody's everyday key: {options}");

    let copyable = ana.browser.add_at(PATH, &mut ana.key, 21, |told| told.flags |= flag::CAN_BE_COPIED);
    let copyable = copyable.err().unwrap();
    assert_eq!(copyable.code(), "may-be-copied", "{copyable:?}");
    assert!(copyable.body.contains("security key of hardware"), "{copyable:?}");
    let made = |browser: &Browser, options: &str, challenge: &str, seed: u8| {
        let (_, response) = SoftKey::make(options, &browser.origin(), [seed; 32], honest).unwrap();
        let response: Value = serde_json::from_str(&response).unwrap();
        json!({ "challenge": challenge, "response": response, "label": "" })
    };
    let answer = format!("{PATH}/answer");
    let [first, second] = [(); 2].map(|()| ana.browser.touched(PATH, &mut ana.key).unwrap());
    let body = made(&ana.browser, &first.1, &first.0, 22);
    assert_eq!(ana.browser.post(&answer, &body).code(), "no-challenge", "a question came after it");
    let body = made(&ana.browser, &second.1, &second.0, 22);
    assert_eq!(ana.browser.post(&answer, &body).status, 200);
    assert!(ana.browser.get(PATH).body.contains("<li><strong>1</strong></li>"), "called by its place");
    let early = ana.browser.submit(PATH, "");
    assert!(early.status == 403 && early.body.contains("three, each another"), "{early:?}");
    for seed in [23, 24] {
        ana.browser.add_at(PATH, &mut ana.key, seed, honest).unwrap();
    }
    assert_eq!(refused(ana.browser.touched(PATH, &mut ana.key)), "not-three-keys", "a fourth");

    // Another session of the same person knows nothing of them.
    let mut elsewhere = world.browser();
    assert_eq!(elsewhere.sign("/signin", &mut ana.key, honest).status, 200);
    world.bind(&mut elsewhere);
    assert!(elsewhere.get(PATH).body.contains("Make the first"));
    assert_eq!(ana.browser.submit(&format!("{PATH}/again"), "").location(), PATH);
    assert!(ana.browser.get(PATH).body.contains("Make the first"), "begun again");
    assert!(world.people.open_requests(Timestamp::now()).unwrap().is_empty());
}

#[test]
fn no_cookie_alone_makes_one_however_fresh_its_session_is() {
    let (world, [mut ana, _]) = World::with_founders();
    world.bind(&mut ana.browser);
    ana.browser.add_at(PATH, &mut ana.key, 21, honest).unwrap();
    // A moment after a touch, with all cookies there are.
    let mut thief = ana.browser.clone();
    let (_, options) = thief.ask(PATH, "").unwrap();
    assert!(options.contains("allowCredentials") && !options.contains("pubKeyCredParams"), "{options}");
    let of_another = thief.touched("/mine/keys", &mut ana.key).unwrap();
    let (_, response) = SoftKey::make(&of_another.1, &thief.origin(), [32; 32], honest).unwrap();
    let response: Value = serde_json::from_str(&response).unwrap();
    let made = json!({ "challenge": of_another.0, "response": response, "label": "" });
    assert_eq!(thief.post(&format!("{PATH}/answer"), &made).code(), "no-challenge", "a touch for another key");

    // The session's cookie in another browser: the set that was begun is not there, and stays.
    thief.cookies.remove("vauban-browser");
    assert!(thief.get(PATH).body.contains("Make the first"));
    assert_eq!(thief.touched(PATH, &mut ana.key).unwrap_err().code(), "no-challenge", "not even by a touch");
    assert_eq!(thief.submit(PATH, "").status, 403);
    assert_eq!(thief.submit(&format!("{PATH}/again"), "").location(), PATH);
    assert!(ana.browser.get(PATH).body.contains("Make the second"));
}
