//! The evaluation of a batch with its one proof, from the signer to the party.
//!
//! ```text
//! "VBE1"  epoch u32  elements u16  public key [32]  proof [64]  then elements x [32]        big endian
//! ```
//!
//! With 1,024 elements it has 32,874 bytes, whatever was asked. Evaluations stand in the order of the batch.

use voprf::{EvaluationElement, Proof};

use super::{
    BatchSize, WireError,
    frame::{self, ELEMENT, FRAME},
};
use crate::{Pin, Suite};

const MAGIC: [u8; 4] = *b"VBE1";
const PROOF: usize = 64;

/// Bytes before the elements.
pub const EVALUATED_HEADER: usize = FRAME + PROOF;

/// Evaluated elements (RFC 9497, section 3.3.2: `evaluatedElement`) and the proof that one key made all of them (section 2.2).
#[derive(Clone, Debug)]
pub struct Evaluated {
    pin: Pin,
    size: BatchSize,
    proof: Proof<Suite>,
    elements: Vec<EvaluationElement<Suite>>,
}

impl Evaluated {
    pub(crate) fn new(pin: Pin, size: BatchSize, proof: Proof<Suite>, elements: Vec<EvaluationElement<Suite>>) -> Self {
        Self { pin, size, proof, elements }
    }

    /// Bytes of every evaluation of a batch of this size.
    #[must_use]
    pub const fn wire_length(size: BatchSize) -> usize {
        EVALUATED_HEADER + size.elements() * ELEMENT
    }

    /// The epoch and the key that it says it is of. Only the proof shows that it is.
    #[must_use]
    pub const fn pin(&self) -> Pin {
        self.pin
    }

    /// How many elements it has.
    #[must_use]
    pub const fn size(&self) -> BatchSize {
        self.size
    }

    pub(crate) fn proof(&self) -> &Proof<Suite> {
        &self.proof
    }

    pub(crate) fn elements(&self) -> &Vec<EvaluationElement<Suite>> {
        &self.elements
    }

    /// Its written form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = frame::write(MAGIC, self.pin, self.size, Self::wire_length(self.size));
        bytes.extend(self.proof.serialize());
        bytes.extend(self.elements.iter().flat_map(EvaluationElement::serialize));
        bytes
    }

    /// Reads the evaluation of a batch of this size. Its proof is read, not verified: that is
    /// [`Pending::finalise`](crate::Pending::finalise)'s.
    ///
    /// # Errors
    /// Every way in which the bytes are no evaluation; elements are told by their place.
    pub fn from_bytes(bytes: &[u8], size: BatchSize) -> Result<Self, WireError> {
        let (pin, rest) = frame::read(bytes, MAGIC, size, Self::wire_length(size))?;
        let expected = Self::wire_length(size);
        let short = WireError::Length { expected, found: bytes.len() };
        let (proof, rest) = rest.split_first_chunk::<PROOF>().ok_or(short)?;
        let proof = Proof::deserialize(proof).map_err(|_| WireError::Proof)?;
        let elements = frame::elements(rest, EvaluationElement::deserialize)?;
        Ok(Self { pin, size, proof, elements })
    }
}
