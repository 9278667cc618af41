//! What a party accepts after what.

use vauban_release::{
    Chain, ChainError, ChainTextError, ChangeError, Content, KeyChange, ManifestError, PartName, Release,
    SignedManifest, Step, write_history,
};

use crate::support::{after, bridge, day, draft, evening, hub, key, key_log, moment, objects, run, stream, with_blind};

fn party() -> Chain {
    Chain::new(hub(), stream(), key(1).public())
}

/// A party that has everything up to `number`.
fn party_at(run: &[Release], number: usize) -> Chain {
    let mut party = party();
    for (at, release) in run[..number].iter().enumerate() {
        party.accept(release.whole(), evening(at as u64 + 1)).unwrap();
    }
    party
}

#[test]
fn a_run_is_accepted_in_its_order() {
    let run = run(3);
    let mut party = party();
    assert_eq!(party.accept(run[0].whole(), evening(1)), Ok(Step::First));
    assert_eq!(party.look(run[1].signed(), evening(2)), Ok(Step::Next(Content::Delta)));
    assert_eq!(party.accept(run[1].whole(), evening(2)), Ok(Step::Next(Content::Delta)));
    assert_eq!(party.accept(run[1].whole(), evening(2)), Ok(Step::Same));
    assert_eq!(party.accept(run[2].whole(), evening(3)), Ok(Step::Next(Content::Delta)));
    assert_eq!(party.head().unwrap().number.get(), 3);
    assert!(!party.is_stale(evening(9).now) && party.is_stale(evening(10).now));
}

#[test]
fn what_is_older_is_refused() {
    let run = run(3);
    let mut party = party_at(&run, 3);
    for (release, offered) in run[..2].iter().zip(1..) {
        let error = party.accept(release.whole(), evening(3)).unwrap_err();
        let ChainError::RolledBack { ours, offered: said } = error else { panic!("{error:?}") };
        assert_eq!((ours.get(), said.get()), (3, offered));
    }
}

#[test]
fn two_of_one_number_are_a_fork() {
    let run = run(2);
    let other = Release::sign(run[0].signed().following(day(2), day(9)).unwrap(), [objects(9)], &key(1)).unwrap();
    let mut party = party_at(&run, 2);
    let error = party.accept(other.whole(), evening(2)).unwrap_err();
    assert_eq!(error, ChainError::Fork(run[1].signed().manifest().number));
    assert!(error.is_contradiction());
    let behind = after(&other, 3, Content::Delta);
    let error = party.accept(behind.whole(), evening(3)).unwrap_err();
    assert_eq!(error, ChainError::OtherPast(run[1].signed().manifest().number));
    assert!(error.is_contradiction());
}

#[test]
fn two_manifests_are_the_proof_of_two_stories() {
    let run = run(4);
    for (at, one) in run.iter().enumerate() {
        assert!(run[at..].iter().all(|other| !one.signed().contradicts(other.signed())), "{at}");
    }
    let fork = after(&run[0], 2, Content::Full);
    let prove = |one: &Release, other: &Release| one.signed().contradicts(other.signed());
    assert!(prove(&fork, &run[1]) && prove(&run[1], &fork), "two of one number");
    assert!(prove(&fork, &run[2]) && prove(&run[2], &fork), "one that follows another");
    assert!(!prove(&fork, &run[3]), "what lies between may explain it");
    let mut draft = fork.signed().manifest().clone();
    draft.signer = key(2).public();
    let stranger = Release::sign(draft, [objects(2)], &key(2)).unwrap();
    assert!(!prove(&stranger, &run[1]), "anybody can sign as themselves");
}

#[test]
fn a_history_that_is_too_long_begins_later() {
    let mut signed = Vec::new();
    let mut draft = draft();
    draft.advice.en = "x".repeat(4_000);
    signed.push(SignedManifest::sign(draft, &key(1)).unwrap());
    for _ in 0..2_000 {
        let mut next = signed[signed.len() - 1].following(day(1), day(8)).unwrap();
        next.advice.en = "x".repeat(4_000);
        signed.push(SignedManifest::sign(next, &key(1)).unwrap());
    }
    let history = write_history(signed.iter());
    let largest = usize::try_from(PartName::History.largest()).unwrap();
    assert!(history.len() <= largest && history.len() + signed[0].bytes().len() > largest);
    let next = signed[2_000].following(day(1), day(8)).unwrap();
    let release = Release::sign(next, [(PartName::History, history)], &key(1)).unwrap();
    let oldest = release.whole().reaches_back_to().unwrap().get();
    assert!(oldest > 1 && party().accept(release.whole(), evening(1)) == Ok(Step::First));
    assert_eq!(write_history(signed[..2].iter()), [signed[0].bytes(), signed[1].bytes()].concat());
}

