//! What administrators do on pages, from a session that is bound to a device.

use std::{thread, time::Duration};

use jiff::{SignedDuration, Timestamp};
use vauban_people::{RequestState, Role, Rules, Standing};
use vauban_softkey::honest;

use crate::world::World;

/// The request to which a form led.
fn request(location: &str) -> vauban_people::RequestId {
    location.strip_prefix("/requests/").unwrap_or_else(|| panic!("{location}")).parse().unwrap()
}

#[test]
fn somebody_is_invited_approved_and_handed_a_link_that_is_shown_once() {
    let (world, [mut ana, mut bob]) = World::with_founders();
    world.bind(&mut ana.browser);
    let until = (Timestamp::now() + SignedDuration::from_hours(24 * 30)).strftime("%Y-%m-%d").to_string();
    let fields = format!("name=Chlo%C3%A9&tie=volunteer&until={until}&groups=work%0D%0Apress");
    let came = ana.browser.submit("/people/invite", &fields);
    assert_eq!(came.status, 303, "{came:?}");
    let path = came.location().to_owned();
    let id = request(&path);
    for person in [&mut ana, &mut bob] {
        assert_eq!(person.browser.sign(&path, &mut person.key, honest).status, 200);
    }
    assert!(bob.browser.get(&path).body.contains("bound to no device"), "whoever may not make the link is told why");
    let hand = format!("{path}/link");
    assert_eq!(bob.browser.sign(&hand, &mut bob.key, honest).code(), "not-bound");
    let came = ana.browser.sign(&hand, &mut ana.key, honest);
    assert_eq!(came.status, 200, "{came:?}");
    assert!(came.body.contains("<svg") && came.body.contains("here with you"), "{came:?}");
    assert!(bob.browser.get(&path).body.contains("Asked for by: <strong>Ana"));
    let link = came.body.split("/enrol#").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(came.head.contains("cache-control: no-store"), "no history has it: {}", came.head);
    let again = ana.browser.sign(&hand, &mut ana.key, honest);
    assert!(again.status == 403 && again.body.contains("shown once") && !again.body.contains(&link), "{again:?}");

    let mut chloe = world.browser();
    chloe.enrol(&link, 3).unwrap();
    assert_eq!(world.people.request(id).unwrap().state, RequestState::Done);
    let list = ana.browser.get("/people").body;
    let row = list.split("<tr>").find(|row| row.contains("Chloé")).unwrap();
    for word in ["press, work", "volunteer", &until, "1 key", "one key only", "1 session", "active"] {
        assert!(row.contains(word), "{word} in {row}");
    }
}

#[test]
fn somebody_is_suspended_let_in_again_changed_and_let_go() {
    let (world, mut founders) = World::with_founders();
    let mut cleo = world.member("Cleo", &mut founders, 3);
    let [mut ana, _] = founders;
    world.bind(&mut ana.browser);
    let id = world.people.find("Cleo").unwrap().id;
    let (path, standing) = (format!("/people/{id}"), || world.people.person(id).unwrap().standing);

    assert_eq!(ana.browser.submit(&format!("{path}/sessions/end"), "").location(), path);
    assert_eq!(cleo.browser.get("/mine").status, 303, "out");
    assert_eq!(cleo.browser.sign("/signin", &mut cleo.key, honest).status, 200, "and in again");
    assert_eq!(ana.browser.submit(&format!("{path}/suspend"), "").status, 303);
    assert_eq!(standing(), Standing::Suspended);
    assert_eq!(cleo.browser.sign("/signin", &mut cleo.key, honest).code(), "not-active");
    assert!(ana.browser.get(&path).body.contains("Let in again"));
    assert_eq!(ana.browser.submit(&format!("{path}/resume"), "").status, 303);
    assert_eq!(standing(), Standing::Active);

    assert_eq!(ana.browser.submit(&format!("{path}/groups"), "groups=a%0Ab").status, 303);
    assert_eq!(ana.browser.submit(&format!("{path}/end"), "until=2999-01-01").status, 303, "staff may stay long");
    let person = world.people.person(id).unwrap();
    assert_eq!((person.groups.len(), person.until.unwrap().to_string().as_str()), (2, "2999-01-02T00:00:00Z"));
    let came = ana.browser.submit(&format!("{path}/end"), "until=soon");
    assert!(came.status == 422 && came.body.contains("no such day"), "{came:?}");

    let role = ana.browser.submit(&format!("{path}/role"), "role=administrator");
    let role = request(role.location());
    let before = ana.browser.get(&format!("{path}/leave")).body;
    assert!(
        before.contains("Keys deleted: <strong>1</strong>")
            && before.contains("Requests withdrawn: <strong>1</strong>"),
        "{before}"
    );
    assert_eq!(standing(), Standing::Active, "saying what will be closed closes nothing");
    assert_eq!(ana.browser.submit(&format!("{path}/leave"), "").status, 303);
    assert_eq!((standing(), world.people.keys(id).unwrap().len()), (Standing::Gone, 0));
    assert_eq!(world.people.request(role).unwrap().state, RequestState::Withdrawn);
    assert!(ana.browser.submit(&format!("{path}/leave"), "").body.contains("gone already"));
}

