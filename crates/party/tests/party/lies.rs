//! Every lie of a hub: refused, said in both languages, nothing replaced.

use std::fs;

use vauban_party::{Outcome, Party, StreamError};
use vauban_release::{ChainError, Content, PartName, Release, Words};

use crate::{
    hub::{Hub, line},
    made::{OTHER, STREAM, draft, enrolled, evening, first, key, next, object, objects},
    round::outcome,
};

/// A party that has release 1, and its objects.
fn with_first(state: &std::path::Path) -> (Party, Release) {
    let mut party = enrolled(state);
    let one = first(STREAM);
    outcome(&mut party, &Hub::new(STREAM, vec![one.clone()]), evening(1)).unwrap();
    (party, one)
}

fn is_said(words: &Words) -> bool {
    !words.fr.is_empty() && !words.en.is_empty() && words.fr != words.en
}

/// Lets a party that has release 1 meet a hub, and checks that nothing was replaced, on the disk either.
fn refused(on: u64, meet: impl FnOnce(&Release) -> Hub) -> (StreamError, Party, tempfile::TempDir) {
    let state = tempfile::tempdir().unwrap();
    let (mut party, one) = with_first(state.path());
    let error = outcome(&mut party, &meet(&one), evening(on)).unwrap_err();
    assert!(is_said(&error.words()), "{error}");
    drop(party);
    let party = Party::open(state.path(), "agency").unwrap();
    let current = party.streams()[0].current().unwrap();
    assert_eq!(current.signed().digest(), one.signed().digest());
    let held = fs::read_to_string(current.objects().unwrap()).unwrap();
    assert_eq!(held, [object(1, 1), object(2, 1), object(3, 1)].concat());
    let releases = state.path().join("hub/agency/streams").join(STREAM);
    assert!(!releases.join("staging").exists(), "nothing half-done is left");
    (error, party, state)
}

fn second(one: &Release) -> Release {
    next(one, 2, Content::Delta, vec![objects([4], 2)])
}

fn is_stopped(party: &Party) -> bool {
    party.streams()[0].stopped().unwrap().is_some()
}

#[test]
fn a_rollback() {
    let state = tempfile::tempdir().unwrap();
    let (mut party, one) = with_first(state.path());
    let run = vec![one.clone(), second(&one)];
    outcome(&mut party, &Hub::new(STREAM, run), evening(2)).unwrap();
    let error = outcome(&mut party, &Hub::new(STREAM, vec![one]), evening(2)).unwrap_err();
    assert!(matches!(error, StreamError::Chain(ChainError::RolledBack { .. })), "{error}");
    assert!(is_said(&error.words()));
    assert_eq!(party.streams()[0].current().unwrap().signed().manifest().number.get(), 2);
}

#[test]
fn a_fork_is_kept_as_evidence_and_stops_the_stream_until_a_person_acts() {
    let other = Release::sign(draft(STREAM), [objects([9], 9)], &key(1)).unwrap();
    let fork = other.clone();
    let (error, mut party, state) = refused(2, move |_| Hub::new(STREAM, vec![fork]));
    assert!(matches!(error, StreamError::Chain(ChainError::Fork(_))), "{error}");
    assert!(is_stopped(&party));

    let mut files = Vec::new();
    for side in ["ours", "theirs"] {
        let place = fs::read_dir(party.streams()[0].evidence()).unwrap().next().unwrap().unwrap().path();
        let read = |name: &str| fs::read(place.join(side).join(name)).unwrap();
        files.push(
            vauban_release::SignedManifest::read(&read("manifest.json"), &read("manifest.json.minisig")).unwrap(),
        );
    }
    assert!(files[0].contradicts(&files[1]), "both together are the proof");

    let one = first(STREAM);
    let honest = Hub::new(STREAM, vec![one.clone(), second(&one)]);
    let error = outcome(&mut party, &honest, evening(2)).unwrap_err();
    assert!(matches!(error, StreamError::Stopped(_)) && is_said(&error.words()));
    drop(party);
    let mut party = Party::open(state.path(), "agency").unwrap();
    assert!(is_stopped(&party), "also after a restart");
    party.resume(party.streams()[0].id(), "A. Martin", crate::made::day(2)).unwrap();
    assert!(matches!(outcome(&mut party, &honest, evening(2)), Ok(Outcome::Taken(_))));
    assert!(party.streams()[0].evidence().join("resumed.txt").exists());
}

#[test]
fn a_next_release_that_follows_another() {
    let (error, party, _state) = refused(2, |_| {
        let other = Release::sign(draft(STREAM), [objects([9], 9)], &key(1)).unwrap();
        Hub::new(STREAM, vec![other.clone(), second(&other)])
    });
    assert!(matches!(error, StreamError::Chain(ChainError::OtherPast(_))) && is_stopped(&party), "{error}");
}

#[test]
fn two_manifests_in_one_list_that_do_not_follow() {
    let (error, party, _state) = refused(3, |one| {
        let two = second(one);
        let other = next(one, 2, Content::Delta, vec![objects([8], 8)]);
        let three = next(&other, 3, Content::Delta, vec![objects([5], 3)]);
        Hub::new(STREAM, vec![one.clone(), two, three])
    });
    assert!(matches!(error, StreamError::Chain(ChainError::OtherPast(_))), "{error}");
    assert!(party.streams()[0].evidence().exists());
}

