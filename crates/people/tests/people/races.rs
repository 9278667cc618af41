//! Many at once: what is good once is good for one of them.

use std::sync::{Barrier, Mutex};

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use vauban_people::{Approval, Enrolment, Invitation, Means, PeopleError, Refusal, RequestState, Used};

use crate::made::{Town, credential, device, visit};

const MANY: u8 = 40;

/// Does this in many threads at the same moment, and gives what each got.
fn at_once<T: Send>(
    work: impl Fn(u8, &mut ChaCha20Rng) -> Result<T, PeopleError> + Sync,
) -> Vec<Result<T, PeopleError>> {
    let (start, results) = (Barrier::new(MANY.into()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for number in 0..MANY {
            let (start, results, work) = (&start, &results, &work);
            scope.spawn(move || {
                let mut rng = ChaCha20Rng::from_seed([number; 32]);
                start.wait();
                let result = work(number, &mut rng);
                results.lock().unwrap().push(result);
            });
        }
    });
    results.into_inner().unwrap()
}

/// One of them got it; all others heard this.
fn only_one<T>(results: Vec<Result<T, PeopleError>>, others: Refusal) -> T {
    let (good, bad): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    assert!(bad.into_iter().all(|result| result.err().and_then(|error| error.refusal()) == Some(others)));
    let mut good: Vec<T> = good.into_iter().flatten().collect();
    assert_eq!(good.len(), 1);
    good.remove(0)
}

#[test]
fn one_link_makes_one_key() {
    let (mut town, ana, ben) = Town::founded();
    let request = town.invite(&ana, &Town::new_person("Cleo")).unwrap();
    town.approve(&request, &ana).unwrap();
    town.approve(&request, &ben).unwrap();
    let link = town.link(&ana.actor(), request.id).unwrap();
    let Invitation { request, .. } = town.people.invitation(&link.hash(), town.now).unwrap();
    let keys: Vec<_> = (0..MANY).map(|_| town.new_key()).collect();
    let (visit, people, now) = (visit(device()), &town.people, town.now);
    let enrolled = only_one(
        at_once(|number, rng| {
            let enrolment =
                Enrolment { request, link: link.hash(), means: Means::Key(&keys[usize::from(number)]), visit: &visit };
            people.enrol(&enrolment, rng, now)
        }),
        Refusal::LinkUsed,
    );
    assert_eq!(people.keys(enrolled.person.id).unwrap().len(), 1);
    assert_eq!(people.sessions(enrolled.person.id, now).unwrap().len(), 1);
}

#[test]
fn one_person_who_approves_many_times_at_once_is_one() {
    let (mut town, ana, _) = Town::founded();
    let request = town.invite(&ana, &Town::new_person("Cleo")).unwrap();
    let (bytes, people, now) = (credential(0), &town.people, town.now);
    let used = Used { id: &ana.key, before: &bytes, after: &bytes };
    let approval = Approval { request: request.id, approver: ana.id, used, digest: request.digest(), proof: b"p" };
    let after = only_one(at_once(|_, _| people.approve(&approval, now)), Refusal::AlreadyApproved);
    assert_eq!(after.state, RequestState::Waiting);
}

#[test]
fn one_counter_begins_one_session() {
    let (town, ana, _) = Town::founded();
    let (before, after, visit) = (credential(0), credential(1), visit(device()));
    let used = Used { id: &ana.key, before: &before, after: &after };
    let (people, now) = (&town.people, town.now);
    only_one(at_once(|_, rng| people.sign_in(&used, &visit, rng, now)), Refusal::KeyChanged);
    assert_eq!(people.sessions(ana.id, now).unwrap().len(), 2);
}

#[test]
fn whoever_is_suspended_while_many_sign_in_has_no_session_after() {
    let (town, ana, ben) = Town::founded();
    let (bytes, visit) = (credential(0), visit(device()));
    let used = Used { id: &ben.key, before: &bytes, after: &bytes };
    let (people, now) = (&town.people, town.now);
    let results = at_once(|number, rng| {
        if number == MANY / 2 {
            people.suspend(&ana.actor(), ben.id, now)?;
        }
        people.sign_in(&used, &visit, rng, now)
    });
    for started in results.into_iter().flatten() {
        assert_eq!(people.who(&started.token.hash(), now).unwrap(), None);
    }
    assert_eq!(people.sessions(ben.id, now).unwrap(), []);
}
