//! A message of anybody's, from its bytes to its verdict.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vauban_intake::{Budget, Limits, StopFlag};
use vauban_mail::{Known, Letter, Organisation, Weights, facts};

fuzz_target!(|bytes: &[u8]| {
    let known = Known::new(Organisation { domains: vec!["campagne.example".to_owned()], ..Organisation::default() });
    let budget = Budget::new(Limits::default(), StopFlag::default());
    let letter = Letter::read(bytes, Vec::new(), &budget);
    let judgement = Weights::built_in().judge(&facts(&letter, &known));
    assert!(judgement.score >= 0.0);
});
