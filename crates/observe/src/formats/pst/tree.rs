//! The two trees of pages ([MS-PST] section 2.2.2.7.7): one of nodes, one of blocks. A page that is damaged costs what is
//! below it.

use std::collections::HashSet;

use vauban_intake::{Budget, Problem};

use super::header::{Version, number16, number32};

/// Where a page lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PageRef {
    place: u64,
}

/// Which of the two trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tree {
    Blocks,
    Nodes,
}

/// A node: something with properties, and the blocks that hold them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) id: u32,
    pub(super) data: u64,
    pub(super) subnodes: u64,
    pub(super) parent: u32,
}

/// Where a block lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) place: u64,
    pub(super) stored: u16,
    /// Its length when it is unpacked; the same where it is not packed.
    pub(super) length: u16,
}

/// A tree of a file with two billion messages is not as deep.
const DEEPEST: u8 = 16;

impl PageRef {
    /// From a reference to a page: its block number, and its place.
    pub(super) fn of(bytes: &[u8], version: Version) -> Option<Self> {
        version.wide(bytes, version.width()).map(|place| Self { place })
    }
}

impl Node {
    fn of(entry: &[u8], version: Version) -> Option<Self> {
        let width = version.width();
        Some(Self {
            id: number32(entry, 0)?,
            data: version.wide(entry, width)?,
            subnodes: version.wide(entry, width * 2)?,
            parent: number32(entry, width * 3)?,
        })
    }
}

impl Extent {
    fn of(entry: &[u8], version: Version) -> Option<Self> {
        let width = version.width();
        let stored = number16(entry, width * 2)?;
        let length = if version == Version::Large { number16(entry, width * 2 + 2)? } else { stored };
        Some(Self { place: version.wide(entry, width)?, stored, length })
    }
}

/// One page: its level, the size of its entries, and all of them.
struct Page<'a> {
    level: u8,
    size: usize,
    entries: &'a [u8],
}

impl<'a> Page<'a> {
    fn at(bytes: &'a [u8], place: PageRef, tree: Tree, version: Version) -> Option<Self> {
        let length = if version == Version::Large { 4096 } else { 512 };
        let start = usize::try_from(place.place).ok()?;
        let page = bytes.get(start..start.checked_add(length)?)?;
        // Number and size of the entries, then the trailer with the kind of the page, written twice.
        let (about, trailer) = match version {
            Version::Ansi => (496, 500),
            Version::Unicode => (488, 496),
            Version::Large => (4056, 4072),
        };
        let kind = match tree {
            Tree::Blocks => 0x80,
            Tree::Nodes => 0x81,
        };
        if page.get(trailer..trailer + 2)? != [kind, kind] {
            return None;
        }
        let (count, size, level) = match version {
            Version::Large => (usize::from(number16(page, about)?), page.get(about + 4), page.get(about + 5)),
            _ => (usize::from(*page.get(about)?), page.get(about + 2), page.get(about + 3)),
        };
        let (size, level) = (usize::from(*size?), *level?);
        let entries = page.get(..count.checked_mul(size)?).filter(|entries| entries.len() <= about)?;
        (size >= version.width() * 2).then_some(Self { level, size, entries })
    }

    fn entries(&self) -> impl DoubleEndedIterator<Item = &'a [u8]> + use<'a> {
        self.entries.chunks_exact(self.size)
    }
}

/// The page below an entry.
fn below(entry: &[u8], version: Version) -> Option<PageRef> {
    PageRef::of(entry.get(version.width()..)?, version)
}

/// The entry of the leaves with this key.
fn find(bytes: &[u8], root: PageRef, tree: Tree, version: Version, key: u64) -> Option<&[u8]> {
    let mut place = root;
    let mut above = DEEPEST;
    loop {
        let page = Page::at(bytes, place, tree, version)?;
        if page.level >= above {
            return None;
        }
        above = page.level;
        // What is smaller or the same, the largest of it.
        let entry = page.entries().rev().find(|entry| version.wide(entry, 0).is_some_and(|own| own <= key))?;
        if page.level == 0 {
            return (version.wide(entry, 0)? == key).then_some(entry);
        }
        place = below(entry, version)?;
    }
}

/// The block with this number. The lowest bit tells nothing of it.
pub(super) fn block(bytes: &[u8], root: PageRef, version: Version, number: u64) -> Option<Extent> {
    Extent::of(find(bytes, root, Tree::Blocks, version, number & !1)?, version)
}

/// The node with this number.
pub(super) fn node(bytes: &[u8], root: PageRef, version: Version, id: u32) -> Option<Node> {
    Node::of(find(bytes, root, Tree::Nodes, version, u64::from(id))?, version)
}

/// Calls back with every node, and gives the number of pages that could not be read.
pub(super) fn each_node(
    bytes: &[u8],
    root: PageRef,
    version: Version,
    budget: &Budget,
    found: &mut dyn FnMut(Node) -> Result<(), Problem>,
) -> Result<u64, Problem> {
    let mut damaged = 0;
    let mut seen = HashSet::new();
    let mut pending = vec![(root, DEEPEST)];
    while let Some((place, above)) = pending.pop() {
        budget.check_time()?;
        // A page that is met twice is a loop, or the same messages again.
        if !seen.insert(place.place) {
            damaged += 1;
            continue;
        }
        let Some(page) = Page::at(bytes, place, Tree::Nodes, version).filter(|page| page.level < above) else {
            damaged += 1;
            continue;
        };
        if page.level > 0 {
            let children = page.entries().rev().filter_map(|entry| below(entry, version));
            pending.extend(children.map(|child| (child, page.level)));
            continue;
        }
        for node in page.entries().filter_map(|entry| Node::of(entry, version)) {
            found(node)?;
        }
    }
    Ok(damaged)
}
