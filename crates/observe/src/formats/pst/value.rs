//! A property's value: in the record itself, on the heap, or in a subnode of its own ([MS-PST] section 2.3.3).

use std::{borrow::Cow, collections::BTreeMap};

use vauban_intake::Problem;

use super::{
    block,
    fields::u32_at,
    heap::{Heap, is_on_heap},
    node::Node,
    store::Store,
};

/// Types of properties ([MS-OXCDATA] section 2.11.1).
pub(super) mod kind {
    pub(in super::super) const OBJECT: u16 = 0x000d;
    pub(in super::super) const STRING8: u16 = 0x001e;
    pub(in super::super) const UNICODE: u16 = 0x001f;
    pub(in super::super) const GUID: u16 = 0x0048;
    pub(in super::super) const SERVER: u16 = 0x00fb;
    pub(in super::super) const RESTRICTION: u16 = 0x00fd;
    pub(in super::super) const ACTIONS: u16 = 0x00fe;
    pub(in super::super) const BINARY: u16 = 0x0102;
    /// A value of several has one bit more.
    pub(in super::super) const SEVERAL: u16 = 0x1000;
}

/// A property as it stands in a context: its number, its type, and its value or the number of its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Property {
    pub(super) id: u16,
    pub(super) kind: u16,
    pub(super) value: u32,
}

/// Where values lie: the heap of a context, and the subnodes of its node.
pub(super) struct Values<'v, 'a> {
    pub(super) store: &'v Store<'a>,
    pub(super) heap: &'v Heap<'a>,
    pub(super) subnodes: &'v BTreeMap<u32, Node>,
}

impl<'v, 'a> Values<'v, 'a> {
    /// The bytes at a place. `most` is what they may come to.
    pub(super) fn at(&self, number: u32, most: u64) -> Result<Cow<'v, [u8]>, Problem> {
        if number == 0 {
            return Ok(Cow::Borrowed(&[]));
        }
        if is_on_heap(number) {
            let bytes = self.heap.get(number);
            return bytes.map(Cow::Borrowed).ok_or_else(|| Problem::corrupt("a value is not on its heap"));
        }
        let node = self.subnodes.get(&number).ok_or_else(|| Problem::corrupt("a value's node is missing"))?;
        Ok(Cow::Owned(block::value(self.store, node.data, most)?))
    }

    /// The eight bytes of a property of fixed size; `None` for a property of another sort.
    pub(super) fn fixed(&self, property: Property) -> Option<[u8; 8]> {
        let mut value = [0; 8];
        match fixed_size(property.kind)? {
            8 => value.copy_from_slice(self.heap.get(property.value)?.get(..8)?),
            size => value.get_mut(..size)?.copy_from_slice(property.value.to_le_bytes().get(..size)?),
        }
        Some(value)
    }
}

/// The size of a type of one or two words; `None` for all others.
pub(super) const fn fixed_size(kind: u16) -> Option<usize> {
    match kind {
        0x000b => Some(1),
        0x0002 => Some(2),
        0x0003 | 0x0004 | 0x000a => Some(4),
        0x0005 | 0x0006 | 0x0007 | 0x0014 | 0x0040 => Some(8),
        _ => None,
    }
}

/// The parts of a value of several texts or byte strings: their number, where each begins, and they themselves.
pub(super) fn parts(bytes: &[u8]) -> Vec<&[u8]> {
    let count = u32_at(bytes, 0).and_then(|count| usize::try_from(count).ok()).unwrap_or(0).min(bytes.len() / 4);
    let start = |index: usize| {
        let at = index.checked_add(1)?.checked_mul(4)?;
        u32_at(bytes, at).and_then(|start| usize::try_from(start).ok())
    };
    let mut left = bytes.len();
    let mut found = Vec::new();
    for index in 0..count {
        let last = index.saturating_add(1) == count;
        let end = if last { Some(bytes.len()) } else { start(index.saturating_add(1)) };
        let part = start(index).zip(end).and_then(|(start, end)| bytes.get(start..end));
        let Some(part) = part else { continue };
        // Parts that overlap would come to more bytes than there are.
        let Some(rest) = left.checked_sub(part.len()) else { break };
        left = rest;
        found.push(part);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_value_of_several() {
        let mut bytes = Vec::new();
        for number in [2_u32, 12, 15] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(b"abcde");
        assert_eq!(parts(&bytes), [&b"abc"[..], b"de"]);
        assert!(parts(&[0xff; 16]).is_empty());
        assert!(parts(&[]).is_empty());
    }
}
