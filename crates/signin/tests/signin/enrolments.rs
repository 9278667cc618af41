//! Links: good once, told by whom they are for, and no other way in.

use jiff::Timestamp;
use serde_json::json;

use crate::world::{World, rng};

#[test]
fn a_link_is_good_once() {
    let world = World::new();
    let request = world.people.found("Ana".parse().unwrap(), &mut rng().unwrap(), Timestamp::now()).unwrap();
    let link = world.link(request.id);
    let mut browser = world.browser();
    assert!(browser.get("/enrol").body.contains("Make your passkey"));
    let who = browser.post("/enrol/who", &json!({ "link": link }));
    assert_eq!(who.json(), json!({ "name": "Ana", "recovery": false, "elsewhere": false }));
    // Two browsers ask; the one that answers first is in, and the other is told.
    let mut late = world.browser();
    let (challenge, options) = late.ask("/enrol", &link).unwrap();
    browser.enrol(&link, 1).unwrap();
    let (_, response) =
        vauban_softkey::SoftKey::make(&options, &late.origin(), [2; 32], vauban_softkey::honest).unwrap();
    let response: serde_json::Value = serde_json::from_str(&response).unwrap();
    let came = late.post("/enrol/answer", &json!({ "challenge": challenge, "response": response, "link": link }));
    assert_eq!((came.status, came.code().as_str()), (403, "link-used"));
    assert_eq!(world.browser().enrol(&link, 3).err().unwrap().code(), "link-used");
    assert_eq!(world.browser().enrol(&"A".repeat(43), 3).err().unwrap().code(), "no-such-link");
    assert_eq!(world.browser().enrol("", 3).err().unwrap().code(), "unreadable");
}
