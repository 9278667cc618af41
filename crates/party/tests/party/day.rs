//! Blind days: the same bytes every day, hits, restarts, new keys, and answers that are an attack.

use std::collections::HashSet;

use vauban_blind::{SecretKey, Signer};
use vauban_party::{AttackError, Day, DayError, Hit, Party, Slotted, StateSecret};
use vauban_release::Release;

use crate::{
    hub::Hub,
    made::{BATCH, OTHER, STREAM, blind_first, blind_next, enrolled, evening, names, rng, signer},
    round::outcome,
};

pub(crate) fn domains(names: &[String]) -> Vec<(&str, &str)> {
    names.iter().map(|name| ("domain-name", name.as_str())).collect()
}

fn answered(slotted: Slotted) -> (usize, Vec<Hit>) {
    match slotted {
        Slotted::Answered { asked, hits } => (asked, hits),
        other => panic!("{other:?}"),
    }
}

/// A party that has the first release of a stream with these indicators.
fn ready(state: &std::path::Path, known: &[String], slots: u16) -> (Party, Hub, Vec<Release>) {
    let run = vec![blind_first(STREAM, known, slots)];
    let hub = Hub::new(STREAM, run.clone());
    let mut party = enrolled(state);
    outcome(&mut party, &hub, evening(1)).unwrap();
    (party, hub, run)
}

#[test]
fn what_was_seen_is_met_and_only_that() {
    let state = tempfile::tempdir().unwrap();
    let known = names("evil", 20);
    let (party, hub, _) = ready(state.path(), &known, 1);
    let mut day = Day::open(&party).unwrap();
    let mut seen = names("good", 30);
    seen.extend(known[..2].iter().cloned());
    let added = day.add(domains(&seen), &mut rng(1)).unwrap();
    assert_eq!((added.new, day.add(domains(&seen), &mut rng(1)).unwrap().known), (32, 32));
    assert_eq!(day.add([("ipv4-addr", "192.0.2.1")], &mut rng(1)).unwrap().refused, 1);

    let (asked, hits) = answered(day.run(&hub, &party, evening(1).now, &mut rng(2)).unwrap());
    let met: HashSet<_> = hits.iter().map(|hit| hit.value.clone()).collect();
    assert_eq!((asked, met), (32, known[..2].iter().cloned().collect()));
    assert!(matches!(day.run(&hub, &party, evening(1).now, &mut rng(3)).unwrap(), Slotted::NotDue { .. }));
    drop(day);
    let mut day = Day::open(&party).unwrap();
    assert_eq!((day.hits().len(), day.waiting()), (2, 0));
    assert_eq!(day.add(domains(&seen), &mut rng(4)).unwrap().known, 32, "what was asked is not asked again");
}

#[test]
fn every_day_sends_the_same_number_of_bytes() {
    let state = tempfile::tempdir().unwrap();
    let (party, hub, _) = ready(state.path(), &names("evil", 500), 3);
    let mut day = Day::open(&party).unwrap();
    let slots = 3 * BATCH as usize;
    let queues = [Vec::new(), names("one", 1), names("evil", slots), names("more", 2 * slots), Vec::new(), Vec::new()];
    let mut sizes = HashSet::new();
    for (on, queue) in (1..).zip(&queues) {
        day.add(domains(queue), &mut rng(on)).unwrap();
        hub.seen.borrow_mut().clear();
        answered(day.run(&hub, &party, evening(on).now, &mut rng(on)).unwrap());
        let lengths: Vec<_> = hub
            .seen
            .borrow()
            .iter()
            .map(|(method, path, body, went)| (method.clone(), path.clone(), body.len(), *went))
            .collect();
        assert_eq!(lengths.len(), 3);
        sizes.insert(lengths);
    }
    assert_eq!((sizes.len(), day.hits().len(), day.waiting()), (1, slots, 0));
}

#[test]
fn a_restart_between_question_and_answer_loses_nothing() {
    let state = tempfile::tempdir().unwrap();
    let known = names("evil", 5);
    let (party, hub, _) = ready(state.path(), &known, 2);
    let mut day = Day::open(&party).unwrap();
    day.add(domains(&known), &mut rng(1)).unwrap();
    hub.is_down.set(true);
    assert!(matches!(day.run(&hub, &party, evening(1).now, &mut rng(2)), Err(DayError::Door(_))));
    drop(day);
    hub.is_down.set(false);
    let mut day = Day::open(&party).unwrap();
    let (asked, hits) = answered(day.run(&hub, &party, evening(1).now, &mut rng(3)).unwrap());
    assert_eq!((asked, hits.len(), hub.came("/blind").len()), (5, 5, 2));
}

