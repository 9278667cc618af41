//! The header ([MS-PST] section 2.2.2.6) and what the three layouts differ in. The third, of Outlook 2013 and later for
//! OST files, is not in the specification; its sizes are those that libpff documents.

use vauban_intake::Problem;

use super::fields::{checksum, u16_at, u32_at, u64_at};

const MAGIC: &[u8] = b"!BDN";

/// How wide numbers are and how large pages and blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// 32 bits: Outlook until 2002.
    Ansi,
    /// 64 bits.
    Unicode,
    /// 64 bits, pages of 4096 bytes, blocks that may be compressed.
    Large,
}

impl Layout {
    /// Bytes of a block's number and of a place in the file.
    pub(super) const fn word(self) -> usize {
        if matches!(self, Self::Ansi) { 4 } else { 8 }
    }

    pub(super) const fn page(self) -> usize {
        if matches!(self, Self::Large) { 4096 } else { 512 }
    }

    /// Bytes of what closes a page or a block.
    pub(super) const fn trailer(self) -> usize {
        match self {
            Self::Ansi => 12,
            Self::Unicode => 16,
            Self::Large => 24,
        }
    }

    /// Blocks take a multiple of it.
    pub(super) const fn block_unit(self) -> usize {
        if matches!(self, Self::Large) { 512 } else { 64 }
    }

    /// A number as wide as the layout has them.
    pub(super) fn word_at(self, bytes: &[u8], at: usize) -> Option<u64> {
        if matches!(self, Self::Ansi) { u32_at(bytes, at).map(u64::from) } else { u64_at(bytes, at) }
    }
}

/// How the bytes of blocks are disguised ([MS-PST] section 5.1 and 5.2). No key is needed for either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Crypt {
    None,
    Permute,
    Cyclic,
}

/// What the header says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    pub(super) layout: Layout,
    pub(super) crypt: Crypt,
    /// Where the root page of the tree of nodes lies.
    pub(super) nodes: u64,
    /// Where the root page of the tree of blocks lies.
    pub(super) blocks: u64,
    /// Whether its checksum is right.
    pub(super) is_sound: bool,
}

/// Whether the file begins like a mailbox of Outlook: PST (`SM`) or OST (`SO`). Address books (`AB`) hold no messages.
pub(super) fn begins(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC) && matches!(bytes.get(8..10), Some(b"SM" | b"SO"))
}

impl Header {
    pub(super) fn of(bytes: &[u8]) -> Result<Self, Problem> {
        let cut = || Problem::corrupt("the header is cut short");
        let layout = match u16_at(bytes, 10).ok_or_else(cut)? {
            14 | 15 => Layout::Ansi,
            36 => Layout::Large,
            // 21 is written by other programs, 37 by Windows Information Protection; both have this layout.
            21 | 23 | 37 => Layout::Unicode,
            version => return Err(Problem::unsupported(format!("an Outlook data file of version {version}"))),
        };
        let (nodes, blocks, crypt) = if layout == Layout::Ansi { (188, 196, 461) } else { (224, 240, 513) };
        let crypt = match bytes.get(crypt).ok_or_else(cut)? {
            0 => Crypt::None,
            1 => Crypt::Permute,
            2 => Crypt::Cyclic,
            0x10 => return Err(Problem::encrypted("the mailbox is encrypted by Windows Information Protection")),
            other => return Err(Problem::unsupported(format!("a mailbox encoded by method {other}"))),
        };
        Ok(Self {
            layout,
            crypt,
            nodes: layout.word_at(bytes, nodes).ok_or_else(cut)?,
            blocks: layout.word_at(bytes, blocks).ok_or_else(cut)?,
            is_sound: bytes.get(8..479).map(checksum) == u32_at(bytes, 4),
        })
    }
}
