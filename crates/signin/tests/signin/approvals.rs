//! Approvals: of two people, of this very text.

use jiff::Timestamp;
use vauban_people::{Actor, RequestState};
use vauban_softkey::honest;

use crate::world::{World, rng};

#[test]
fn one_person_with_two_keys_is_one_and_an_approval_is_of_one_request() {
    let (world, [mut ana, mut bob]) = World::with_founders();
    let person = |name: &str| world.people.find(name).unwrap().id;
    let (now, mut rng) = (Timestamp::now(), rng().unwrap());
    let of_bob = world.people.recover(&Actor::Machine, person("Bob"), &mut rng, now).unwrap();
    let path = |request: &vauban_people::Request| format!("/requests/{}", request.id);
    assert_eq!(bob.browser.sign(&path(&of_bob), &mut bob.key, honest).code(), "own-request");

    let mut second = ana.browser.add_key(&mut ana.key, 9).unwrap();
    assert_eq!(ana.browser.sign(&path(&of_bob), &mut ana.key, honest).status, 200);
    assert_eq!(ana.browser.sign(&path(&of_bob), &mut second, honest).code(), "already-approved");
    assert_eq!(world.people.request(of_bob.id).unwrap().state, RequestState::Waiting);

    // What was signed for one request is sent for another.
    let of_ana = world.people.recover(&Actor::Machine, person("Ana"), &mut rng, now).unwrap();
    let signed = bob.browser.signed(&path(&of_ana), &mut bob.key, honest).unwrap();
    let came = bob.browser.post(&format!("{}/answer", path(&of_bob)), &signed);
    assert_eq!((came.status, came.code().as_str()), (403, "no-challenge"));

    // Somebody else's key, in one's own session.
    let came = bob.browser.sign(&path(&of_ana), &mut bob.key, |lie| lie.id.clone_from(&ana.key.id));
    assert_eq!(came.status, 403, "{came:?}");
    let origin = format!("Origin: {}\r\n", bob.browser.origin());
    assert_eq!(bob.browser.send("POST", &format!("{}/veto", path(&of_bob)), &origin, b"").status, 303);
    assert_eq!(world.people.request(of_bob.id).unwrap().state, RequestState::Vetoed);
}