#[test]
fn what_could_not_be_answered_waits_for_the_next_day() {
    let state = tempfile::tempdir().unwrap();
    let (party, hub, run) = ready(state.path(), &names("evil", 5), 1);
    let mut day = Day::open(&party).unwrap();
    day.add(domains(&names("evil", 5)), &mut rng(1)).unwrap();
    let busy = Hub::new(STREAM, run).lies(|_, _, _| (429, Vec::new()));
    let error = day.run(&busy, &party, evening(1).now, &mut rng(2)).unwrap_err();
    assert!(matches!(error, DayError::Door(vauban_party::DoorError::Later { status: 429, .. })), "{error}");
    let (asked, hits) = answered(day.run(&hub, &party, evening(2).now, &mut rng(3)).unwrap());
    assert_eq!((asked, hits.len(), hub.came("/blind").len()), (5, 5, 1), "a burst would say more");
}

#[test]
fn a_second_key_is_an_attack_every_time() {
    let state = tempfile::tempdir().unwrap();
    let (party, mut hub, _) = ready(state.path(), &names("evil", 5), 1);
    let mut day = Day::open(&party).unwrap();
    day.add(domains(&names("evil", 5)), &mut rng(1)).unwrap();
    for on in 1..=20 {
        // The answer is of another key that calls itself the pinned one.
        let own = signer(1).pin();
        let second = Signer::new(SecretKey::generate(&mut rng(1000 + on)).unwrap(), own.epoch);
        hub.lie = Some(Box::new(move |_, _, (_, honest)| {
            let mut bytes = forged(&second, u64::from(honest[100]));
            bytes[10..42].copy_from_slice(own.key.as_bytes());
            (200, bytes)
        }));
        let error = day.run(&hub, &party, evening(on).now, &mut rng(on)).unwrap_err();
        assert!(matches!(error, DayError::Attack(AttackError::Proof)), "{error}");
        assert!(error.words().fr.contains("Attaque") && error.words().en.contains("Attack"));
    }
    assert_eq!((day.hits().len(), day.waiting()), (0, 5));
    let second = Signer::new(SecretKey::generate(&mut rng(7)).unwrap(), signer(1).pin().epoch);
    hub.lie = Some(Box::new(move |_, _, _| (200, forged(&second, 1))));
    let error = day.run(&hub, &party, evening(21).now, &mut rng(21)).unwrap_err();
    assert!(matches!(error, DayError::Attack(AttackError::OtherKey)), "{error}");
    hub.lie = None;
    assert_eq!(answered(day.run(&hub, &party, evening(22).now, &mut rng(22)).unwrap()).1.len(), 5);
}

/// An evaluation, with its own key, of elements that nobody asked about.
fn forged(second: &Signer, seed: u64) -> Vec<u8> {
    let size = vauban_blind::BatchSize::new(u16::try_from(BATCH).unwrap()).unwrap();
    let (batch, _) = vauban_blind::Asker::new(second.pin(), size).ask(&[], &mut rng(seed)).unwrap();
    second.evaluate(&batch, &mut rng(seed)).unwrap().to_bytes()
}

#[test]
fn any_bit_of_an_answer_counts() {
    let state = tempfile::tempdir().unwrap();
    let (party, mut hub, _) = ready(state.path(), &names("evil", 5), 1);
    let mut day = Day::open(&party).unwrap();
    day.add(domains(&names("evil", 5)), &mut rng(1)).unwrap();
    for (on, at) in (1..28).zip((0..2154).step_by(83)) {
        hub.lie = Some(Box::new(move |_, _, (status, mut bytes)| {
            bytes[at] ^= 1;
            (status, bytes)
        }));
        let error = day.run(&hub, &party, evening(on).now, &mut rng(on)).unwrap_err();
        assert!(matches!(error, DayError::Attack(_) | DayError::Door(_) | DayError::OtherEpoch), "{at}: {error}");
    }
    assert_eq!((day.hits().len(), day.waiting()), (0, 5));
}

