//! tar: v7, ustar, GNU (long names, sparse files) and pax (POSIX.1-2001).
//!
//! Headers are read by the `tar` crate. Links, devices and folders carry no bytes and are no members. Members are
//! slices of the archive and cost nothing; the holes of a sparse file are unpacked and paid for.
#![expect(clippy::disallowed_types, reason = "this is the capped door to the raw reader")]

use std::io::Cursor;

use tar::{Archive, Entry, EntryType};

use super::{Member, Visit};
use crate::{Budget, Problem, decompress::Output};

/// Size of a block; headers stand at multiples of it.
const BLOCK: usize = 512;

/// Walks a tar file, and the tar files that were appended to it.
///
/// # Errors
/// `corrupt` when a header is broken or something that is no tar follows; `too-many` and `timeout` when the budget
/// ran out. Members before it were handed over.
pub fn tar(bytes: &[u8], budget: &Budget, visit: &mut Visit<'_>) -> Result<(), Problem> {
    let mut rest = bytes;
    loop {
        let end = walk(rest, budget, visit)?;
        let after = rest.get(end..).unwrap_or_default();
        let Some(at) = after.iter().position(|byte| *byte != 0) else { return Ok(()) };
        rest = after.get(at / BLOCK * BLOCK..).unwrap_or_default();
        // Zeros end an archive for most tools, so what stands behind them is a place to hide.
        if !rest.get(257..).is_some_and(|magic| magic.starts_with(b"ustar")) {
            return Err(Problem::corrupt(format!("{} bytes after the end of the tar archive", rest.len())));
        }
    }
}

/// Walks one archive and hands back where it ends.
fn walk(bytes: &[u8], budget: &Budget, visit: &mut Visit<'_>) -> Result<usize, Problem> {
    let mut archive = Archive::new(Cursor::new(bytes));
    let broken = |_| Problem::corrupt("a tar header is broken");
    for entry in archive.entries_with_seek().map_err(broken)? {
        budget.check_time()?;
        let mut entry = entry.map_err(broken)?;
        if !has_bytes(entry.header().entry_type()) {
            continue;
        }
        budget.spend_entry()?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if path.ends_with('/') && entry.size() == 0 {
            continue;
        }
        if entry.header().entry_type() == EntryType::GNUSparse {
            let mut output = Output::new(budget);
            let result = output.drain(&mut entry, "sparse tar");
            let unpacked = output.finish(0, result);
            visit(Member { path: &path, bytes: &unpacked.bytes, problem: unpacked.problem });
        } else {
            let (data, problem) = slice(bytes, &entry);
            visit(Member { path: &path, bytes: data, problem });
        }
    }
    let end = archive.into_inner().position();
    Ok(usize::try_from(end).unwrap_or(usize::MAX).min(bytes.len()))
}

fn has_bytes(kind: EntryType) -> bool {
    !(kind.is_dir()
        || kind.is_symlink()
        || kind.is_hard_link()
        || kind.is_character_special()
        || kind.is_block_special()
        || kind.is_fifo()
        || kind.is_pax_global_extensions())
}

fn slice<'a>(bytes: &'a [u8], entry: &Entry<'_, Cursor<&[u8]>>) -> (&'a [u8], Option<Problem>) {
    let start = usize::try_from(entry.raw_file_position()).unwrap_or(usize::MAX).min(bytes.len());
    let size = usize::try_from(entry.size()).unwrap_or(usize::MAX);
    let end = start.saturating_add(size);
    let problem = (end > bytes.len()).then(|| Problem::corrupt("the tar member is cut short"));
    (bytes.get(start..end.min(bytes.len())).unwrap_or_default(), problem)
}