#[test]
fn a_gap_says_what_is_missing_and_a_full_release_bridges_it() {
    let run = run(6);
    let mut party = party_at(&run, 2);
    let error = party.accept(run[5].whole(), evening(6)).unwrap_err();
    let ChainError::Gap { first, last, reaches: None } = error else { panic!("{error:?}") };
    assert_eq!((first.get(), last.get()), (3, 5));
    // One whose history begins after our newest does not help.
    let short = bridge(&run, 4, 7);
    assert_eq!(party.look(short.signed(), evening(7)), Ok(Step::Bridged { missed: 4 }), "not known before it is there");
    let error = party.accept(short.whole(), evening(7)).unwrap_err();
    let ChainError::Gap { first, last, reaches: Some(reaches) } = error else { panic!("{error:?}") };
    assert_eq!((first.get(), last.get(), reaches.get()), (3, 6, 4));
    assert_eq!(party.accept(bridge(&run, 2, 7).whole(), evening(7)), Ok(Step::Bridged { missed: 4 }));
    assert_eq!(party.head().unwrap().number.get(), 7);
}

#[test]
fn a_bridge_over_another_past_is_a_contradiction() {
    let ours = run(2);
    let mut theirs = vec![ours[0].clone(), after(&ours[0], 2, Content::Full)];
    theirs.push(after(&theirs[1], 3, Content::Delta));
    let mut party = party_at(&ours, 2);
    let error = party.accept(bridge(&theirs, 1, 4).whole(), evening(4)).unwrap_err();
    assert_eq!(error, ChainError::OtherPast(ours[1].signed().manifest().number));
}

#[test]
fn the_first_one_is_full_and_may_have_any_number() {
    let run = run(3);
    assert_eq!(party().accept(run[1].whole(), evening(2)), Err(ChainError::NotFull));
    assert_eq!(party().accept(bridge(&run, 1, 4).whole(), evening(4)), Ok(Step::First));
}

#[test]
fn another_stream_hub_or_key_is_not_ours() {
    let mut other = draft();
    other.stream = "33333333-3333-4333-8333-333333333333".parse().unwrap();
    let accept = |draft, seed| party().accept(Release::sign(draft, [], &key(seed)).unwrap().whole(), evening(1));
    assert_eq!(accept(other, 1), Err(ChainError::OtherStream));
    let mut other = draft();
    other.hub = "33333333-3333-4333-8333-333333333333".parse().unwrap();
    assert_eq!(accept(other, 1), Err(ChainError::OtherHub));
    let mut other = draft();
    other.signer = key(2).public();
    assert!(matches!(accept(other, 2), Err(ChainError::Signer { .. })));
}

#[test]
fn times_are_looked_at() {
    let run = run(2);
    assert_eq!(
        party().accept(run[0].whole(), moment("2026-11-01T11:50:00Z")),
        Ok(Step::First),
        "ten minutes are allowed"
    );
    let error = party().accept(run[0].whole(), moment("2026-11-01T11:49:59Z")).unwrap_err();
    assert_eq!(error, ChainError::Future { made: day(1), now: moment("2026-11-01T11:49:59Z").now.into() });
    assert_eq!(party().accept(run[0].whole(), moment("2026-11-08T12:00:00Z")), Err(ChainError::Expired(day(8))));
    let mut early = run[0].signed().following(day(2), day(9)).unwrap();
    early.time = "2026-10-31T00:00:00Z".parse().unwrap();
    let early = Release::sign(early, [], &key(1)).unwrap();
    assert_eq!(party_at(&run, 1).accept(early.whole(), evening(1)), Err(ChainError::TimeBack));
}

