//! A heap on the blocks of a node, and the small tree on it ([MS-PST] sections 2.3.1 and 2.3.2).

use super::{
    blocks::Data,
    header::{Version, number16, number32},
};

/// The small allocations of a node.
pub(super) struct Heap<'d> {
    data: &'d Data<'d>,
    version: Version,
    /// What the heap is for.
    pub(super) kind: u8,
    /// Its root.
    pub(super) root: u32,
}

/// Properties.
pub(super) const PROPERTIES: u8 = 0xbc;
/// A table.
pub(super) const TABLE: u8 = 0x7c;
const SMALL_TREE: u8 = 0xb5;
/// Levels of a small tree: one with a million entries has fewer.
const DEEPEST: u8 = 8;
/// Entries of one small tree.
const MOST: usize = 100_000;

impl<'d> Heap<'d> {
    /// None when these bytes hold no heap.
    pub(super) fn of(data: &'d Data<'d>, version: Version) -> Option<Self> {
        let first = data.blocks.first()?;
        (first.get(2) == Some(&0xec)).then_some(())?;
        Some(Self { data, version, kind: *first.get(3)?, root: number32(first, 4)? })
    }

    /// The bytes that a number of the heap stands for; none for 0, which is nothing.
    pub(super) fn get(&self, number: u32) -> Option<&'d [u8]> {
        let (block, index) = match self.version {
            // Larger blocks have more allocations.
            Version::Large => (number >> 19, number >> 5 & 0x3fff),
            _ => (number >> 16, number >> 5 & 0x7ff),
        };
        let block = self.data.blocks.get(usize::try_from(block).ok()?)?;
        let map = usize::from(number16(block, 0)?);
        let index = usize::try_from(index).ok()?.checked_sub(1)?;
        if number & 0x1f != 0 || index >= usize::from(number16(block, map)?) {
            return None;
        }
        let place = |at: usize| number16(block, map + 4 + at * 2).map(usize::from);
        block.get(place(index)?..place(index + 1)?)
    }

    /// The entries of the small tree that begins there: key and value together, and the size of the key.
    pub(super) fn small_tree(&self, root: u32) -> Option<(usize, Vec<&'d [u8]>)> {
        let header = self.get(root)?;
        let [SMALL_TREE, key, value, levels, ..] = *header else { return None };
        let (key, value) = (usize::from(key), usize::from(value));
        let mut all = Vec::new();
        if key == 0 || levels > DEEPEST {
            return None;
        }
        self.collect(number32(header, 4)?, levels, (key, value), &mut all);
        Some((key, all))
    }

    fn collect(&self, number: u32, levels: u8, (key, value): (usize, usize), all: &mut Vec<&'d [u8]>) {
        let Some(bytes) = self.get(number) else { return };
        if levels == 0 {
            let room = MOST.saturating_sub(all.len());
            all.extend(bytes.chunks_exact(key + value).take(room));
            return;
        }
        for entry in bytes.chunks_exact(key + 4) {
            if all.len() >= MOST {
                return;
            }
            if let Some(next) = number32(entry, key).filter(|next| *next != number) {
                self.collect(next, levels - 1, (key, value), all);
            }
        }
    }
}