#[test]
fn a_body_that_is_cut_off_anywhere() {
    let body = second(&first(STREAM)).to_body();
    for length in (0..body.len()).step_by(97) {
        let (error, party, _state) = refused(2, |one| {
            Hub::new(STREAM, vec![one.clone(), second(one)]).lies(move |_, path, (status, mut bytes)| {
                bytes.truncate(if path.contains("releases/2") { length } else { bytes.len() });
                (status, bytes)
            })
        });
        assert!(matches!(error, StreamError::Body(_)) && !is_stopped(&party), "{length}: {error}");
    }
}

#[test]
fn a_part_that_was_changed_and_a_body_that_goes_on() {
    for goes_on in [false, true] {
        let (error, ..) = refused(2, |one| {
            Hub::new(STREAM, vec![one.clone(), second(one)]).lies(move |_, path, (status, mut bytes)| {
                if path.ends_with("releases/2") {
                    let last = bytes.len() - 3;
                    bytes[last] ^= u8::from(!goes_on);
                    bytes.extend(vec![b' '; if goes_on { 1 << 20 } else { 0 }]);
                }
                (status, bytes)
            })
        });
        assert!(matches!(error, StreamError::Body(_)), "{error}");
    }
}

#[test]
fn a_second_key() {
    let (error, ..) = refused(2, |one| {
        let mut draft = one.signed().following(crate::made::day(2), crate::made::day(9)).unwrap();
        draft.signer = key(2).public();
        Hub::new(STREAM, vec![one.clone(), Release::sign(draft, [objects([9], 9)], &key(2)).unwrap()])
    });
    assert!(matches!(error, StreamError::Chain(ChainError::Signer { .. })), "{error}");

    let state = tempfile::tempdir().unwrap();
    let mut party = enrolled(state.path());
    let mut draft = draft(STREAM);
    draft.signer = key(2).public();
    let stranger = Release::sign(draft, [objects([9], 9)], &key(2)).unwrap();
    let error = outcome(&mut party, &Hub::new(STREAM, vec![stranger]), evening(1)).unwrap_err();
    assert!(matches!(error, StreamError::Signer(_)) && is_said(&error.words()), "at the first contact: {error}");
}

#[test]
fn another_streams_release() {
    let (error, ..) = refused(2, |one| {
        let other = first(OTHER);
        let two = second(&other);
        let body = two.to_body();
        Hub::new(STREAM, vec![one.clone(), second(one)]).lies(move |_, path, (status, bytes)| {
            (status, if path.ends_with("releases/2") { body.clone() } else { bytes })
        })
    });
    assert!(matches!(error, StreamError::Chain(ChainError::OtherStream)), "{error}");
    let (error, ..) = refused(2, |one| {
        let line = line(&second(&first(OTHER)));
        Hub::new(STREAM, vec![one.clone(), second(one)]).lies(move |_, path, (status, bytes)| {
            (status, if path.contains("manifests") { line.clone().into_bytes() } else { bytes })
        })
    });
    assert!(matches!(error, StreamError::Chain(ChainError::OtherStream)), "{error}");
}

#[test]
fn what_has_expired_and_what_comes_from_the_future() {
    let (error, ..) = refused(20, |one| Hub::new(STREAM, vec![one.clone(), second(one)]));
    assert!(matches!(error, StreamError::Chain(ChainError::Expired(_))), "{error}");
    let (error, ..) = refused(1, |one| Hub::new(STREAM, vec![one.clone(), second(one)]));
    assert!(matches!(error, StreamError::Chain(ChainError::Future { .. })), "{error}");
}

#[test]
fn missing_releases() {
    let (error, ..) = refused(3, |one| {
        let three = next(&second(one), 3, Content::Delta, vec![objects([5], 3)]);
        Hub::new(STREAM, vec![one.clone(), three])
    });
    assert!(matches!(error, StreamError::Chain(ChainError::Gap { .. })), "{error}");
}

#[test]
fn answers_without_end() {
    for place in ["manifests", "releases/2"] {
        let (error, ..) = refused(2, |one| {
            Hub::new(STREAM, vec![one.clone(), second(one)]).lies(move |_, path, (status, bytes)| {
                (status, if path.contains(place) { vec![b'x'; 8 << 20] } else { bytes })
            })
        });
        assert!(matches!(error, StreamError::Door(_) | StreamError::Body(_)), "{place}: {error}");
    }
    let state = tempfile::tempdir().unwrap();
    let (mut party, one) = with_first(state.path());
    let hub = Hub::new(STREAM, vec![one]).lies(|_, _, _| (200, vec![b'['; 8 << 20]));
    let error = party.update(&hub, evening(1)).unwrap_err();
    assert!(is_said(&error.words()));
}

#[test]
fn statuses_that_are_no_answer() {
    for status in [204, 301, 400, 401, 404, 429, 500, 503] {
        let (error, ..) = refused(2, |one| {
            Hub::new(STREAM, vec![one.clone(), second(one)]).lies(move |_, path, (honest, bytes)| {
                if path.contains("manifests") { (status, Vec::new()) } else { (honest, bytes) }
            })
        });
        assert!(matches!(error, StreamError::Door(_)), "{status}: {error}");
    }
}

#[test]
fn signed_nonsense_is_not_taken() {
    let (error, ..) = refused(2, |one| {
        let parts = vec![(PartName::Objects, b"{\"type\":\"indicator\"}\n".to_vec())];
        Hub::new(STREAM, vec![one.clone(), next(one, 2, Content::Delta, parts)])
    });
    assert!(matches!(error, StreamError::Object(1)), "{error}");
}
