//! Random calls, by a property: the store answers what the model answers. Two streams, so that each must leave the other alone.

use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any},
    prop_oneof,
    strategy::ValueTree as _,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use vauban_hub::store::{
    Audience, CredentialHash, Detail, Filter, FrontStore, NewEntry, ObjectType, Place, Sequence, SpecVersion,
    StoreError, StreamId, Versions,
};

use crate::{
    made::{self, ALICE, ALICES, BOB, BOBS, at, audience, entry, id, version},
    model::Model,
};

#[derive(Debug, Clone)]
pub(crate) enum Call {
    Add(bool, Vec<NewEntry>, i64),
    Remove(bool, u64, Option<i64>),
    Forget(i64),
    Page(bool, Filter, u64, usize, i64),
}

const KINDS: [&str; 3] = ["indicator", "malware", "tool"];

fn kind() -> impl Strategy<Value = ObjectType> {
    (0..3_usize).prop_map(|kind| ObjectType::new(KINDS[kind]).unwrap())
}

/// Few objects and few versions, so that they meet.
fn some_entry() -> impl Strategy<Value = NewEntry> {
    (0..12_u64, 0..4_i64, proptest::option::of(0..1_000_i64), any::<bool>()).prop_map(
        |(number, modified, expires, is_old)| {
            let mut entry = entry(KINDS[number as usize % 3], number, modified);
            entry.expires = expires.map(at);
            entry.spec_version = SpecVersion::new(if is_old { "2.0" } else { "2.1" }).unwrap();
            entry
        },
    )
}

pub(crate) fn filter() -> impl Strategy<Value = Filter> {
    let versions = (any::<bool>(), any::<bool>(), vec((0..4_i64).prop_map(version), 0..3))
        .prop_map(|(last, first, at)| Versions { last, first, at });
    let object = (0..12_u64).prop_map(|number| id(KINDS[number as usize % 3], number));
    let spec = any::<bool>().prop_map(|is_old| SpecVersion::new(if is_old { "2.0" } else { "2.1" }).unwrap());
    let rarely = |most| prop_oneof![2 => Just(0..1_usize), 1 => Just(0..most)];
    let objects = (vec(object, 0..5), rarely(5)).prop_map(|(list, size)| list.into_iter().take(size.end - 1).collect());
    let types = (vec(kind(), 0..4), rarely(4)).prop_map(|(list, size)| list.into_iter().take(size.end - 1).collect());
    let specs = (vec(spec, 0..2), rarely(3)).prop_map(|(list, size)| list.into_iter().take(size.end - 1).collect());
    (proptest::option::of((0..1_000_i64).prop_map(at)), objects, types, versions, specs).prop_map(
        |(added_after, objects, types, versions, spec_versions)| Filter {
            added_after,
            objects,
            types,
            versions,
            spec_versions,
        },
    )
}

pub(crate) fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        3 => (any::<bool>(), vec(some_entry(), 0..5), 0..1_000_i64).prop_map(|(whose, list, now)| Call::Add(whose, list, now)),
        1 => (any::<bool>(), 0..12_u64, proptest::option::of(0..4_i64)).prop_map(|(whose, id, at)| Call::Remove(whose, id, at)),
        1 => (0..500_i64).prop_map(Call::Forget),
        8 => (any::<bool>(), filter(), 0..10_u64, 1..8_usize, 0..1_000_i64)
            .prop_map(|(whose, filter, after, most, now)| Call::Page(whose, filter, after, most, now)),
    ]
}

fn whose(is_alices: bool) -> (CredentialHash, StreamId) {
    if is_alices { (ALICE, ALICES) } else { (BOB, BOBS) }
}

/// Values of a strategy, the same at every run.
pub(crate) fn runner(seed: u8) -> TestRunner {
    TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]))
}

/// No shrinking: a failure names its sequence and call, and sequences are short.
pub(crate) async fn the_store_does_what_the_model_does(place: Place) {
    let front = FrontStore::open(&place).await.unwrap();
    let mut runner = runner(1);
    let sequences = vec(call(), 40);
    for sequence in 0..60 {
        // What no credential opens is gone: each sequence begins with nothing.
        front.set_audience(&Audience::default()).await.unwrap();
        front.set_audience(&audience()).await.unwrap();
        let mut model = Model::default();
        let calls = sequences.new_tree(&mut runner).unwrap().current();
        for (number, call) in calls.iter().enumerate() {
            check(&front, &mut model, call, &format!("sequence {sequence}, call {number}: {calls:?}")).await;
        }
    }
}

async fn check(front: &FrontStore, model: &mut Model, call: &Call, told: &str) {
    match call {
        Call::Add(is_alices, entries, now) => {
            let (credential, stream) = whose(*is_alices);
            let added = match front.add(credential, stream, entries, at(*now)).await {
                Ok(()) => true,
                Err(StoreError::Twice { .. }) => false,
                Err(other) => panic!("{other:?} in {told}"),
            };
            assert_eq!(added, model.add(stream, entries, at(*now)), "{told}");
        }
        Call::Remove(is_alices, number, modified) => {
            let (credential, stream) = whose(*is_alices);
            let object = id(KINDS[*number as usize % 3], *number);
            let one = modified.map(|modified| vec![version(modified)]);
            let gone = front.remove(credential, stream, &object, one.as_deref()).await.unwrap();
            assert_eq!(gone, model.remove(stream, &object, modified.map(version)), "{told}");
        }
        Call::Forget(now) => {
            front.forget(at(*now), 9, 0, at(0)).await.unwrap();
            model.forget(at(*now));
        }
        Call::Page(is_alices, filter, after, most, now) => {
            let (credential, stream) = whose(*is_alices);
            let (after, now) = (Sequence(*after), at(*now));
            let asked =
                front.page(made::asked(credential, stream, filter, after, *most as u64, now), Detail::Objects).await;
            let page = asked.unwrap().unwrap();
            let told_of: Vec<_> = page.entries.iter().map(|entry| (entry.sequence.0, entry.added)).collect();
            let joined =
                front.joined(made::asked(credential, stream, filter, after, *most as u64, now)).await.unwrap().unwrap();
            let each: Vec<&str> = page.entries.iter().filter_map(|entry| entry.json.as_deref()).collect();
            let added = page.entries.first().zip(page.entries.last()).map(|(first, last)| (first.added, last.added));
            let last = page.entries.last().map_or(Sequence(0), |entry| entry.sequence);
            assert_eq!((joined.json, joined.more, joined.last), (each.join(","), page.more, last), "{told}");
            assert_eq!((joined.count, joined.added), (each.len() as u64, added), "{told}");
            assert_eq!((told_of, page.more), model.page(stream, filter, after.0, *most, now), "{told}");
        }
    }
}
