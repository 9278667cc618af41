//! A list of names as somebody might publish it, and a compiled set that somebody damaged.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vauban_lists::{Builder, Gate, Limits, NameSet};
use vauban_matching::set::SetBytes;

fuzz_target!(|bytes: &[u8]| {
    let gate = Gate::new(&["campagne.example"], &["vote.example"], &[]);
    let mut builder = Builder::new([1; 32]);
    let _ = builder.add("fuzzed", bytes, &gate, Limits::default());
    let mut set = Vec::new();
    let built = builder.write(&mut set);
    assert!(built.is_ok() && NameSet::open(SetBytes::Owned(set)).is_ok());
    let _ = NameSet::open(SetBytes::Owned(bytes.to_vec())).map(|set| set.find("evil.example"));
});
