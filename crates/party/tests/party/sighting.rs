//! A sighting leaves only by consent, in the bytes that were shown.

use vauban_party::{Day, Preview, SightingError, Slotted};
use vauban_release::{SightingError as Said, Signature};

use crate::{
    day::domains,
    hub::Hub,
    made::{STREAM, blind_first, enrolled, evening, names, rng},
    round::outcome,
};

#[test]
fn what_was_shown_is_what_is_sent() {
    let state = tempfile::tempdir().unwrap();
    let known = names("evil", 3);
    let hub = Hub::new(STREAM, vec![blind_first(STREAM, &known, 1)]);
    let mut party = enrolled(state.path());
    outcome(&mut party, &hub, evening(1)).unwrap();
    let mut day = Day::open(&party).unwrap();
    day.add(domains(&known), &mut rng(1)).unwrap();
    let Slotted::Answered { hits, .. } = day.run(&hub, &party, evening(1).now, &mut rng(2)).unwrap() else { panic!() };

    hub.seen.borrow_mut().clear();
    let preview = Preview::new(&party, &hits[0], "A. Martin", "On a laptop.", evening(1).now).unwrap();
    let shown = String::from_utf8(preview.bytes().to_vec()).unwrap();
    assert!(hub.seen.borrow().is_empty(), "to look at it sends nothing");
    assert!(shown.contains(&hits[0].label.id.to_string()) && !shown.contains("evil-"), "what was seen is not named");
    let (line, signature) = shown.split_once('\n').unwrap();
    let signature: Signature = signature.parse().unwrap();
    party.membership().receipt_key().verify(format!("{line}\n").as_bytes(), &signature).unwrap();

    let consent = preview.consent();
    hub.is_down.set(true);
    assert!(matches!(consent.send(&hub, &party), Err(SightingError::Door(_))));
    hub.is_down.set(false);
    let receipt = consent.send(&hub, &party).unwrap();
    assert_eq!(hub.came("/sightings"), [shown.clone().into_bytes()]);
    assert_eq!(std::fs::read(&receipt).unwrap(), b"seen");
    assert_eq!(std::fs::read_to_string(receipt.with_file_name("sighting.txt")).unwrap(), shown);
}

#[test]
fn nobody_and_what_moves_a_cursor_are_refused() {
    let state = tempfile::tempdir().unwrap();
    let hub = Hub::new(STREAM, vec![blind_first(STREAM, &names("evil", 1), 1)]);
    let mut party = enrolled(state.path());
    outcome(&mut party, &hub, evening(1)).unwrap();
    let mut day = Day::open(&party).unwrap();
    day.add([("domain-name", "evil-00000.example")], &mut rng(1)).unwrap();
    day.run(&hub, &party, evening(1).now, &mut rng(2)).unwrap();
    let preview = |by: &str, note: &str| Preview::new(&party, &day.hits()[0], by, note, evening(1).now).err();
    assert!(matches!(preview(" ", ""), Some(SightingError::Said(Said::Nobody))));
    assert!(matches!(preview("A", "\u{1b}[2J"), Some(SightingError::Said(Said::Text))));
    assert!(matches!(preview("A", &"x".repeat(2001)), Some(SightingError::Said(Said::Text))));
    assert!(preview("A", "two\nlines").is_none());
}
