//! Challenges: taken once, by their own browser, in time.

use std::{
    collections::BTreeSet,
    sync::{
        Barrier,
        atomic::{AtomicU32, Ordering},
    },
};

use vauban_people::{
    BrowserHash, ChallengeToken, NewChallenge, PersonId, Purpose, Refusal, RequestId, Rules, SessionId,
};

use crate::made::{Town, address, refusal};

fn ask(town: &mut Town, purpose: Purpose, browser: BrowserHash, last: u8) -> ChallengeToken {
    let new = NewChallenge { purpose, state: b"a state", browser, address: address(last) };
    town.people.challenge(&new, &mut town.rng, town.now).unwrap()
}

#[test]
fn a_challenge_is_taken_once_by_its_browser_and_in_time() {
    let mut town = Town::new();
    let (browser, other) = (town.browser(), town.browser());
    let challenge = ask(&mut town, Purpose::SignIn, browser, 1).hash();
    assert_eq!(refusal(town.people.take(&challenge, &other, town.now)), Refusal::NoChallenge);
    let taken = town.people.take(&challenge, &browser, town.now).unwrap();
    assert_eq!((taken.purpose, taken.state.as_slice()), (Purpose::SignIn, b"a state".as_slice()));
    assert_eq!(refusal(town.people.take(&challenge, &browser, town.now)), Refusal::NoChallenge, "only once");
    let late = ask(&mut town, Purpose::SignIn, browser, 1).hash();
    town.pass(300);
    assert_eq!(refusal(town.people.take(&late, &browser, town.now)), Refusal::NoChallenge);
    let new = NewChallenge { purpose: Purpose::SignIn, state: &[0; (16 << 10) + 1], browser, address: None };
    assert_eq!(refusal(town.people.challenge(&new, &mut town.rng, town.now)), Refusal::BadState);
}

#[test]
fn every_purpose_comes_back_as_it_was() {
    let mut town = Town::new();
    let (person, request) = (PersonId::from_bytes([1; 16]), RequestId::from_bytes([2; 16]));
    let session = SessionId::from_bytes([3; 16]);
    for purpose in [
        Purpose::Enrol { request },
        Purpose::SignIn,
        Purpose::AddKey { person },
        Purpose::Approve { request, person },
        Purpose::Fresh { person },
        Purpose::Device { session },
        Purpose::BeforeGlassKey { person },
        Purpose::BreakGlassKey { person },
        Purpose::BreakGlass { request },
    ] {
        let browser = town.browser();
        let challenge = ask(&mut town, purpose, browser, 1).hash();
        assert_eq!(town.people.take(&challenge, &browser, town.now).unwrap().purpose, purpose);
    }
}

#[test]
fn of_a_hundred_who_take_one_challenge_exactly_one_gets_it() {
    let mut town = Town::new();
    for _ in 0..5 {
        let browser = town.browser();
        let challenge = ask(&mut town, Purpose::SignIn, browser, 1).hash();
        let (got, start, now) = (AtomicU32::new(0), Barrier::new(100), town.now);
        // Half of them through a second opening of the file, as another process would have.
        let second = vauban_people::People::open(&town.path, Rules::default()).unwrap();
        std::thread::scope(|scope| {
            for number in 0..100 {
                let people = if number % 2 == 0 { &town.people } else { &second };
                let (got, start) = (&got, &start);
                scope.spawn(move || {
                    start.wait();
                    match people.take(&challenge, &browser, now) {
                        Ok(_) => _ = got.fetch_add(1, Ordering::Relaxed),
                        Err(error) => assert_eq!(error.refusal(), Some(Refusal::NoChallenge)),
                    }
                });
            }
        });
        assert_eq!(got.into_inner(), 1);
    }
}

#[test]
fn too_many_challenges_push_out_their_own_and_nobody_elses() {
    let rules = Rules { challenges: 100, challenges_address: 80, challenges_each: 5, ..Rules::default() };
    let mut town = Town::with(rules);
    let honest = town.browser();
    let of_honest = ask(&mut town, Purpose::SignIn, honest, 250).hash();
    let enrolling = ask(&mut town, Purpose::Enrol { request: RequestId::from_bytes([1; 16]) }, honest, 250).hash();
    let flood = town.browser();
    let flooded: Vec<_> = (0..1_000_u32)
        .map(|number| {
            town.now += jiff::SignedDuration::from_millis(1);
            ask(&mut town, Purpose::SignIn, flood, u8::try_from(number % 4).unwrap()).hash()
        })
        .collect();
    town.people.tend(town.now).unwrap();
    let left: BTreeSet<_> = (0..1_000).filter(|at| town.people.take(&flooded[*at], &flood, town.now).is_ok()).collect();
    assert!(left.len() < 100 && left.first().is_some_and(|first| *first > 850), "the newest are left: {left:?}");
    town.people.take(&of_honest, &honest, town.now).unwrap();
    town.people.take(&enrolling, &honest, town.now).unwrap();

    let person = PersonId::from_bytes([9; 16]);
    let of_one: Vec<_> = (0..20).map(|_| ask(&mut town, Purpose::Fresh { person }, honest, 1).hash()).collect();
    let taken = of_one.iter().filter(|hash| town.people.take(hash, &honest, town.now).is_ok()).count();
    assert_eq!(taken, 5);
}
