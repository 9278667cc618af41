//! Evidence as mapped memory.

#![expect(unsafe_code, reason = "a map changes under its reader; this process is the one that may die of it")]

use std::{fs::File, io};

use memmap2::{Advice, Mmap};

/// Maps a file, so that one larger than the memory limit can be read as a whole. For workers only: a file that is cut
/// short while it is read ends the process, and bytes may change between two looks.
///
/// # Errors
/// When the file cannot be mapped.
pub fn map(file: &File) -> io::Result<Mmap> {
    // SAFETY: readers treat the bytes as hostile: they copy before they rely on two looks being the same, and hold no
    // `str` over them. A fault ends this worker, which is what it is for.
    let map = unsafe { Mmap::map(file) }?;
    let _ = map.advise(Advice::Sequential);
    Ok(map)
}
