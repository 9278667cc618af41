//! Random calls: the file allows what the model allows, and holds what the model holds. Never has anybody a session who is not active,
//! never does one approver suffice, never is something approved that was signed for another.

use std::{cell::RefCell, collections::BTreeMap};

use proptest::{collection::vec, prelude::*, test_runner::TestRunner};

use crate::{
    both::Both,
    calls::{Call, call},
};

/// All that is allowed at times, and refused at others.
const ALL: [&str; 19] = [
    "invite",
    "recover",
    "role",
    "approve",
    "link",
    "enrol",
    "sign_in",
    "carry_out",
    "veto",
    "suspend",
    "resume",
    "leave",
    "end_all",
    "add_key",
    "remove_key",
    "enrol_elsewhere",
    "elsewhere",
    "add_account",
    "remove_account",
];

#[test]
fn the_file_does_what_the_model_does() {
    let config =
        ProptestConfig { cases: 64, max_shrink_iters: 2_000, failure_persistence: None, ..ProptestConfig::default() };
    let allowed = RefCell::new(BTreeMap::new());
    TestRunner::new(config)
        .run(&vec(call(), 1..80), |calls| {
            let mut both = Both::new();
            for call in &calls {
                both.call(call);
                both.compare();
            }
            both.pass(86_401);
            both.call(&Call::Tend);
            both.compare();
            let open = both.town.people.open_requests(both.town.now).unwrap();
            prop_assert!(open.iter().all(|request| both.town.now < request.ends));
            for (what, (yes, no)) in &both.allowed {
                let mut all = allowed.borrow_mut();
                let sum: &mut (u32, u32) = all.entry(*what).or_default();
                *sum = (sum.0 + yes, sum.1 + no);
            }
            Ok(())
        })
        .unwrap();
    // A rule that was never reached was not tried.
    for what in ALL {
        let (yes, no) = allowed.borrow().get(what).copied().unwrap_or_default();
        assert!(yes > 0 && no > 0, "{what}: {yes} allowed, {no} refused");
    }
}