#[test]
fn a_lost_key_is_removed_and_whoever_lost_all_is_recovered_by_two() {
    let (world, mut founders) = World::with_founders();
    let mut cleo = world.member("Cleo", &mut founders, 3);
    let lost = cleo.browser.add_key(&mut cleo.key, 9).unwrap();
    let [mut ana, mut bob] = founders;
    world.bind(&mut ana.browser);
    let path = format!("/people/{}", world.people.find("Cleo").unwrap().id);
    let remove = |id: &[u8]| format!("{path}/keys/{}/remove", data_encoding::BASE64URL_NOPAD.encode(id));
    assert!(ana.browser.get(&path).body.contains(&remove(&lost.id)));
    assert_eq!(ana.browser.submit(&remove(&lost.id), "").status, 303);
    assert!(ana.browser.submit(&remove(&cleo.key.id), "").body.contains("only way in"));

    let asked = ana.browser.submit(&format!("{path}/recover"), "");
    let request_path = asked.location().to_owned();
    let twice = ana.browser.submit(&format!("{path}/recover"), "");
    assert!(twice.status == 403 && twice.body.contains("open already") && twice.body.contains("href=\"/requests\""));
    assert_eq!(ana.browser.sign(&request_path, &mut ana.key, honest).status, 200);
    let early = ana.browser.sign(&format!("{request_path}/link"), &mut ana.key, honest);
    assert!(early.status == 403 && early.body.contains("two, of two people"), "{early:?}");
    assert_eq!(bob.browser.sign(&request_path, &mut bob.key, honest).status, 200);
    let early = ana.browser.sign(&format!("{request_path}/link"), &mut ana.key, honest);
    assert!(early.status == 403 && early.body.contains("delay is not over"), "{early:?}");
    assert!(cleo.browser.get("/requests").body.contains(&request_path), "whom it is about sees it");
    assert_eq!(cleo.browser.submit(&format!("{request_path}/veto"), "").status, 303, "and stops it");
    assert_eq!(world.people.request(request(&request_path)).unwrap().state, RequestState::Vetoed);
}

#[test]
fn few_administrators_are_an_alarm_and_no_obstacle() {
    let (world, [mut ana, _]) = World::with_founders();
    world.bind(&mut ana.browser);
    assert!(ana.browser.get("/people").body.contains("There should be three"));
    let bob = world.people.find("Bob").unwrap().id;
    let came = ana.browser.submit(&format!("/people/{bob}/suspend"), "");
    assert!(came.status == 200 && came.body.contains("Administrators left: 1"), "{came:?}");
    assert_eq!(world.people.person(bob).unwrap().standing, Standing::Suspended);
    assert_eq!(ana.browser.submit(&format!("/people/{bob}/resume"), "").status, 303);
    assert_eq!(world.people.person(bob).unwrap().role, Role::Member, "as a member");
}

#[test]
fn a_session_that_is_not_fresh_touches_a_key_and_comes_back() {
    let (world, mut founders) =
        World::ruled(&Rules { fresh: SignedDuration::from_secs(1), ..Rules::default() }, |_| ()).founded();
    world.member("Cleo", &mut founders, 3);
    let [mut ana, _] = founders;
    world.bind(&mut ana.browser);
    let path = format!("/people/{}", world.people.find("Cleo").unwrap().id);
    thread::sleep(Duration::from_millis(1_200));
    let page = ana.browser.get(&path).body;
    assert!(page.contains(&format!("data-back=\"{path}\"")) && !page.contains("name=\"groups\""), "{page}");
    for (deed, fields) in [("groups", "groups=a"), ("end", "until=")] {
        let came = ana.browser.submit(&format!("{path}/{deed}"), fields);
        assert_eq!(came.status, 403, "{deed}");
        assert!(came.body.contains("Touch your key") && came.body.contains("data-ask=\"/mine/fresh/ask\""), "{came:?}");
    }
    assert_eq!(ana.browser.submit(&format!("{path}/suspend"), "").status, 303, "shutting out waits for no key");
    assert_eq!(ana.browser.submit(&format!("{path}/resume"), "").status, 403);
    assert_eq!(ana.browser.sign("/mine/fresh", &mut ana.key, honest).status, 200);
    assert_eq!(ana.browser.submit(&format!("{path}/resume"), "").status, 303);
}

#[test]
fn what_happened_is_read_page_by_page_and_by_person() {
    let (world, [mut ana, _]) = World::with_founders();
    world.bind(&mut ana.browser);
    for _ in 0..60 {
        ana.browser.submit("/people/invite", "name=&tie=staff");
        ana.browser.submit("/people/invite", "name=Ana&tie=staff");
    }
    let first = ana.browser.get("/audit").body;
    assert_eq!(first.matches("<tr>").count(), 51);
    assert!(first.contains("A change was refused"), "{first}");
    let before = first.split("/audit?before=").nth(1).unwrap().split('"').next().unwrap();
    let second = ana.browser.get(&format!("/audit?before={before}")).body;
    assert!(second.contains("Bob used the invitation") && !second.contains("Before that"), "{second}");
    let bob = world.people.find("Bob").unwrap().id;
    let of_bob = ana.browser.get(&format!("/audit?person={bob}&before=")).body;
    assert!(of_bob.contains("Bob is invited as a founder") && !of_bob.contains("Ana is invited"), "{of_bob}");
    for bad in ["person=x", "before=-1", "person=%FF", "before=1&before=2", &format!("person={}", "9".repeat(9_000))] {
        assert_eq!(ana.browser.get(&format!("/audit?{bad}")).status, 400, "{bad}");
    }
}

#[test]
fn where_the_program_has_other_pages_the_menu_leads_to_them() {
    let (world, mut founders) = World::with(|settings| settings.home = "/").founded();
    let mut cleo = world.member("Cleo", &mut founders, 3);
    let [mut ana, _] = founders;
    let overview = "<a href=\"/\">Overview</a>";
    assert!(ana.browser.get("/mine").body.contains(overview));
    assert!(!cleo.browser.get("/mine").body.contains(overview), "which are administrators' alone");
}