#[test]
fn whoever_was_away_catches_up_over_what_expired() {
    let run = run(12);
    let wholes: Vec<_> = run.iter().map(|release| release.whole().clone()).collect();
    let mut party = party_at(&run, 2);
    let before = party.clone();
    let (at, error) = party.accept_all(&wholes[2..], evening(19)).unwrap_err();
    assert_eq!((at, error), (9, ChainError::Expired(day(19))));
    assert_eq!(party, before, "all or none");
    let (at, error) = party.accept_all(&[wholes[2].clone(), wholes[4].clone()], evening(12)).unwrap_err();
    assert!(at == 1 && matches!(error, ChainError::Gap { .. }), "{error:?}");
    assert_eq!(party, before, "all or none");
    assert_eq!(party.accept_all(&wholes[2..], evening(12)).unwrap().len(), 10);
    assert_eq!(party.head().unwrap().number.get(), 12);
}

/// A release after `before` that another key signs.
fn signed_by(before: &Release, seed: u8, changes: Vec<KeyChange>) -> Result<Release, vauban_release::ReleaseError> {
    let mut draft = before.signed().following(day(2), day(9)).unwrap();
    draft.signer = key(seed).public();
    draft.changes = changes;
    Release::sign(draft, [objects(1)], &key(seed))
}

fn change(from: u8, to: u8) -> KeyChange {
    KeyChange::sign(hub(), &key(from), key(to).public(), day(2)).unwrap()
}

#[test]
fn a_key_follows_a_key_that_named_it() {
    let run = run(1);
    let mut party = party_at(&run, 1);
    let stranger = signed_by(&run[0], 3, vec![]).unwrap();
    assert!(matches!(party.accept(stranger.whole(), evening(2)), Err(ChainError::Signer { .. })));
    let not_ours = signed_by(&run[0], 3, vec![change(2, 3)]).unwrap();
    assert!(matches!(party.accept(not_ours.whole(), evening(2)), Err(ChainError::Signer { .. })));
    let next = signed_by(&run[0], 3, vec![change(1, 2), change(2, 3)]).unwrap();
    assert_eq!(party.accept(next.whole(), evening(2)), Ok(Step::Next(Content::Full)));
    assert_eq!(*party.signer(), key(3).public());
    // The old key is worth nothing from then on.
    let mut draft = next.signed().following(day(3), day(10)).unwrap();
    draft.signer = key(1).public();
    draft.changes.clear();
    let old = Release::sign(draft, [], &key(1)).unwrap();
    assert!(matches!(party.accept(old.whole(), evening(3)), Err(ChainError::Signer { .. })));
}

#[test]
fn changes_that_lead_nowhere_are_refused() {
    let run = run(1);
    let refused = |changes| match signed_by(&run[0], 3, changes) {
        Err(vauban_release::ReleaseError::Manifest(ManifestError::Change(error))) => error,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(vec![change(1, 2)]), ChangeError::Path);
    assert_eq!(refused(vec![change(1, 2), change(1, 3)]), ChangeError::Path);
    assert_eq!(refused(vec![change(2, 3), change(1, 2)]), ChangeError::Path);
    let other_hub = "33333333-3333-4333-8333-333333333333".parse().unwrap();
    let foreign = KeyChange::sign(other_hub, &key(1), key(3).public(), day(2)).unwrap();
    assert_eq!(refused(vec![foreign]), ChangeError::OtherHub);
    assert_eq!(KeyChange::sign(hub(), &key(1), key(1).public(), day(2)), Err(ChangeError::Same));
    let later = KeyChange::sign(hub(), &key(1), key(3).public(), day(3)).unwrap();
    assert_eq!(refused(vec![later]), ChangeError::Path, "made after the release that it is in");
}

#[test]
fn a_change_that_somebody_else_signed_is_none() {
    let release = signed_by(&run(1)[0], 3, vec![change(1, 3)]).unwrap();
    let text = String::from_utf8(release.signed().bytes().to_vec()).unwrap();
    // The thief of key 3 cannot make key 1 say that it follows.
    let change = change(1, 3);
    let (statement, signature) = change.files();
    let forged = key(3).sign(statement.as_bytes(), "x".parse().unwrap()).to_string();
    let escaped = |text: &str| text.replace('\n', "\\n");
    let manifest = text.replace(&escaped(signature), &escaped(&forged));
    assert_ne!(manifest, text);
    let outer = key(3).sign(manifest.as_bytes(), "x".parse().unwrap()).to_string();
    let read = SignedManifest::read(manifest.as_bytes(), outer.as_bytes());
    assert!(matches!(read, Err(ManifestError::Change(ChangeError::NotSigned(_)))), "{read:?}");
}

