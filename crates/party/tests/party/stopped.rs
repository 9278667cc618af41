//! A contradiction of the hub ends look-ups, too: whoever tells two stories is asked nothing.

use vauban_party::{Day, Slotted, StreamError};
use vauban_release::{BlindKey, ChainError, KeyLog, PartName, Release, write_history};

use crate::{
    hub::Hub,
    made::{STREAM, blind_first, enrolled, evening, key, names, rng, signer, with_blind},
    round::outcome,
};

/// The next release, whose log of keys forgot what the one before said.
fn with_another_log(one: &Release) -> Release {
    let mut draft = one.signed().following(crate::made::day(2), crate::made::day(9)).unwrap();
    let mut parts = with_blind(&mut draft, 2, &[], 1);
    let (epoch, last) = crate::made::log(2).last();
    let mut log = KeyLog::new(draft.hub, vauban_release::Epoch::FIRST, BlindKey::new([9; 32]));
    log.append(epoch, last).unwrap();
    parts[0].1 = log.to_string().into_bytes();
    draft.blind.as_mut().unwrap().log = log.head().digest;
    parts.push((PartName::History, write_history([one.signed()].into_iter())));
    Release::sign(draft, parts, &key(1)).unwrap()
}

#[test]
fn another_log_of_keys_stops_releases_and_look_ups() {
    let state = tempfile::tempdir().unwrap();
    let known = names("evil", 3);
    let one = blind_first(STREAM, &known, 1);
    let mut party = enrolled(state.path());
    outcome(&mut party, &Hub::new(STREAM, vec![one.clone()]), evening(1)).unwrap();
    let mut day = Day::open(&party).unwrap();
    day.add([("domain-name", known[0].as_str())], &mut rng(1)).unwrap();

    let mut hub = Hub::new(STREAM, vec![one.clone(), with_another_log(&one)]);
    let error = outcome(&mut party, &hub, evening(2)).unwrap_err();
    assert!(matches!(error, StreamError::Chain(ChainError::Log)), "{error}");
    hub.seen.borrow_mut().clear();
    assert_eq!(day.run(&hub, &party, evening(2).now, &mut rng(2)).unwrap(), Slotted::Nothing);
    assert!(hub.seen.borrow().is_empty());

    party.resume(party.streams()[0].id(), "A. Martin", crate::made::day(2)).unwrap();
    hub.signer = signer(1);
    let answered = day.run(&hub, &party, evening(2).now, &mut rng(3)).unwrap();
    assert!(matches!(answered, Slotted::Answered { asked: 1, ref hits } if hits.len() == 1), "{answered:?}");
}
