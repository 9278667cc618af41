//! A signer in the same process.

use std::{fmt, io, sync::Arc};

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use tokio::sync::Semaphore;
use vauban_blind::{Batch, EvaluateError, Evaluated, Signer};
use zeroize::Zeroizing;

use super::{Evaluate, Evaluating, NotEvaluated};

/// Evaluates on threads of its own, as many at a time as there are cores.
#[derive(Clone)]
pub struct Local {
    signer: Arc<Signer>,
    random: fn(&mut [u8]) -> io::Result<()>,
    room: Arc<Semaphore>,
}

impl Local {
    /// A signer with the key of an epoch. `random` is the system's good randomness: a proof needs 32 fresh bytes of it, or it tells
    /// the key.
    #[must_use]
    pub fn new(signer: Signer, random: fn(&mut [u8]) -> io::Result<()>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self { signer: Arc::new(signer), random, room: Arc::new(Semaphore::new(cores)) }
    }

    async fn evaluated(&self, batch: Batch) -> Result<Evaluated, NotEvaluated> {
        let room = Arc::clone(&self.room).acquire_owned().await.map_err(|_| NotEvaluated::Away)?;
        let mut seed = Zeroizing::new([0; 32]);
        (self.random)(&mut *seed).map_err(|_| NotEvaluated::Away)?;
        let signer = Arc::clone(&self.signer);
        let work = move || {
            let _room = room;
            signer.evaluate(&batch, &mut ChaCha20Rng::from_seed(*seed))
        };
        let outcome = tokio::task::spawn_blocking(work).await.map_err(|_| NotEvaluated::Away)?;
        outcome.map_err(|error| match error {
            EvaluateError::Epoch { asked, ours } => NotEvaluated::Epoch { asked, ours },
            EvaluateError::Key(epoch) => NotEvaluated::Key(epoch),
            EvaluateError::Batch => NotEvaluated::Away,
        })
    }
}

impl Evaluate for Local {
    fn evaluate(&self, batch: Batch) -> Evaluating<'_> {
        Box::pin(self.evaluated(batch))
    }
}

impl fmt::Debug for Local {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "Local({:?})", self.signer.pin())
    }
}
