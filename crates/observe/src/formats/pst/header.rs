//! The header ([MS-PST] section 2.2.2.6): which version, which encoding, and where the two trees begin.

use super::tree::PageRef;

/// How wide numbers are and how large pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// Outlook 97 to 2002: 32-bit numbers.
    Ansi,
    /// Outlook 2003 and later.
    Unicode,
    /// Outlook 2013 and later, OST: pages of 4 KiB, compressed blocks.
    Large,
}

/// How blocks of data are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Plain,
    Permuted,
    Cyclic,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) version: Version,
    pub(super) coding: Coding,
    pub(super) nodes: PageRef,
    pub(super) blocks: PageRef,
}

/// Why a header is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HeaderError {
    /// Cut off.
    Cut,
    /// A version that nobody knows.
    Version(u16),
    /// Encrypted with Windows Information Protection, or in a way nobody knows.
    Encrypted,
}

pub(super) const MAGIC: &[u8] = b"!BDN";

impl Header {
    pub(super) fn of(bytes: &[u8]) -> Result<Self, HeaderError> {
        let version = match number16(bytes, 10).ok_or(HeaderError::Cut)? {
            14 | 15 => Version::Ansi,
            // 37 is written by programs that encrypt; its layout is that of 23.
            23 | 37 => Version::Unicode,
            36 => Version::Large,
            other => return Err(HeaderError::Version(other)),
        };
        let (coding, nodes, blocks) = match version {
            Version::Ansi => (461, 184, 192),
            Version::Unicode | Version::Large => (513, 216, 232),
        };
        let coding = match bytes.get(coding).ok_or(HeaderError::Cut)? {
            0 => Coding::Plain,
            1 => Coding::Permuted,
            2 => Coding::Cyclic,
            _ => return Err(HeaderError::Encrypted),
        };
        let page = |at: usize| PageRef::of(bytes.get(at..).unwrap_or_default(), version).ok_or(HeaderError::Cut);
        Ok(Self { version, coding, nodes: page(nodes)?, blocks: page(blocks)? })
    }
}

impl Version {
    /// A number as wide as this version writes it: identifiers and places.
    pub(super) fn wide(self, bytes: &[u8], at: usize) -> Option<u64> {
        match self {
            Self::Ansi => number32(bytes, at).map(u64::from),
            Self::Unicode | Self::Large => number64(bytes, at),
        }
    }

    /// How many bytes such a number takes.
    pub(super) const fn width(self) -> usize {
        match self {
            Self::Ansi => 4,
            Self::Unicode | Self::Large => 8,
        }
    }
}

pub(super) fn number16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
}

pub(super) fn number32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

pub(super) fn number64(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}
