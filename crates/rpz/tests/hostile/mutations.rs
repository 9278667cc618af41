//! Thousands of transfers that were changed on their way. Signed, a changed one is never believed; unsigned, it is read or refused,
//! and nothing breaks.

use std::{cell::Cell, sync::Arc};

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use tokio::runtime::Runtime;
use vauban_rpz::Zone;

use crate::script::{KEY, Ours, framed, hears, text, tight, transfer, zone};

/// What happens on the way.
#[derive(Clone, Debug)]
enum Change {
    Flip(usize, u8),
    Cut(usize),
    Insert(usize, Vec<u8>),
    Drop(usize),
    Double(usize),
    Swap(usize, usize),
}

fn any_change() -> impl Strategy<Value = Change> {
    prop_oneof![
        8 => (any::<usize>(), 1u8..).prop_map(|(at, bits)| Change::Flip(at, bits)),
        1 => any::<usize>().prop_map(Change::Cut),
        2 => (any::<usize>(), proptest::collection::vec(any::<u8>(), 1..40)).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        1 => any::<usize>().prop_map(Change::Drop),
        1 => any::<usize>().prop_map(Change::Double),
        1 => any::<(usize, usize)>().prop_map(|(one, other)| Change::Swap(one, other)),
    ]
}

/// The bytes as they arrive.
fn changed(messages: &[Vec<u8>], change: &Change) -> Vec<u8> {
    let mut messages = messages.to_vec();
    let count = messages.len();
    match change {
        Change::Drop(at) => drop(messages.remove(at % count)),
        Change::Double(at) => messages.insert(at % count, messages[at % count].clone()),
        Change::Swap(one, other) => messages.swap(one % count, other % count),
        Change::Flip(..) | Change::Cut(_) | Change::Insert(..) => {}
    }
    let mut bytes = framed(&messages);
    match change {
        Change::Flip(at, bits) => {
            let at = at % bytes.len();
            bytes[at] ^= bits;
        }
        Change::Cut(at) => bytes.truncate(at % bytes.len()),
        Change::Insert(at, more) => drop(bytes.splice(at % bytes.len()..at % bytes.len(), more.iter().copied())),
        Change::Drop(_) | Change::Double(_) | Change::Swap(..) => {}
    }
    bytes
}

/// A transfer in several messages, as our outlet sends it.
fn transcript(runtime: &Runtime, key: Option<&str>, kept: Option<&Arc<Zone>>) -> (Zone, Vec<Vec<u8>>) {
    runtime.block_on(async {
        let (before, after) = (zone(7, 3000), zone(8, 3500));
        let ours = Ours::start(before, "allow = [\"127.0.0.0/8\"]").await;
        ours.outlet.publish(Arc::new(after.clone())).unwrap();
        let (_, messages) = ours.transcript(key, kept).await;
        (after, messages)
    })
}

fn run(key: Option<&str>, kept: Option<Arc<Zone>>, cases: u32) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (original, messages) = transcript(&runtime, key, kept.as_ref());
    let expected = text(&original);
    let transfer = transfer(key, tight());
    let untouched = runtime.block_on(hears(&transfer, framed(&messages), kept.as_ref())).unwrap();
    assert_eq!(text(untouched.zone().unwrap()), expected, "unchanged it is believed");
    let refused = Cell::new(0);
    TestRunner::new(Config::with_cases(cases))
        .run(&any_change(), |change| {
            let bytes = changed(&messages, &change);
            if let Ok(outcome) = runtime.block_on(hears(&transfer, bytes.clone(), kept.as_ref())) {
                let same = outcome.zone().is_some_and(|zone| text(zone) == expected);
                // What nobody looks at may be changed: what follows the last message.
                prop_assert!(key.is_none() || same, "{change:?}");
            } else {
                refused.set(refused.get() + 1);
            }
            Ok(())
        })
        .unwrap();
    let refused = refused.get();
    println!("{refused} of {cases} changed transfers refused");
    assert!(refused > cases / 4);
}

#[test]
fn a_signed_zone_that_was_changed_is_never_believed() {
    run(Some(KEY), None, 3000);
}

#[test]
fn signed_differences_that_were_changed_are_never_believed() {
    run(Some(KEY), Some(Arc::new(zone(7, 3000))), 3000);
}

#[test]
fn an_unsigned_zone_that_was_changed_is_read_or_refused() {
    run(None, None, 3000);
}

#[test]
fn noise_is_refused() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let transfer = transfer(None, tight());
    let noise = proptest::collection::vec(any::<u8>(), 0..200);
    TestRunner::new(Config::with_cases(2000))
        .run(&noise, |noise| {
            prop_assert!(runtime.block_on(hears(&transfer, framed(&[noise]), None)).is_err());
            Ok(())
        })
        .unwrap();
}