fn blind(before: Option<&Release>, on: u64, epochs: u8) -> Release {
    let next = before.map_or_else(draft, |before| before.signed().following(day(on), day(on + 7)).unwrap());
    let (draft, parts) = with_blind(next, &key_log(epochs));
    Release::sign(draft, parts, &key(1)).unwrap()
}

#[test]
fn the_log_of_keys_only_grows() {
    let first = blind(None, 1, 2);
    let mut party = party();
    party.accept(first.whole(), evening(1)).unwrap();
    assert_eq!(party.log(), Some(&key_log(2).head()));
    let next = blind(Some(&first), 2, 4);
    party.accept(next.whole(), evening(2)).unwrap();
    assert_eq!(party.log(), Some(&key_log(4).head()));
    assert_eq!(party.accept(blind(Some(&next), 3, 3).whole(), evening(3)), Err(ChainError::EpochBack));
}

#[test]
fn a_hub_that_changes_what_it_said_of_keys_is_found_out() {
    let first = blind(None, 1, 2);
    let mut party = party();
    party.accept(first.whole(), evening(1)).unwrap();
    let mut log =
        vauban_release::KeyLog::new(hub(), vauban_release::Epoch::FIRST, vauban_release::BlindKey::new([1; 32]));
    log.append(2.try_into().unwrap(), vauban_release::BlindKey::new([9; 32])).unwrap();
    for epoch in [2, 3] {
        if epoch == 3 {
            log.append(3.try_into().unwrap(), vauban_release::BlindKey::new([3; 32])).unwrap();
        }
        let (draft, parts) = with_blind(first.signed().following(day(2), day(9)).unwrap(), &log);
        let release = Release::sign(draft, parts, &key(1)).unwrap();
        let error = party.accept(release.whole(), evening(2)).unwrap_err();
        assert!(error == ChainError::Log && error.is_contradiction());
    }
    // A release without a blind tier does not make the party forget.
    let without = after(&first, 2, Content::Delta);
    party.accept(without.whole(), evening(2)).unwrap();
    let (draft, parts) = with_blind(without.signed().following(day(3), day(10)).unwrap(), &log);
    let release = Release::sign(draft, parts, &key(1)).unwrap();
    assert_eq!(party.accept(release.whole(), evening(3)), Err(ChainError::Log));
}

#[test]
fn a_memory_is_kept_as_text_and_half_of_it_is_none() {
    let first = blind(None, 1, 2);
    let mut party = party();
    assert_eq!(party.to_string().parse(), Ok(party.clone()));
    party.accept(first.whole(), evening(1)).unwrap();
    let text = party.to_string();
    assert_eq!(text.parse(), Ok(party));
    for end in 0..text.len() {
        assert!(text[..end].parse::<Chain>().is_err(), "{end}");
    }
    for at in 0..text.len() * 8 {
        let mut bytes = text.clone().into_bytes();
        bytes[at / 8] ^= 1 << (at % 8);
        assert!(String::from_utf8(bytes).is_ok_and(|text| text.parse::<Chain>().is_err()) || at % 8 == 7, "{at}");
    }
    let rolled_back = text.replacen("\nhead 1 ", "\nhead 0 ", 1);
    assert_eq!(rolled_back.parse::<Chain>(), Err(ChainTextError::Damaged));
    assert_eq!("vauban chain/2".parse::<Chain>(), Err(ChainTextError::Format));
}

#[test]
fn every_refusal_has_a_sentence_in_both_languages() {
    let run = run(3);
    let errors = [
        party().accept(run[1].whole(), evening(2)).unwrap_err(),
        party_at(&run, 3).accept(run[0].whole(), evening(3)).unwrap_err(),
        party_at(&run, 1).accept(run[2].whole(), evening(3)).unwrap_err(),
        party().accept(run[0].whole(), evening(20)).unwrap_err(),
    ];
    for error in errors {
        let words = error.words();
        assert!(words.fr != words.en && words.fr.ends_with('.') && words.en.ends_with('.'), "{words:?}");
    }
    assert!(run[0].part(PartName::Objects).is_some());
}
