//! The memory map, and the only `unsafe` of the project.

use std::{fs::File, io, ops::Deref};

/// The bytes of a set: mapped from its file, or held in memory.
#[derive(Debug)]
pub enum SetBytes {
    /// Mapped from a file, shared with every other process that maps it.
    Mapped(memmap2::Mmap),
    /// Held in memory.
    Owned(Vec<u8>),
}

impl SetBytes {
    /// Maps a whole set file.
    ///
    /// The file must be one that is only ever replaced, never written in place or truncated: the state directory's
    /// set files are written under another name, synced and renamed.
    ///
    /// # Errors
    /// What the operating system says.
    #[expect(unsafe_code, reason = "mapping is what makes a set of a million names open in milliseconds")]
    pub fn map(file: &File) -> io::Result<Self> {
        // SAFETY: the map is read-only and private to us; set files live in the state directory, which only this
        // program's user can write, and the program itself never changes one in place.
        let map = unsafe { memmap2::Mmap::map(file)? };
        Ok(Self::Mapped(map))
    }
}

impl Deref for SetBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Owned(bytes) => bytes,
        }
    }
}
