//! What a front asks of a signer, wherever it is.

use std::{fmt, pin::Pin};

use vauban_blind::{Batch, Epoch, Evaluated};

/// An evaluation that is being made.
pub type Evaluating<'a> = Pin<Box<dyn Future<Output = Result<Evaluated, NotEvaluated>> + Send + 'a>>;

/// Evaluates batches. It is told the batch alone: no credential, no stream, no address.
pub trait Evaluate: fmt::Debug + Send + Sync {
    /// Evaluates a batch, and proves with which key (RFC 9497, section 3.3.2).
    fn evaluate(&self, batch: Batch) -> Evaluating<'_>;
}

/// Where there is no signer: every batch waits for one.
#[derive(Debug, Clone, Copy)]
pub struct NoSigner;

impl Evaluate for NoSigner {
    fn evaluate(&self, _: Batch) -> Evaluating<'_> {
        Box::pin(async { Err(NotEvaluated::Away) })
    }
}

/// Why a batch is not evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotEvaluated {
    /// It is for another epoch than the signer's.
    #[error("the batch is for epoch {asked}, the signer's is {ours}")]
    Epoch {
        /// The batch's epoch.
        asked: Epoch,
        /// The signer's epoch.
        ours: Epoch,
    },
    /// It is for another key of the signer's epoch.
    #[error("the batch is for a key of epoch {0} that is not the signer's")]
    Key(Epoch),
    /// The signer cannot be reached, is busy, or failed. Nothing of an evaluation came.
    #[error("the signer does not answer")]
    Away,
}
