//! Failures are slowed and counted, and lock nobody out.

use std::time::Duration;

use vauban_people::{Attempt, EventKind};

use crate::made::{Town, address, device};

#[test]
fn failures_are_slowed_and_a_good_key_gets_in() {
    let (mut town, ana, _) = Town::founded();
    let attempt = Attempt { person: Some(ana.id), address: address(66), why: "bad-signature" };
    let waits: Vec<_> = (0..200).map(|_| town.people.refused(&attempt, town.now).unwrap()).collect();
    assert_eq!(waits[..3], [Duration::ZERO; 3], "people touch the wrong key");
    assert!(waits.is_sorted() && waits[199] == Duration::from_secs(10));
    assert!(town.people.slowdown(Some(ana.id), address(1), town.now).unwrap() > Duration::ZERO, "her failures, too");
    town.sign_in(&ana, device()).unwrap();
    assert_eq!(town.people.slowdown(None, address(1), town.now).unwrap(), Duration::ZERO);
    town.pass(3_600);
    assert_eq!(town.people.slowdown(Some(ana.id), address(66), town.now).unwrap(), Duration::ZERO, "it decays");
}

#[test]
fn a_flood_fills_neither_the_list_nor_the_disk() {
    let (town, ana, _) = Town::founded();
    let refused = |town: &Town| {
        let all = town.people.events(0, 1_000).unwrap();
        all.iter().filter(|event| event.kind == EventKind::SignInRefused).count()
    };
    for number in 0..3_000_u32 {
        let address = Some(std::net::Ipv6Addr::from(u128::from(number % 1_500) << 64).into());
        town.people.refused(&Attempt { person: None, address, why: "bad-signature" }, town.now).unwrap();
    }
    let told = refused(&town);
    assert!((256..400).contains(&told), "{told}");
    let of_ana = Attempt { person: Some(ana.id), address: address(66), why: "bad-signature" };
    town.people.refused(&of_ana, town.now).unwrap();
    assert_eq!(refused(&town), told + 1, "what is tried against somebody known is told in the flood");
}

#[test]
fn a_refusal_of_ours_counts_as_one_of_theirs() {
    let (mut town, ana, ben) = Town::founded();
    town.people.suspend(&ana.actor(), ben.id, town.now).unwrap();
    for _ in 0..6 {
        town.sign_in(&ben, device()).unwrap_err();
    }
    assert!(town.people.slowdown(None, address(1), town.now).unwrap() > Duration::ZERO);
    let last = &town.people.events_about(ben.id, 1).unwrap()[0];
    assert_eq!(
        (last.kind, last.detail.as_deref(), last.address),
        (EventKind::SignInRefused, Some("not-active"), address(1))
    );
}
