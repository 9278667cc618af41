//! Opening a set: everything that a look-up relies on is checked once, here.

use vauban_matching::set::SetBytes;
use xorf::{BinaryFuse8, DmaSerializable as _};

use super::{
    layout::{CLASS_LENGTH, FORMAT_VERSION, HEADER_LENGTH, Head, MAGIC, SECTIONS, Section, TRAILER_LENGTH},
    terms::MOST_LISTS,
};

/// Why a file cannot be used. Whoever gets one of these compiles the set again.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Not a set of names.
    #[error("not a set of names")]
    NotASet,
    /// Written by another version.
    #[error("set of names of format {found}, this program reads format {FORMAT_VERSION}")]
    OtherVersion {
        /// The file's format version.
        found: u32,
    },
    /// Cut or changed.
    #[error("set of names is damaged")]
    Damaged,
}

/// All lists, mapped. Shared between threads behind an `Arc`; immutable.
#[derive(Debug)]
pub struct NameSet {
    bytes: SetBytes,
    begins: [usize; SECTIONS + 1],
    pub(super) head: Head,
    pub(super) buckets: usize,
    lists: Vec<String>,
}

impl NameSet {
    /// Opens the bytes of a set, checking version and checksum.
    ///
    /// # Errors
    /// When the bytes are no set of this version, or damaged.
    pub fn open(bytes: SetBytes) -> Result<Self, OpenError> {
        if bytes.get(..8) != Some(&MAGIC) || bytes.len() < HEADER_LENGTH + TRAILER_LENGTH {
            return Err(OpenError::NotASet);
        }
        let version = u32::from_le_bytes(array(&bytes, 8)?);
        if version != FORMAT_VERSION {
            return Err(OpenError::OtherVersion { found: version });
        }
        let end = bytes.len() - TRAILER_LENGTH;
        let checksum = u64::from_le_bytes(array(&bytes, end)?);
        if twox_hash::XxHash3_64::oneshot(bytes.get(..end).ok_or(OpenError::Damaged)?) != checksum {
            return Err(OpenError::Damaged);
        }
        let mut begins = [HEADER_LENGTH; SECTIONS + 1];
        for section in 0..SECTIONS {
            let length = u64::from_le_bytes(array(&bytes, HEADER_LENGTH - (SECTIONS - section) * 8)?);
            let length = usize::try_from(length).map_err(|_| OpenError::Damaged)?;
            begins[section + 1] = begins[section].checked_add(length).ok_or(OpenError::Damaged)?;
        }
        if begins[SECTIONS] != end {
            return Err(OpenError::Damaged);
        }
        let head = head(&bytes)?;
        let mut set = Self { bytes, begins, head, buckets: 0, lists: Vec::new() };
        set.lists = serde_json::from_slice(set.section(Section::Lists)).map_err(|_| OpenError::Damaged)?;
        set.buckets = (set.section(Section::Buckets).len() / 4).checked_sub(1).ok_or(OpenError::Damaged)?;
        let sound = set.buckets > 0
            && set.section(Section::Buckets).len().is_multiple_of(4)
            && set.lists.len() <= MOST_LISTS
            && set.section(Section::Classes).len().is_multiple_of(CLASS_LENGTH)
            && filter_is_sound(set.section(Section::Descriptor), set.section(Section::Filter));
        if sound { Ok(set) } else { Err(OpenError::Damaged) }
    }

    /// The names of the lists: the bit of a mask is the place in here.
    #[must_use]
    pub fn lists(&self) -> &[String] {
        &self.lists
    }

    /// How many distinct names and networks are in it.
    #[must_use]
    pub const fn entries(&self) -> u32 {
        self.head.entries
    }

    /// How many bytes it takes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn section(&self, section: Section) -> &[u8] {
        let index = section as usize;
        self.bytes.get(self.begins[index]..self.begins[index + 1]).unwrap_or_default()
    }
}

fn head(bytes: &[u8]) -> Result<Head, OpenError> {
    let word = |at: usize| array(bytes, at).map(u64::from_le_bytes);
    Ok(Head {
        entries: u32::from_le_bytes(array(bytes, 12)?),
        seed: word(16)?,
        passes_win: word(24)?,
        labels: u128::from_le_bytes(array(bytes, 32)?),
        prefixes_v4: word(48)?,
        prefixes_v6: [word(56)?, word(64)?, word(72)?],
    })
}

/// Whether no look-up can leave the fingerprints: the crate `xorf` takes the descriptor's word for it.
fn filter_is_sound(descriptor: &[u8], fingerprints: &[u8]) -> bool {
    let word = |at: usize| array(descriptor, at).map(u32::from_le_bytes).unwrap_or(0);
    let (length, mask, all) = (word(8), word(12), word(16));
    descriptor.len() == BinaryFuse8::DESCRIPTOR_LEN
        && length.is_power_of_two()
        && mask == length - 1
        && all.is_multiple_of(length)
        && u64::from(all) + 2 * u64::from(length) <= fingerprints.len() as u64
}

pub(super) fn array<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], OpenError> {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).copied().ok_or(OpenError::Damaged)
}
