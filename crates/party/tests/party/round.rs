//! The whole way: enrolled, fetched, verified, kept, receipted, and again after a restart.

use std::fs;

use vauban_party::{Outcome, Party};
use vauban_release::{Content, Moment, PartName, SignedReceipt, Step};

use crate::{
    hub::Hub,
    made::{STREAM, blind_first, bridge, enrolled, evening, first, gone, names, next, object, objects},
};

pub(crate) fn outcome(party: &mut Party, hub: &Hub, moment: Moment) -> Result<Outcome, vauban_party::StreamError> {
    party.update(hub, moment).unwrap().streams.remove(0).outcome
}

fn held(party: &Party) -> String {
    let path = party.streams()[0].current().unwrap().objects();
    path.map(|path| fs::read_to_string(path).unwrap()).unwrap_or_default()
}

#[test]
fn what_a_stream_holds_follows_its_releases() {
    let state = tempfile::tempdir().unwrap();
    let mut party = enrolled(state.path());
    let mut run = vec![first(STREAM)];
    assert_eq!(outcome(&mut party, &Hub::new(STREAM, run.clone()), evening(1)).unwrap(), Outcome::Taken(Step::First));
    assert_eq!(held(&party), [object(1, 1), object(2, 1), object(3, 1)].concat());

    let rules = (PartName::Yara, b"rule r { condition: false }\n".to_vec());
    run.push(next(&run[0], 2, Content::Delta, vec![gone(1), objects([2, 4], 2), rules]));
    let taken = outcome(&mut party, &Hub::new(STREAM, run.clone()), evening(2)).unwrap();
    assert_eq!(taken, Outcome::Taken(Step::Next(Content::Delta)));
    assert_eq!(held(&party), [object(3, 1), object(2, 2), object(4, 2)].concat());
    assert!(party.streams()[0].current().unwrap().part(PartName::Yara).unwrap().exists());
    assert_eq!(outcome(&mut party, &Hub::new(STREAM, run.clone()), evening(2)).unwrap(), Outcome::Current);

    run.push(next(&run[1], 3, Content::Delta, vec![gone(3)]));
    run.push(next(&run[2], 4, Content::Delta, vec![objects([9], 4)]));
    outcome(&mut party, &Hub::new(STREAM, run.clone()), evening(4)).unwrap();
    assert_eq!(held(&party), [object(2, 2), object(4, 2), object(9, 4)].concat(), "two at once");
    assert_eq!(party.streams()[0].current().unwrap().part(PartName::Yara), None, "rules are those of the release");

    run.push(next(&run[3], 5, Content::Delta, vec![objects([10], 5)]));
    run.push(bridge(&run, 6, vec![objects([7], 6)]));
    let hub = Hub::new(STREAM, run.clone());
    let taken = outcome(&mut party, &hub, evening(6)).unwrap();
    assert_eq!((taken, held(&party)), (Outcome::Taken(Step::Bridged { missed: 1 }), object(7, 6)));
    assert!(hub.came("releases/5").is_empty(), "what a full release makes needless is not fetched");

    drop(party);
    let mut party = Party::open(state.path(), "agency").unwrap();
    assert_eq!(held(&party), object(7, 6));
    assert_eq!(outcome(&mut party, &hub, evening(14)).unwrap(), Outcome::Stale);
}

#[test]
fn whoever_was_away_catches_up_over_what_expired() {
    let state = tempfile::tempdir().unwrap();
    let mut party = enrolled(state.path());
    let mut run = vec![first(STREAM)];
    run.push(next(&run[0], 2, Content::Delta, vec![objects([4], 2)]));
    run.push(next(&run[1], 20, Content::Delta, vec![objects([5], 3)]));
    outcome(&mut party, &Hub::new(STREAM, run), evening(21)).unwrap();
    assert_eq!(held(&party).lines().count(), 5);
}

#[test]
fn a_receipt_that_could_not_be_sent_is_sent_later() {
    let state = tempfile::tempdir().unwrap();
    let mut party = enrolled(state.path());
    let mut run = vec![first(STREAM)];
    let deaf =
        Hub::new(STREAM, run.clone()).lies(|method, _, honest| if method == "PUT" { (503, vec![]) } else { honest });
    let updated = party.update(&deaf, evening(1)).unwrap();
    assert_eq!((updated.streams[0].receipts, updated.streams[0].outcome.is_ok()), (1, true));

    drop(party);
    let mut party = Party::open(state.path(), "agency").unwrap();
    run.push(next(&run[0], 2, Content::Delta, vec![objects([4], 2)]));
    let hub = Hub::new(STREAM, run.clone());
    assert_eq!(party.update(&hub, evening(2)).unwrap().streams[0].receipts, 0);
    for (at, release) in run.iter().enumerate() {
        let came = hub.came(&format!("/{}/receipt", at + 1));
        let receipt = SignedReceipt::from_text(std::str::from_utf8(&came[0]).unwrap()).unwrap();
        let party_key = party.membership().receipt_key();
        receipt.verify(&party_key, release.signed(), evening(2)).unwrap();
    }
    let kept = state.path().join("hub/agency/streams").join(STREAM).join("receipts");
    let mut kept: Vec<_> = fs::read_dir(kept).unwrap().map(|entry| entry.unwrap().path()).collect();
    kept.sort();
    let ends: Vec<_> = kept.iter().map(|path| path.extension().unwrap().to_str().unwrap()).collect();
    assert_eq!(ends, ["seen", "txt", "seen", "txt"]);
}

#[test]
fn everything_is_its_owners_alone_and_one_process_works_at_a_time() {
    use std::os::unix::fs::PermissionsExt as _;
    let state = tempfile::tempdir().unwrap();
    let mut party = enrolled(state.path());
    outcome(&mut party, &Hub::new(STREAM, vec![blind_first(STREAM, &names("evil", 3), 1)]), evening(1)).unwrap();
    assert!(matches!(Party::open(state.path(), "agency"), Err(vauban_party::PartyError::Busy)));
    drop(party);
    let mut folders = vec![state.path().join("hub")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else {
                files += 1;
                let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
                assert_eq!(mode, 0o600, "{:?}", entry.path());
            }
        }
    }
    assert!(files > 8);
    let mode = fs::metadata(state.path().join("hub/agency")).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o700);
    let party = Party::open(state.path(), "agency").unwrap();
    let bearer = party.membership().credential().as_str();
    assert!(!format!("{party:?}").contains(bearer));
}

#[test]
fn a_membership_that_was_changed_is_told() {
    let state = tempfile::tempdir().unwrap();
    drop(enrolled(state.path()));
    let path = state.path().join("hub/agency/membership");
    let whole = fs::read_to_string(&path).unwrap();
    for text in [whole.replace("hub.example", "hub.eczample"), whole[..whole.len() / 2].to_owned(), String::new()] {
        fs::write(&path, text).unwrap();
        assert!(matches!(Party::open(state.path(), "agency"), Err(vauban_party::PartyError::Membership(_))));
    }
    assert!(Party::open(state.path(), "../agency").is_err());
}
