//! A batch from whoever holds a credential: it is refused, or evaluated.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use vauban_blind::{BATCH_HEADER, Batch, BatchSize, ELEMENT, Epoch, SecretKey, Signer};

static SIGNER: LazyLock<Signer> = LazyLock::new(|| {
    Signer::new(SecretKey::generate(&mut ChaCha20Rng::from_seed([1; 32])).unwrap(), Epoch::new(1))
});

fuzz_target!(|bytes: &[u8]| {
    let elements = bytes.len().saturating_sub(BATCH_HEADER) / ELEMENT;
    let Some(size) = u16::try_from(elements).ok().and_then(BatchSize::new) else { return };
    // Made out as a batch for this signer, so that its elements are looked at.
    let mut addressed = [b"VBQ1".as_slice(), &1_u32.to_be_bytes(), &(elements as u16).to_be_bytes()].concat();
    addressed.extend(SIGNER.pin().key.as_bytes());
    addressed.extend(&bytes[BATCH_HEADER..]);
    for bytes in [bytes, &addressed] {
        if let Ok(batch) = Batch::from_bytes(bytes, size) {
            assert_eq!(batch.to_bytes(), bytes);
            let answer = SIGNER.evaluate(&batch, &mut ChaCha20Rng::from_seed([2; 32]));
            assert!(answer.is_ok() || batch.pin() != SIGNER.pin());
        }
    }
});
