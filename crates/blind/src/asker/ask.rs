//! Blinding: observables become elements that could be anything, among others that are nothing.

use rand::{CryptoRng, RngCore, seq::SliceRandom as _};
use voprf::VoprfClient;
use zeroize::Zeroizing;

use super::pending::{Pending, Place};
use crate::{Batch, BatchSize, Observable, Pin};

/// Why a batch could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// More observables than a batch has elements.
    #[error("a batch asks for at most {most} observables, not for {asked}")]
    Many {
        /// The batch's size.
        most: usize,
        /// What was asked.
        asked: usize,
    },
    /// An observable hashes to the identity, which nobody can bring about.
    #[error("an observable could not be blinded")]
    Blind,
}

/// Makes batches of one size for one epoch and key.
#[derive(Clone, Copy, Debug)]
pub struct Asker {
    pin: Pin,
    size: BatchSize,
}

impl Asker {
    /// For the pin and the size of batch that the signed release names.
    #[must_use]
    pub const fn new(pin: Pin, size: BatchSize) -> Self {
        Self { pin, size }
    }

    /// Blinds observables, none or as many as a batch holds, into one batch (RFC 9497, section 3.3.1 `Blind`). Its other elements are blinded random
    /// inputs; all are shuffled. A blinded element is uniform whatever it blinds, so batches differ in nothing that anybody could tell.
    ///
    /// # Errors
    /// More observables than the batch has elements.
    pub fn ask<R: RngCore + CryptoRng>(
        &self,
        observables: &[Observable],
        rng: &mut R,
    ) -> Result<(Batch, Pending), AskError> {
        let most = self.size.elements();
        if observables.len() > most {
            return Err(AskError::Many { most, asked: observables.len() });
        }
        let mut inputs: Vec<(Observable, Option<u16>)> =
            (0..).zip(observables).map(|(number, observable)| (observable.clone(), Some(number))).collect();
        inputs.resize_with(most, || (padding(rng), None));
        inputs.shuffle(rng);

        let mut places = Vec::with_capacity(most);
        let mut elements = Vec::with_capacity(most);
        for (observable, wanted) in inputs {
            let blinded = VoprfClient::blind(observable.input(), rng).map_err(|_| AskError::Blind)?;
            places.push(Place { observable, client: blinded.state, wanted });
            elements.push(blinded.message);
        }
        let batch = Batch::new(self.pin, self.size, elements);
        Ok((batch, Pending::new(self.pin, self.size, places)))
    }

    /// Exactly `batches` batches for a slot, whatever there is to ask: from the front of the queue what fits, then nothing but padding.
    /// With them comes how many observables of the queue are asked; the others wait for the next slot.
    ///
    /// # Errors
    /// None that [`Self::ask`] has not, and never [`AskError::Many`].
    pub fn fill<R: RngCore + CryptoRng>(
        &self,
        queue: &[Observable],
        batches: u16,
        rng: &mut R,
    ) -> Result<(Vec<(Batch, Pending)>, usize), AskError> {
        let asked = queue.len().min(usize::from(batches) * self.size.elements());
        let mut chunks = queue[..asked].chunks(self.size.elements());
        let made = (0..batches).map(|_| self.ask(chunks.next().unwrap_or_default(), rng)).collect::<Result<_, _>>()?;
        Ok((made, asked))
    }
}

/// An input that is nobody's: 256 random bits.
fn padding<R: RngCore + CryptoRng>(rng: &mut R) -> Observable {
    let mut digest = Zeroizing::new([0; 32]);
    rng.fill_bytes(digest.as_mut_slice());
    Observable::from_digest(*digest)
}
