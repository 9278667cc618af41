//! What both messages share: magic, epoch, number of elements, key; and the strict reader of it.

use crate::{Epoch, Pin, PublicKey};

/// Bytes of an element of the group (RFC 9497, section 4.1: `Ne`).
pub const ELEMENT: usize = 32;

/// Magic, epoch, number of elements, key.
pub(super) const FRAME: usize = 4 + 4 + 2 + 32;

/// How many elements each batch has, real or not: a constant of the release's manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BatchSize(u16);

impl BatchSize {
    /// What a hub uses unless its manifest says otherwise: 1,024.
    pub const USUAL: Self = Self(1024);
    /// The greatest: 8,192. An evaluation of it is answered within a second.
    pub const GREATEST: u16 = 8192;

    /// A size between 1 and [`Self::GREATEST`].
    #[must_use]
    pub const fn new(elements: u16) -> Option<Self> {
        if elements == 0 || elements > Self::GREATEST { None } else { Some(Self(elements)) }
    }

    /// Its number of elements.
    #[must_use]
    pub const fn elements(self) -> usize {
        self.0 as usize
    }

    pub(super) const fn number(self) -> u16 {
        self.0
    }
}

/// Why bytes are no message. Numbers only: nothing of what came is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// Not the one length that the message has.
    #[error("this message must have {expected} bytes, it has {found}")]
    Length {
        /// The length that the size of batch asks for.
        expected: usize,
        /// The length of what came.
        found: usize,
    },
    /// Another kind of message, or a version that is not known here.
    #[error("this is no such message of a version that is known here")]
    Magic,
    /// A message for batches of another size.
    #[error("this message is for batches of {0} elements")]
    Size(u16),
    /// The key is no element of the group, or its identity.
    #[error("the key in this message is no key")]
    Key,
    /// No element of the group, or not its only encoding.
    #[error("element {0} is no element of the group")]
    Element(usize),
    /// The identity: its evaluation would be the same under every key.
    #[error("element {0} is the identity")]
    Identity(usize),
    /// A proof whose numbers are not reduced, or zero.
    #[error("the proof is no proof")]
    Proof,
}

pub(super) fn write(magic: [u8; 4], pin: Pin, size: BatchSize, room: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(room);
    bytes.extend(magic);
    bytes.extend(pin.epoch.number().to_be_bytes());
    bytes.extend(size.number().to_be_bytes());
    bytes.extend(pin.key.as_bytes());
    bytes
}

/// Reads the frame of a message of exactly `expected` bytes. What follows it is handed back.
pub(super) fn read(bytes: &[u8], magic: [u8; 4], size: BatchSize, expected: usize) -> Result<(Pin, &[u8]), WireError> {
    let wrong = WireError::Length { expected, found: bytes.len() };
    let (frame, rest) = bytes.split_first_chunk::<FRAME>().ok_or(wrong)?;
    let [m0, m1, m2, m3, e0, e1, e2, e3, s0, s1, key @ ..] = frame;
    if [*m0, *m1, *m2, *m3] != magic {
        return Err(WireError::Magic);
    }
    let said = u16::from_be_bytes([*s0, *s1]);
    if said != size.number() {
        return Err(WireError::Size(said));
    }
    if bytes.len() != expected {
        return Err(wrong);
    }
    let key = PublicKey::from_bytes(key).map_err(|_| WireError::Key)?;
    Ok((Pin { epoch: Epoch::new(u32::from_be_bytes([*e0, *e1, *e2, *e3])), key }, rest))
}

/// Reads elements one after the other; the identity, whose encoding is zeros (RFC 9496, section 4.3.2), is told apart.
pub(super) fn elements<T>(bytes: &[u8], read: impl Fn(&[u8]) -> voprf::Result<T>) -> Result<Vec<T>, WireError> {
    let element = |(at, encoded): (usize, &[u8; ELEMENT])| {
        read(encoded)
            .map_err(|_| if *encoded == [0; ELEMENT] { WireError::Identity(at) } else { WireError::Element(at) })
    };
    bytes.as_chunks::<ELEMENT>().0.iter().enumerate().map(element).collect()
}
