//! The signer: a key, and what it does with batches. It learns that somebody sent one.

use rand::{CryptoRng, RngCore};

use crate::{Batch, Epoch, Evaluated, Pin, SecretKey};

/// Why a batch is not evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvaluateError {
    /// It is for another epoch. A party that has an old release must fetch the new one.
    #[error("this batch is for epoch {asked}, the signer's is {ours}")]
    Epoch {
        /// The batch's epoch.
        asked: Epoch,
        /// The signer's epoch.
        ours: Epoch,
    },
    /// It is for another key of the same epoch: somebody was shown a key that is not this signer's.
    #[error("this batch is for a key of epoch {0} that is not the signer's")]
    Key(Epoch),
    /// The proof could not be made. Batches that were read do not get here.
    #[error("this batch could not be evaluated")]
    Batch,
}

/// The key of one epoch, ready to evaluate.
#[derive(Clone, Debug)]
pub struct Signer {
    key: SecretKey,
    pin: Pin,
}

impl Signer {
    /// A signer for an epoch.
    #[must_use]
    pub fn new(key: SecretKey, epoch: Epoch) -> Self {
        let pin = Pin { epoch, key: key.public() };
        Self { key, pin }
    }

    /// What a release must pin for this signer's evaluations to be believed.
    #[must_use]
    pub const fn pin(&self) -> Pin {
        self.pin
    }

    /// Evaluates every element and proves, once for all, that the pinned key did (RFC 9497, sections 3.3.2 `BlindEvaluate` and
    /// 2.2.1 `GenerateProof`, batched as section 2.2 describes).
    ///
    /// The proof's randomness must be fresh: two proofs made with the same give the key away. Time and size do not depend
    /// on what is asked.
    ///
    /// # Errors
    /// A batch for another epoch or another key.
    pub fn evaluate<R: RngCore + CryptoRng>(&self, batch: &Batch, rng: &mut R) -> Result<Evaluated, EvaluateError> {
        let asked = batch.pin();
        if asked.epoch != self.pin.epoch {
            return Err(EvaluateError::Epoch { asked: asked.epoch, ours: self.pin.epoch });
        }
        if asked.key != self.pin.key {
            return Err(EvaluateError::Key(asked.epoch));
        }
        let elements = batch.elements();
        let server = self.key.server();
        let prepared: Vec<_> = server.batch_blind_evaluate_prepare(elements.iter()).collect();
        let result = server.batch_blind_evaluate_finish(rng, elements.iter(), &prepared);
        let result = result.map_err(|_| EvaluateError::Batch)?;
        let evaluations = result.messages.collect();
        Ok(Evaluated::new(self.pin, batch.size(), result.proof, evaluations))
    }
}