#[test]
fn a_new_epoch_asks_again_and_a_new_table_does_not() {
    let state = tempfile::tempdir().unwrap();
    let (mut party, mut hub, mut run) = ready(state.path(), &names("evil", 3), 1);
    let mut day = Day::open(&party).unwrap();
    let seen = names("later", 10);
    day.add(domains(&seen), &mut rng(1)).unwrap();
    assert_eq!(answered(day.run(&hub, &party, evening(1).now, &mut rng(1)).unwrap()), (10, vec![]));

    run.push(blind_next(&run, 2, 1, &seen[..4]));
    hub.streams.insert(STREAM.to_owned(), run.clone());
    outcome(&mut party, &hub, evening(2)).unwrap();
    hub.seen.borrow_mut().clear();
    assert_eq!(day.look_again(&party, &mut rng(2)).unwrap().len(), 4);
    assert!(day.look_again(&party, &mut rng(2)).unwrap().is_empty(), "a hit is told once");
    assert!(hub.seen.borrow().is_empty(), "nothing is sent for it");

    // The signer goes on before the release is here: the slot is asked again with the new key, once it is.
    hub.signer = signer(2);
    assert!(matches!(day.run(&hub, &party, evening(2).now, &mut rng(3)), Err(DayError::OtherEpoch)));
    run.push(blind_next(&run, 2, 2, &seen[..5]));
    hub.streams.insert(STREAM.to_owned(), run.clone());
    outcome(&mut party, &hub, evening(2)).unwrap();
    let (asked, hits) = answered(day.run(&hub, &party, evening(2).now, &mut rng(4)).unwrap());
    assert_eq!((asked, hits.len(), day.hits().len()), (10, 1, 5), "only what was not met before is told");
}

#[test]
fn new_names_do_not_keep_old_ones_waiting_for_ever() {
    let state = tempfile::tempdir().unwrap();
    let (mut party, mut hub, mut run) = ready(state.path(), &names("evil", 3), 1);
    let mut day = Day::open(&party).unwrap();
    day.add(domains(&names("old", 32)), &mut rng(1)).unwrap();
    day.run(&hub, &party, evening(1).now, &mut rng(1)).unwrap();
    run.push(blind_next(&run, 2, 2, &names("old", 32)));
    hub.streams.insert(STREAM.to_owned(), run);
    hub.signer = signer(2);
    outcome(&mut party, &hub, evening(2)).unwrap();
    day.add(domains(&names("new", 1000)), &mut rng(2)).unwrap();
    for on in 2..=3 {
        let (asked, hits) = answered(day.run(&hub, &party, evening(on).now, &mut rng(on)).unwrap());
        assert_eq!((asked, hits.len()), (64, 16));
    }
}

#[test]
fn two_streams_with_two_keys_are_an_attack_and_nothing_is_sent() {
    let state = tempfile::tempdir().unwrap();
    let (mut party, mut hub, _) = ready(state.path(), &names("evil", 3), 1);
    let mut draft = crate::made::draft(OTHER);
    let mut log = vauban_release::KeyLog::new(
        draft.hub,
        draft.epoch,
        vauban_release::BlindKey::new(*signer(5).pin().key.as_bytes()),
    );
    let mut parts = crate::made::with_blind(&mut draft, 1, &[], 1);
    let table = vauban_blind::TableBuilder::new(vauban_blind::Pin { epoch: signer(1).pin().epoch, ..signer(5).pin() });
    parts[1].1 = table.build(&mut rng(1)).unwrap();
    parts[0].1 = log.to_string().into_bytes();
    let blind = draft.blind.as_mut().unwrap();
    (blind.key, blind.log) = (log.last().1, log.head().digest);
    log.append(vauban_release::Epoch::new(9).unwrap(), vauban_release::BlindKey::new([1; 32])).unwrap();
    hub.streams.insert(OTHER.to_owned(), vec![Release::sign(draft, parts, &crate::made::key(1)).unwrap()]);
    let updated = party.update(&hub, evening(1)).unwrap();
    assert!(updated.streams.iter().all(|stream| stream.outcome.is_ok()));
    hub.seen.borrow_mut().clear();
    let error = Day::open(&party).unwrap().run(&hub, &party, evening(1).now, &mut rng(1)).unwrap_err();
    assert!(matches!(error, DayError::Attack(AttackError::TwoKeys)), "{error}");
    assert!(hub.seen.borrow().is_empty());
}

#[test]
fn another_secret_does_not_open_what_was_kept() {
    let state = tempfile::tempdir().unwrap();
    let (party, ..) = ready(state.path(), &[], 1);
    let elsewhere = StateSecret::new([4; 32]);
    Day::open_with(&party, elsewhere.clone()).unwrap().add([("domain-name", "a.example")], &mut rng(1)).unwrap();
    assert!(matches!(Day::open(&party), Err(DayError::Sealed(_))));
    assert_eq!(Day::open_with(&party, elsewhere).unwrap().waiting(), 1);
}
