//! Blocks, and what is put together of several ([MS-PST] section 2.2.2.8): the bytes of a node, and its subnodes.

use std::borrow::Cow;

use vauban_intake::{Budget, Problem, inflate_zlib};

use super::{
    crypt::Decoder,
    header::{Header, Version, number16, number32},
    tree::{Extent, Node, block, node},
};

/// A file with what is needed to read its blocks.
pub(super) struct File<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) header: Header,
    decoder: Decoder,
    pub(super) budget: &'a Budget,
}

/// Bytes of a node, in the blocks in which they are stored: some structures are counted by blocks.
pub(super) struct Data<'a> {
    pub(super) blocks: Vec<Cow<'a, [u8]>>,
}

/// A node inside a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Subnode {
    pub(super) id: u32,
    pub(super) data: u64,
    pub(super) subnodes: u64,
}

/// Blocks of one node: an attachment of two gigabytes has fewer.
const MOST_BLOCKS: usize = 300_000;
/// Subnodes of one node.
const MOST_SUBNODES: usize = 50_000;
/// Blocks of blocks of blocks are all there is.
const DEEPEST: u8 = 2;

impl Data<'_> {
    /// In one piece.
    pub(super) fn joined(&self) -> Vec<u8> {
        self.blocks.concat()
    }
}

impl<'a> File<'a> {
    pub(super) fn new(bytes: &'a [u8], header: Header, budget: &'a Budget) -> Self {
        Self { bytes, header, decoder: Decoder::new(header.coding), budget }
    }

    pub(super) fn node(&self, id: u32) -> Option<Node> {
        node(self.bytes, self.header.nodes, self.header.version, id)
    }

    /// The bytes of one block as they lie there, unpacked.
    fn stored(&self, number: u64) -> Result<Cow<'a, [u8]>, Problem> {
        self.budget.check_time()?;
        let missing = || Problem::corrupt(format!("block {number:#x} is not there"));
        let extent = block(self.bytes, self.header.blocks, self.header.version, number).ok_or_else(missing)?;
        let Extent { place, stored, length } = extent;
        let start = usize::try_from(place).map_err(|_| missing())?;
        let bytes = self.bytes.get(start..start.saturating_add(usize::from(stored))).ok_or_else(missing)?;
        if stored == length {
            return Ok(Cow::Borrowed(bytes));
        }
        let unpacked = inflate_zlib(bytes, self.budget);
        match unpacked.problem {
            Some(problem) if unpacked.bytes.is_empty() => Err(problem),
            _ => Ok(Cow::Owned(unpacked.bytes)),
        }
    }

    /// The bytes of a node.
    pub(super) fn data(&self, number: u64) -> Result<Data<'a>, Problem> {
        let mut blocks = Vec::new();
        if number != 0 {
            let mut room = self.budget.limits().item_bytes;
            self.collect(number, DEEPEST, &mut blocks, &mut room)?;
        }
        Ok(Data { blocks })
    }

    /// `room` is how many bytes the node may still have: one block may be listed a million times.
    fn collect(&self, number: u64, depth: u8, blocks: &mut Vec<Cow<'a, [u8]>>, room: &mut u64) -> Result<(), Problem> {
        let stored = self.stored(number)?;
        if !is_internal(number) {
            if blocks.len() >= MOST_BLOCKS {
                return Err(Problem::too_many("blocks of one node"));
            }
            let length = stored.len() as u64;
            *room =
                room.checked_sub(length).ok_or_else(|| Problem::too_large("has more bytes than an item may have"))?;
            self.budget.spend_bytes(length)?;
            let mut stored = stored;
            if self.header.coding != super::header::Coding::Plain {
                self.decoder.decode(stored.to_mut(), number);
            }
            blocks.push(stored);
            return Ok(());
        }
        let level = stored.get(1).copied().unwrap_or(0);
        if stored.first() != Some(&1) || level == 0 || level > depth {
            return Err(Problem::corrupt(format!("block {number:#x} is no list of blocks")));
        }
        let count = usize::from(number16(&stored, 2).unwrap_or(0));
        let version = self.header.version;
        for at in 0..count {
            let number = version.wide(&stored, 8 + at * version.width());
            let number = number.ok_or_else(|| Problem::corrupt("a list of blocks is cut off"))?;
            self.collect(number, level - 1, blocks, room)?;
        }
        Ok(())
    }

    /// The nodes inside a node.
    pub(super) fn subnodes(&self, number: u64) -> Result<Vec<Subnode>, Problem> {
        let mut all = Vec::new();
        if number != 0 {
            self.collect_subnodes(number, 1, &mut all)?;
        }
        Ok(all)
    }

    fn collect_subnodes(&self, number: u64, depth: u8, all: &mut Vec<Subnode>) -> Result<(), Problem> {
        let stored = self.stored(number)?;
        let level = stored.get(1).copied().unwrap_or(u8::MAX);
        if !is_internal(number) || stored.first() != Some(&2) || level > depth {
            return Err(Problem::corrupt(format!("block {number:#x} is no list of subnodes")));
        }
        let version = self.header.version;
        let width = version.width();
        let first = if version == Version::Ansi { 4 } else { 8 };
        let size = if level == 0 { width * 3 } else { width * 2 };
        for at in 0..usize::from(number16(&stored, 2).unwrap_or(0)) {
            let Some(entry) = stored.get(first + at * size..first + (at + 1) * size) else {
                return Err(Problem::corrupt("a list of subnodes is cut off"));
            };
            let wide = |place: usize| version.wide(entry, width * place).unwrap_or(0);
            if level > 0 {
                self.collect_subnodes(wide(1), level - 1, all)?;
            } else if all.len() < MOST_SUBNODES {
                all.push(Subnode { id: number32(entry, 0).unwrap_or(0), data: wide(1), subnodes: wide(2) });
            } else {
                return Err(Problem::too_many("subnodes of one node"));
            }
        }
        Ok(())
    }
}

/// Whether a block holds numbers of others, told by the second bit of its number.
const fn is_internal(number: u64) -> bool {
    number & 2 != 0
}
