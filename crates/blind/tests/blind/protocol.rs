//! The way from what was seen to what may be known of it, and that its size never depends on what was seen.
#![expect(clippy::unwrap_used, reason = "a value that is not there is a failure")]

use proptest::prelude::*;
use vauban_blind::{
    AskError, Asker, Batch, BatchSize, BuildError, Epoch, Evaluated, LookError, Observable, Output, Pending, SecretKey,
    StateError, StateKey, Table, TableBuilder,
};

use crate::steps::{ask, domain, found, label, names, rng, signer, size, table, unseal};

#[test]
fn what_was_seen_and_is_known_is_found_and_nothing_else() {
    let signer = signer(1);
    let known = names("known", 40);
    let table = table(&signer, &known, 2);
    let seen: Vec<_> = known.iter().step_by(2).chain(&names("harmless", 60)).map(|name| domain(name)).collect();
    let answers = found(&table, &ask(&signer, &seen, 128, 3));
    let expected: Vec<_> = (0..40).step_by(2).map(|number| Some(label(number).id)).chain([None; 60]).collect();
    assert_eq!(answers, expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Blinding, evaluation and finalisation give what the key's holder computes alone, in the order that was asked.
    #[test]
    fn the_blind_way_is_the_plain_way(count in 0..=16_usize, seed: u64) {
        let signer = signer(seed);
        let key = SecretKey::generate(&mut rng(seed)).unwrap();
        let seen: Vec<_> = names("seen", count).iter().map(|name| domain(name)).collect();
        let plain: Vec<_> = seen.iter().map(|one| key.output(Epoch::new(1), one).unwrap()).collect();
        prop_assert_eq!(ask(&signer, &seen, 16, seed ^ 1), plain);
    }

    /// The same, with a restart in between.
    #[test]
    fn a_slot_survives_a_restart(count in 0..=8_usize, seed: u64, key: [u8; 32]) {
        let (signer, size, mut rng) = (signer(seed), size(8), rng(seed));
        let seen: Vec<_> = names("seen", count).iter().map(|name| domain(name)).collect();
        let (batch, pending) = Asker::new(signer.pin(), size).ask(&seen, &mut rng).unwrap();
        let sealed = pending.seal(&StateKey::new(key), &mut rng).unwrap();
        prop_assert_eq!(sealed.len(), Pending::sealed_length(size));
        let evaluated = signer.evaluate(&batch, &mut rng).unwrap();
        let outputs = pending.finalise(&evaluated, &signer.pin()).unwrap();
        drop(pending);
        let opened = Pending::open(&sealed, size, &StateKey::new(key)).unwrap();
        prop_assert_eq!(opened.finalise(&evaluated, &signer.pin()).unwrap(), outputs);
    }
}

#[test]
fn a_kept_state_opens_with_its_key_and_whole_alone() {
    let (signer, size, mut rng) = (signer(1), size(4), rng(2));
    let (_, pending) = Asker::new(signer.pin(), size).ask(&[domain("evil.example")], &mut rng).unwrap();
    let sealed = pending.seal(&StateKey::new([1; 32]), &mut rng).unwrap();
    let open = |bytes: &[u8], key: u8| Pending::open(bytes, size, &StateKey::new([key; 32])).unwrap_err();
    assert_eq!(open(&sealed, 2), StateError::Sealed);
    assert_eq!(open(b"VBS", 1), StateError::Magic);
    assert_eq!(open(b"VBS2 and more", 1), StateError::Magic);
    let expected = Pending::sealed_length(size);
    assert_eq!(open(&sealed[1..], 1), StateError::Magic);
    assert_eq!(open(&sealed[..expected - 1], 1), StateError::Length { expected, found: expected - 1 });
    for at in 4..sealed.len() {
        let mut damaged = sealed.clone();
        damaged[at] ^= 1;
        assert_eq!(open(&damaged, 1), StateError::Sealed, "byte {at}");
    }
}

/// 0, 1 and 1,000 real look-ups, none and all of them hits: the same lengths in every direction, and the same frame.
#[test]
fn sizes_say_nothing() {
    let (signer, usual) = (signer(1), BatchSize::USUAL);
    let known = names("known", 1000);
    let table = table(&signer, &known, 2);
    let hits: Vec<_> = known.iter().map(|name| domain(name)).collect();
    let misses: Vec<_> = names("harmless", 1000).iter().map(|name| domain(name)).collect();
    let mut seen = Vec::new();
    for (observables, expected) in [(&hits[..0], 0), (&hits[..1], 1), (&hits[..], 1000), (&misses[..], 0)] {
        let mut rng = rng(observables.len() as u64);
        let (batch, pending) = Asker::new(signer.pin(), usual).ask(observables, &mut rng).unwrap();
        let evaluated = signer.evaluate(&batch, &mut rng).unwrap();
        let sealed = pending.seal(&StateKey::new([1; 32]), &mut rng).unwrap();
        let outputs = pending.finalise(&evaluated, &signer.pin()).unwrap();
        assert_eq!(found(&table, &outputs).iter().flatten().count(), expected);
        let (batch, evaluated) = (batch.to_bytes(), evaluated.to_bytes());
        assert_eq!((batch.len(), evaluated.len(), sealed.len()), (32_810, 32_874, 100_434));
        seen.push((batch[..42].to_vec(), evaluated[..42].to_vec()));
    }
    assert!(seen.windows(2).all(|two| two[0] == two[1]), "what is not random is the same");
    assert_eq!(Batch::wire_length(usual), 32_810);
    assert_eq!(Evaluated::wire_length(usual), 32_874);
}

/// Where a real element stands in its batch says nothing either: all places are about equally frequent.
#[test]
fn places_are_shuffled() {
    let (signer, size) = (signer(1), size(4));
    let asker = Asker::new(signer.pin(), size);
    let mut counts = [0; 4];
    for seed in 0..400 {
        let (_, pending) = asker.ask(&[domain("evil.example")], &mut rng(seed)).unwrap();
        counts[place_of_the_real_one(&pending, size)] += 1;
    }
    assert!(counts.iter().all(|count| (60..140).contains(count)), "{counts:?}");
}

/// Reads the place out of a kept state: the one that has a number.
fn place_of_the_real_one(pending: &Pending, size: BatchSize) -> usize {
    let key = [9; 32];
    let sealed = pending.seal(&StateKey::new(key), &mut rng(0)).unwrap();
    let plain = unseal(&sealed, key);
    let places = &plain[38..];
    assert_eq!(places.len(), 98 * size.elements());
    places.chunks(98).position(|place| place[96..] != [0xff, 0xff]).unwrap()
}

#[test]
fn a_slot_is_filled_whatever_there_is_to_ask() {
    let (signer, size) = (signer(1), size(4));
    let asker = Asker::new(signer.pin(), size);
    let queue: Vec<Observable> = names("seen", 20).iter().map(|name| domain(name)).collect();
    for (waiting, expected) in [(0, 0), (1, 1), (9, 9), (12, 12), (20, 12)] {
        let (made, asked) = asker.fill(&queue[..waiting], 3, &mut rng(waiting as u64)).unwrap();
        assert_eq!((made.len(), asked), (3, expected));
        let mut outputs: Vec<Output> = Vec::new();
        for (batch, pending) in made {
            let evaluated = signer.evaluate(&batch, &mut rng(5)).unwrap();
            outputs.extend(pending.finalise(&evaluated, &signer.pin()).unwrap());
        }
        let plain: Vec<_> =
            queue[..expected].iter().flat_map(|one| ask(&signer, std::slice::from_ref(one), 1, 6)).collect();
        assert_eq!(outputs, plain);
    }
    assert_eq!(asker.ask(&queue, &mut rng(1)).unwrap_err(), AskError::Many { most: 4, asked: 20 });
}

#[test]
fn one_observable_stands_in_a_table_once() {
    let signer = signer(1);
    let output = ask(&signer, &[domain("evil.example")], 1, 2).remove(0);
    let mut builder = TableBuilder::new(signer.pin());
    builder.add(output.clone(), label(1)).unwrap();
    builder.add(output, label(2)).unwrap();
    assert_eq!(builder.build(&mut rng(3)), Err(BuildError::Twice));
}

#[test]
fn an_output_of_another_epoch_is_refused_not_missed() {
    let signer = signer(1);
    let key = SecretKey::generate(&mut rng(1)).unwrap();
    let later = key.output(Epoch::new(2), &domain("evil.example")).unwrap();
    let bytes = table(&signer, &names("known", 3), 2);
    assert_eq!(Table::open(&bytes).unwrap().look(&later), Err(LookError::Pin));
    assert_eq!(TableBuilder::new(signer.pin()).add(later, label(0)), Err(BuildError::Pin));
}

/// A tag met by chance (or put there) whose label is not the one it should be.
#[test]
fn a_tag_without_its_label_is_a_miss() {
    let signer = signer(1);
    let bytes = table(&signer, &names("known", 3), 2);
    let outputs = ask(&signer, &[domain("known-0000.example")], 1, 3);
    let clean = Table::open(bytes.as_slice()).unwrap();
    assert!(clean.look(&outputs[0]).unwrap().is_some());
    let mut rows: Vec<Vec<u8>> =
        bytes[vauban_blind::TABLE_HEADER..].chunks(vauban_blind::ROW).map(<[u8]>::to_vec).collect();
    // Every label moves to the row below it: all tags stay.
    let labels: Vec<Vec<u8>> = rows.iter().map(|row| row[8..].to_vec()).collect();
    for (row, label) in rows.iter_mut().zip(labels.iter().cycle().skip(1)) {
        row[8..].copy_from_slice(label);
    }
    let moved = [bytes[..vauban_blind::TABLE_HEADER].to_vec(), rows.concat()].concat();
    let moved = Table::open(moved.as_slice()).unwrap();
    assert!(moved.tags().eq(clean.tags()));
    assert_eq!(moved.look(&outputs[0]), Ok(None));
}

#[test]
fn two_tables_of_the_same_indicators_have_nothing_in_common() {
    let signer = signer(1);
    let known = names("known", 200);
    let (one, other) = (table(&signer, &known, 2), table(&signer, &known, 3));
    assert_eq!(one.len(), other.len());
    let tags: std::collections::BTreeSet<_> = Table::open(&one).unwrap().tags().collect();
    assert!(Table::open(&other).unwrap().tags().all(|tag| !tags.contains(&tag)));
    assert_eq!(one, table(&signer, &known, 2), "with the same randomness it is the same table");
    let few = table(&signer, &known[..1], 4);
    assert_eq!(few.len(), one.len(), "1 and 200 indicators make tables of one size");
}
