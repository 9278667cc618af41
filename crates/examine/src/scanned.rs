//! What of an examination rules depended on, in a few bytes: enough to tell which contents another rule can affect.
//!
//! Not what the rules found, and not what stood in the bytes: a rule that only asks for a text anywhere can affect
//! everything.

use std::{collections::BTreeSet, ops::RangeInclusive};

/// What rules saw of a content and all items in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scanned {
    shapes: BTreeSet<Shape>,
    /// More shapes than are kept: any rule may have to do with it.
    many: bool,
    /// Whether rules over events were asked.
    events: bool,
}

/// What bytes are like from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Shape {
    /// The first bytes, zeros after their end.
    head: [u8; 4],
    /// How many bits the number of bytes takes.
    bits: u8,
}

/// Shapes that are kept: a mailbox with a thousand kinds of attachments is read again for any rule.
const MOST: usize = 120;
const EVENTS: u8 = 1;
const MANY: u8 = 2;
const SHAPE: usize = 5;

impl Scanned {
    /// Rules saw these bytes.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        let mut head = [0; 4];
        head.iter_mut().zip(bytes).for_each(|(head, byte)| *head = *byte);
        self.shape(Shape { head, bits: u8::try_from(u64::BITS - (bytes.len() as u64).leading_zeros()).unwrap_or(64) });
    }

    /// Rules were asked about an event.
    pub(crate) const fn event(&mut self) {
        self.events = true;
    }

    fn shape(&mut self, shape: Shape) {
        if self.shapes.len() < MOST || self.shapes.contains(&shape) {
            self.shapes.insert(shape);
        } else {
            self.many = true;
        }
    }

    /// Whether there were events.
    #[must_use]
    pub const fn has_events(&self) -> bool {
        self.events
    }

    /// Whether something of it can be of a kind, told from its first bytes and the sizes that it may have.
    pub fn any(&self, admits: impl Fn([u8; 4], &RangeInclusive<u64>) -> bool) -> bool {
        self.many || self.shapes.iter().any(|shape| admits(shape.head, &shape.sizes()))
    }

    /// As bytes, to be kept.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![(u8::from(self.events) * EVENTS) | (u8::from(self.many) * MANY)];
        for Shape { head, bits } in &self.shapes {
            bytes.extend(head);
            bytes.push(*bits);
        }
        bytes
    }

    /// None for what [`to_bytes`](Self::to_bytes) did not write.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (flags, rest) = bytes.split_first()?;
        let (shapes, []) = rest.as_chunks::<SHAPE>() else { return None };
        if flags & !(EVENTS | MANY) != 0 || shapes.len() > MOST {
            return None;
        }
        let shapes = shapes.iter().map(|[a, b, c, d, bits]| Shape { head: [*a, *b, *c, *d], bits: *bits }).collect();
        Some(Self { shapes, many: flags & MANY != 0, events: flags & EVENTS != 0 })
    }
}

impl Shape {
    fn sizes(self) -> RangeInclusive<u64> {
        let most = 1_u64.checked_shl(u32::from(self.bits)).map_or(u64::MAX, |next| next - 1);
        (most / 2).saturating_add(u64::from(self.bits > 0))..=most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_hold_the_size_they_were_made_of() {
        for size in [0_usize, 1, 2, 3, 4, 5, 1023, 1024, 1025] {
            let mut scanned = Scanned::default();
            scanned.bytes(&vec![7; size]);
            let shape = *scanned.shapes.first().unwrap();
            assert!(shape.sizes().contains(&(size as u64)), "{size}: {:?}", shape.sizes());
            assert!(size < 2 || !shape.sizes().contains(&(size as u64 * 2)), "{size}: {:?}", shape.sizes());
        }
        assert_eq!(Shape { head: [0; 4], bits: 64 }.sizes().end(), &u64::MAX);
    }

    #[test]
    fn what_is_kept_comes_back_and_what_a_hostile_worker_says_is_refused() {
        let mut scanned = Scanned::default();
        scanned.bytes(b"MZ");
        scanned.bytes(b"From: alice");
        scanned.event();
        let bytes = scanned.to_bytes();
        assert_eq!(bytes.len(), 11);
        assert_eq!(Scanned::from_bytes(&bytes), Some(scanned.clone()));
        assert!(scanned.has_events() && scanned.any(|head, _| head == *b"MZ\0\0") && !scanned.any(|_, _| false));
        for refused in [&bytes[..10], &[], &[4], &[0; 1 + SHAPE * (MOST + 1)]] {
            assert_eq!(Scanned::from_bytes(refused), None);
        }
    }

    #[test]
    fn too_many_shapes_are_any_shape() {
        let mut scanned = Scanned::default();
        (0..=u8::MAX).for_each(|byte| scanned.bytes(&[byte]));
        assert!(scanned.any(|_, _| false));
        assert_eq!(Scanned::from_bytes(&scanned.to_bytes()), Some(scanned));
    }
}
