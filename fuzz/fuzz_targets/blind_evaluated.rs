//! An answer from whoever says it is the signer: it is refused. A kept batch that somebody damaged.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use vauban_blind::{
    Asker, BatchSize, EVALUATED_HEADER, Epoch, Evaluated, Observable, Pending, SecretKey, Signer, StateKey,
};

const SIZE: BatchSize = BatchSize::new(2).unwrap();

/// What a party waits with, and the answer that it waits for.
static WAITING: LazyLock<(Pending, Vec<u8>)> = LazyLock::new(|| {
    let mut rng = ChaCha20Rng::from_seed([1; 32]);
    let signer = Signer::new(SecretKey::generate(&mut rng).unwrap(), Epoch::new(1));
    let seen = [Observable::new("domain-name", "evil.example").unwrap()];
    let (batch, pending) = Asker::new(signer.pin(), SIZE).ask(&seen, &mut rng).unwrap();
    let answer = signer.evaluate(&batch, &mut rng).unwrap().to_bytes();
    (pending, answer)
});

fuzz_target!(|bytes: &[u8]| {
    let (pending, honest) = &*WAITING;
    // The header of the honest answer before what was made up, so that proof and elements are looked at.
    let header = EVALUATED_HEADER - 64;
    let made_up = [&honest[..header], bytes].concat();
    for bytes in [bytes, &made_up] {
        if let Ok(evaluated) = Evaluated::from_bytes(bytes, SIZE) {
            assert_eq!(evaluated.to_bytes(), bytes);
            assert!(pending.finalise(&evaluated, &pending.pin()).is_err() || bytes == honest);
        }
    }
    assert!(Pending::open(bytes, SIZE, &StateKey::new([1; 32])).is_err());
});
