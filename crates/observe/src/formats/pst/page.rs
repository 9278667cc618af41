//! Pages of the two B-trees ([MS-PST] section 2.2.2.7.7): searched for one key, or walked from end to end.
//!
//! A child must be one level below its parent, so that no page leads back to itself; and a walk visits no more pages
//! than the file has room for, so that many references to one page cost no more than an honest tree.

use vauban_intake::Problem;

use super::{
    fields::{checksum, slice_at, u16_at, u32_at},
    header::Layout,
    store::{Store, count},
};

/// Which of the trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tree {
    Blocks,
    Nodes,
}

/// No honest tree is deeper.
const DEEPEST: u8 = 16;

struct Page<'a> {
    entries: &'a [u8],
    /// Bytes of one entry.
    size: usize,
    level: u8,
}

impl Tree {
    const fn kind(self) -> u8 {
        match self {
            Self::Blocks => 0x80,
            Self::Nodes => 0x81,
        }
    }

    /// The fewest bytes of an entry in a leaf.
    const fn leaf(self, layout: Layout) -> usize {
        match (self, layout) {
            (Self::Blocks, Layout::Ansi) => 12,
            (Self::Nodes, Layout::Ansi) => 16,
            (Self::Blocks, _) => 24,
            (Self::Nodes, _) => 32,
        }
    }

    const fn root(self, store: &Store<'_>) -> u64 {
        match self {
            Self::Blocks => store.header.blocks,
            Self::Nodes => store.header.nodes,
        }
    }

    /// The leaf entry of this key.
    pub(super) fn find<'a>(self, store: &Store<'a>, key: u64) -> Result<Option<&'a [u8]>, Problem> {
        let mut page = self.page(store, self.root(store), None)?;
        loop {
            store.budget.check_time()?;
            let key_of = |entry: &[u8]| self.masked(store.layout().word_at(entry, 0).unwrap_or(u64::MAX));
            if page.level == 0 {
                return Ok(page.entries.chunks_exact(page.size).find(|entry| key_of(entry) == key));
            }
            let Some(entry) = page.entries.chunks_exact(page.size).take_while(|entry| key_of(entry) <= key).last()
            else {
                return Ok(None);
            };
            page = self.page(store, place(store, entry), page.level.checked_sub(1))?;
        }
    }

    /// Calls `leaf` with every leaf entry, in order. A page that cannot be read costs what lies below it and is told
    /// to `lost`.
    pub(super) fn walk<'a>(
        self,
        store: &Store<'a>,
        lost: &mut dyn FnMut(u64, Problem),
        leaf: &mut dyn FnMut(&'a [u8]) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        let mut left = store.bytes.len() / store.layout().page();
        let mut waiting = vec![(self.root(store), None)];
        while let Some((at, level)) = waiting.pop() {
            store.budget.check_time()?;
            left = left.checked_sub(1).ok_or_else(|| Problem::corrupt("a tree has more pages than the file"))?;
            let page = match self.page(store, at, level) {
                Ok(page) => page,
                Err(problem) => {
                    lost(at, problem);
                    continue;
                }
            };
            let entries = page.entries.chunks_exact(page.size);
            match page.level.checked_sub(1) {
                Some(below) => waiting.extend(entries.rev().map(|entry| (place(store, entry), Some(below)))),
                None => {
                    for entry in entries {
                        leaf(entry)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The lowest bit of a block's number says nothing and is not always set alike ([MS-PST] section 2.2.2.2).
    const fn masked(self, key: u64) -> u64 {
        match self {
            Self::Blocks => key & !1,
            // The upper half of a node's number is not used.
            Self::Nodes => key & 0xffff_ffff,
        }
    }

    fn page<'a>(self, store: &Store<'a>, at: u64, level: Option<u8>) -> Result<Page<'a>, Problem> {
        let broken = |what: &str| Problem::corrupt(format!("page at {at:#x}: {what}"));
        let layout = store.layout();
        let page = slice_at(store.bytes, at, layout.page()).ok_or_else(|| broken("lies outside the file"))?;
        let body = page.len().saturating_sub(layout.trailer());
        let (body, trailer) = page.split_at(body);
        if trailer.first() != Some(&self.kind()) {
            return Err(broken("is none of this tree"));
        }
        let told = if layout == Layout::Ansi { u32_at(trailer, 8) } else { u32_at(trailer, 4) };
        if told != Some(checksum(body)) {
            count(&store.doubtful_pages);
        }
        let (entries, fields) = body.split_at(match layout {
            Layout::Ansi => 496,
            Layout::Unicode => 488,
            Layout::Large => 4056,
        });
        let (number, size, own) = if layout == Layout::Large {
            (u16_at(fields, 0).map(usize::from), fields.get(4), fields.get(5))
        } else {
            (fields.first().map(|count| usize::from(*count)), fields.get(2), fields.get(3))
        };
        let (number, size, own) = (number.unwrap_or(0), usize::from(*size.unwrap_or(&0)), *own.unwrap_or(&0));
        if own > DEEPEST || level.is_some_and(|level| level != own) {
            return Err(broken("is on the wrong level"));
        }
        let least = if own == 0 { self.leaf(layout) } else { layout.word().saturating_mul(3) };
        let entries = number.checked_mul(size).and_then(|length| entries.get(..length)).filter(|_| size >= least);
        let entries = entries.ok_or_else(|| broken("has more entries than room"))?;
        Ok(Page { entries, size, level: own })
    }
}

/// Where the child lies that an entry names: behind its key and the child's own number.
fn place(store: &Store<'_>, entry: &[u8]) -> u64 {
    store.layout().word_at(entry, store.layout().word().saturating_mul(2)).unwrap_or(u64::MAX)
}
