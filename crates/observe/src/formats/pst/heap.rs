//! The heap on a node ([MS-PST] section 2.3.1), and the B-tree on a heap (2.3.2) in which properties stand.

use std::borrow::Cow;

use vauban_intake::Problem;

use super::{
    block::blocks,
    fields::{u16_at, u32_at},
    header::Layout,
    store::Store,
};

const SIGNATURE: u8 = 0xec;
const TREE: u8 = 0xb5;
/// Records of one tree: there are no more numbers of properties.
const MOST_RECORDS: usize = 1 << 16;
/// No honest tree on a heap is deeper.
const DEEPEST: u8 = 8;

/// A record of a tree: its key and its data.
pub(super) type Record<'h> = (&'h [u8], &'h [u8]);

/// A node's data, cut up by the heap's maps.
pub(super) struct Heap<'a> {
    blocks: Vec<Cow<'a, [u8]>>,
    /// Bits of the index inside a block, above the five bits that tell a heap's number from a node's.
    index_bits: u32,
    /// What the heap is for.
    client: u8,
    root: u32,
}

/// Whether a number is that of an allocation on the heap, not of a subnode.
pub(super) const fn is_on_heap(number: u32) -> bool {
    number & 0x1f == 0
}

impl<'a> Heap<'a> {
    /// Opens the heap of the data that `number` names, which must be for `client`.
    pub(super) fn open(store: &Store<'a>, number: u64, client: u8) -> Result<Self, Problem> {
        let blocks = blocks(store, number, store.budget.room())?;
        let first = blocks.first().map(|block| &**block).unwrap_or_default();
        let heap = Self {
            index_bits: if store.layout() == Layout::Large { 14 } else { 11 },
            client: first.get(3).copied().unwrap_or(0),
            root: u32_at(first, 4).unwrap_or(0),
            blocks,
        };
        let first = heap.blocks.first().map(|block| &**block).unwrap_or_default();
        if first.get(2) != Some(&SIGNATURE) || heap.client != client {
            return Err(Problem::corrupt("a node is no heap of the kind that it should be"));
        }
        Ok(heap)
    }

    /// What the heap's own root names.
    pub(super) const fn root(&self) -> u32 {
        self.root
    }

    /// The bytes of an allocation.
    pub(super) fn get(&self, number: u32) -> Option<&[u8]> {
        let number = is_on_heap(number).then_some(number >> 5)?;
        let block = self.blocks.get(usize::try_from(number >> self.index_bits).ok()?)?;
        let index = number & 1_u32.checked_shl(self.index_bits)?.checked_sub(1)?;
        let index = usize::try_from(index.checked_sub(1)?).ok()?;
        let map = usize::from(u16_at(block, 0)?);
        if index >= usize::from(u16_at(block, map)?) {
            return None;
        }
        let at = map.checked_add(4)?.checked_add(index.checked_mul(2)?)?;
        let start = usize::from(u16_at(block, at)?);
        let end = usize::from(u16_at(block, at.checked_add(2)?)?);
        block.get(start..end)
    }

    /// The records of the tree at `number`: each its key and its data, which have `key` and `data` bytes.
    pub(super) fn records(
        &self,
        store: &Store<'_>,
        number: u32,
        key: usize,
        data: usize,
    ) -> Result<Vec<Record<'_>>, Problem> {
        let broken = || Problem::corrupt("a tree of properties is broken");
        let header = self.get(number).ok_or_else(broken)?;
        let &[TREE, keys, datas, levels @ 0..=DEEPEST, ..] = header else { return Err(broken()) };
        if (usize::from(keys), usize::from(datas)) != (key, data) {
            return Err(broken());
        }
        let mut found = Vec::new();
        let mut visited = 0_usize;
        let mut waiting = vec![(u32_at(header, 4).ok_or_else(broken)?, levels)];
        while let Some((number, level)) = waiting.pop() {
            store.budget.check_time()?;
            // A tree without records has no root.
            if number == 0 {
                continue;
            }
            let records = self.get(number).ok_or_else(broken)?;
            let size = if level == 0 { key.saturating_add(data) } else { key.saturating_add(4) };
            visited = visited.saturating_add(1).saturating_add(records.len() / size);
            if visited > MOST_RECORDS {
                return Err(broken());
            }
            for record in records.chunks_exact(size) {
                let (key, data) = record.split_at(key);
                match level.checked_sub(1) {
                    None => found.push((key, data)),
                    Some(below) => waiting.push((u32_at(data, 0).unwrap_or(0), below)),
                }
            }
        }
        Ok(found)
    }
}
