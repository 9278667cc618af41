//! What a party keeps between a batch and its answer, and what it makes of the answer.

use std::fmt;

use voprf::VoprfClient;

use crate::{BatchSize, Evaluated, Observable, Output, Pin, Suite};

/// Why an answer is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FinaliseError {
    /// The batch was made for another key than the one that is pinned now: a new release came in between. Ask again.
    #[error("the batch was made for another key than the one that is pinned")]
    Stale,
    /// The answer says that it is of another epoch or key. Who evaluates with a second key is told here, or by the proof.
    #[error("the answer is of another epoch or key than the one that is pinned")]
    Other,
    /// The answer is for batches of another size.
    #[error("the answer is for a batch of another size")]
    Size,
    /// The proof does not hold: something was evaluated with another key, or changed on the way, or answers another batch.
    #[error("the answer is not what the pinned key gives: its proof does not hold")]
    Proof,
}

/// One element of a batch.
pub(super) struct Place {
    pub(super) observable: Observable,
    pub(super) client: VoprfClient<Suite>,
    /// The number of the observable, as it was asked; nothing for padding.
    pub(super) wanted: Option<u16>,
}

/// The secret half of a batch: the blinds. Whoever has it can test what was asked, so it is wiped when dropped, does not print
/// itself, and leaves the process only sealed.
pub struct Pending {
    pin: Pin,
    size: BatchSize,
    places: Vec<Place>,
}

impl Pending {
    pub(super) fn new(pin: Pin, size: BatchSize, places: Vec<Place>) -> Self {
        Self { pin, size, places }
    }

    /// The epoch and the key that the batch is for.
    #[must_use]
    pub const fn pin(&self) -> Pin {
        self.pin
    }

    /// The size of the batch.
    #[must_use]
    pub const fn size(&self) -> BatchSize {
        self.size
    }

    pub(super) fn places(&self) -> &[Place] {
        &self.places
    }

    /// Verifies the proof against the key that the release in force pins, and unblinds (RFC 9497, sections 2.2.2
    /// `VerifyProof` and 3.3.2 `Finalize`). One output for each observable, in the order in which they were asked.
    ///
    /// All elements are unblinded, padding too, so that the work does not tell how many were real.
    ///
    /// # Errors
    /// Every reason not to believe the answer. There are no partial answers.
    pub fn finalise(&self, evaluated: &Evaluated, pinned: &Pin) -> Result<Vec<Output>, FinaliseError> {
        if self.pin != *pinned {
            return Err(FinaliseError::Stale);
        }
        if evaluated.pin() != *pinned {
            return Err(FinaliseError::Other);
        }
        if evaluated.size() != self.size {
            return Err(FinaliseError::Size);
        }
        let inputs: Vec<&[u8; 32]> = self.places.iter().map(|place| place.observable.input()).collect();
        let clients: Vec<VoprfClient<Suite>> = self.places.iter().map(|place| place.client.clone()).collect();
        let key = pinned.key.element().ok_or(FinaliseError::Other)?;
        let unblinded = VoprfClient::batch_finalize(&inputs, &clients, evaluated.elements(), evaluated.proof(), key);
        let unblinded = unblinded.map_err(|_| FinaliseError::Proof)?;

        let mut outputs = Vec::with_capacity(self.places.len());
        for (place, bytes) in self.places.iter().zip(unblinded) {
            let bytes = bytes.map_err(|_| FinaliseError::Proof)?;
            outputs.push((place.wanted, Output::new(self.pin, bytes.into())));
        }
        outputs.sort_by_key(|(wanted, _)| wanted.unwrap_or(u16::MAX));
        Ok(outputs.into_iter().filter_map(|(wanted, output)| wanted.map(|_| output)).collect())
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Pending(epoch {}, ..)", self.pin.epoch)
    }
}
