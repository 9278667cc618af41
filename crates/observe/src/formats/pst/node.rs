//! Nodes: what a message, a folder or a part of one is made of ([MS-PST] section 2.2.2.7.7.4).

use vauban_intake::Problem;

use super::{page::Tree, store::Store};

/// A node: a number, data, and a tree of its own nodes. The data and the tree are named by their blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) number: u32,
    pub(super) data: u64,
    pub(super) subnodes: u64,
    /// The number of the folder that it lies in; 0 for none.
    pub(super) parent: u32,
}

/// The lowest five bits of a node's number ([MS-PST] section 2.2.2.1).
pub(super) mod kind {
    pub(in super::super) const FOLDER: u32 = 0x02;
    pub(in super::super) const MESSAGE: u32 = 0x04;
    pub(in super::super) const ATTACHMENT: u32 = 0x05;
    /// Rules, views and forms: hidden messages of a folder.
    pub(in super::super) const ASSOCIATED: u32 = 0x08;
}

impl Node {
    /// The node of a leaf entry, also of the tree of subnodes, which has no parents.
    pub(super) fn of(store: &Store<'_>, entry: &[u8]) -> Option<Self> {
        let layout = store.layout();
        let word = layout.word();
        let number = |words: usize| layout.word_at(entry, word.saturating_mul(words));
        let lower = |value: u64| u32::try_from(value & 0xffff_ffff).ok();
        Some(Self {
            number: lower(number(0)?)?,
            data: number(1)?,
            subnodes: number(2)?,
            parent: number(3).and_then(lower).unwrap_or(0),
        })
    }

    pub(super) const fn kind(self) -> u32 {
        self.number & 0x1f
    }

    /// The node of this number in the tree of the whole file.
    pub(super) fn find(store: &Store<'_>, number: u32) -> Result<Option<Self>, Problem> {
        let entry = Tree::Nodes.find(store, u64::from(number))?;
        Ok(entry.and_then(|entry| Self::of(store, entry)))
    }
}
