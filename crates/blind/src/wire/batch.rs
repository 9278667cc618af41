//! A batch of blinded elements, from a party to the signer.
//!
//! ```text
//! "VBQ1"  epoch u32  elements u16  public key [32]  then elements x [32]        big endian
//! ```
//!
//! With 1,024 elements it has 32,810 bytes, whether it asks for nothing or for a thousand names.

use voprf::BlindedElement;

use super::{
    BatchSize, WireError,
    frame::{self, ELEMENT, FRAME},
};
use crate::{Pin, Suite};

const MAGIC: [u8; 4] = *b"VBQ1";

/// Bytes before the elements.
pub const BATCH_HEADER: usize = FRAME;

/// Blinded elements (RFC 9497, section 3.3.2: `blindedElement`), real and padding, in random order. Nothing in it says what is asked.
#[derive(Clone, Debug)]
pub struct Batch {
    pin: Pin,
    size: BatchSize,
    elements: Vec<BlindedElement<Suite>>,
}

impl Batch {
    pub(crate) fn new(pin: Pin, size: BatchSize, elements: Vec<BlindedElement<Suite>>) -> Self {
        Self { pin, size, elements }
    }

    /// Bytes of every batch of this size.
    #[must_use]
    pub const fn wire_length(size: BatchSize) -> usize {
        BATCH_HEADER + size.elements() * ELEMENT
    }

    /// The epoch and the key that it asks for.
    #[must_use]
    pub const fn pin(&self) -> Pin {
        self.pin
    }

    /// How many elements it has.
    #[must_use]
    pub const fn size(&self) -> BatchSize {
        self.size
    }

    pub(crate) fn elements(&self) -> &[BlindedElement<Suite>] {
        &self.elements
    }

    /// Its written form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = frame::write(MAGIC, self.pin, self.size, Self::wire_length(self.size));
        bytes.extend(self.elements.iter().flat_map(BlindedElement::serialize));
        bytes
    }

    /// Reads a batch of exactly this size. Each element is checked, so what is read can be evaluated.
    ///
    /// # Errors
    /// Every way in which the bytes are no batch; elements are told by their place.
    pub fn from_bytes(bytes: &[u8], size: BatchSize) -> Result<Self, WireError> {
        let (pin, rest) = frame::read(bytes, MAGIC, size, Self::wire_length(size))?;
        let elements = frame::elements(rest, BlindedElement::deserialize)?;
        Ok(Self { pin, size, elements })
    }
}
