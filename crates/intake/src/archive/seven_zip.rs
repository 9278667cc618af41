//! 7z: LZMA, LZMA2, PPMd, bzip2, deflate and the branch filters, solid or not.
//!
//! Read by the `sevenz-rust2` crate under a memory limit. No passwords are tried: encrypted members are announced
//! one by one, and an archive whose list of members is encrypted is announced as a whole.
#![expect(clippy::disallowed_types, reason = "this is the capped door to the raw reader")]

use std::io::{Cursor, Read};

use sevenz_rust2::{Archive, ArchiveEntry, BlockDecoder, Error, Password};

use super::{Member, Visit};
use crate::{Budget, Problem, decompress::Output};

/// The most memory one decoder's dictionary or the list of members may take, in KiB. Both sizes stand in the file,
/// and a hostile one says 4 GiB.
const MEMORY_KIB: usize = 192 << 10;

/// Walks a 7z file.
///
/// # Errors
/// `encrypted` when the list of members is encrypted, `corrupt` when it is broken, `too-many` and `timeout` when
/// the budget ran out.
pub fn seven_zip(bytes: &[u8], budget: &Budget, visit: &mut Visit<'_>) -> Result<(), Problem> {
    let mut source = Cursor::new(bytes);
    let archive = Archive::read_with_memory_limit(&mut source, &Password::empty(), MEMORY_KIB)
        .map_err(|error| problem(&error, "7z archive"))?;
    let blocks = archive.blocks.len();
    for block in 0..blocks {
        walk_block(&archive, block, &mut source, budget, visit)?;
    }
    for (index, entry) in archive.files.iter().enumerate() {
        let lies_in_block = archive.stream_map.file_block_index.get(index).copied().flatten().is_some();
        if !lies_in_block && !entry.is_directory() && !entry.is_anti_item() {
            budget.check_time()?;
            budget.spend_entry()?;
            visit(Member { path: entry.name(), bytes: &[], problem: None });
        }
    }
    Ok(())
}

/// Walks the members that were packed together. What stops one stops those behind it in the block: each is announced.
fn walk_block(
    archive: &Archive,
    block: usize,
    source: &mut Cursor<&[u8]>,
    budget: &Budget,
    visit: &mut Visit<'_>,
) -> Result<(), Problem> {
    let password = Password::empty();
    let decoder = BlockDecoder::new_with_memory_limit(1, MEMORY_KIB, block, archive, &password, source);
    let first = archive.stream_map.block_first_file_index.get(block).copied().unwrap_or(usize::MAX);
    let files = first..first.saturating_add(decoder.entry_count());
    let is_encrypted = archive.is_file_encrypted(first);
    let mut done = 0_usize;
    let mut stopped = is_encrypted.then(|| Problem::encrypted("the 7z member needs a password"));
    let mut over = None;
    if !is_encrypted {
        let result = decoder.for_each_entries(&mut |entry: &ArchiveEntry, reader: &mut dyn Read| {
            done = done.saturating_add(1);
            if entry.is_directory() || entry.is_anti_item() {
                return Ok(true);
            }
            if let Err(problem) = budget.check_time().and_then(|()| budget.spend_entry()) {
                over = Some(problem);
                return Ok(false);
            }
            let mut output = Output::new(budget);
            let result = output.drain(reader, "7z");
            let unpacked = output.finish(0, result);
            stopped.clone_from(&unpacked.problem);
            let goes_on = unpacked.problem.is_none();
            visit(Member { path: entry.name(), bytes: &unpacked.bytes, problem: unpacked.problem });
            Ok(goes_on)
        });
        if let (Err(error), None) = (&result, &stopped) {
            stopped = Some(problem(error, "7z member"));
        }
    }
    if let Some(problem) = over {
        return Err(problem);
    }
    for index in files.skip(done) {
        let Some(entry) = archive.files.get(index).filter(|entry| !entry.is_directory()) else { continue };
        budget.check_time()?;
        budget.spend_entry()?;
        let problem = stopped.clone().unwrap_or_else(|| Problem::corrupt("the 7z block is broken"));
        visit(Member { path: entry.name(), bytes: &[], problem: Some(problem) });
    }
    Ok(())
}

fn problem(error: &Error, what: &str) -> Problem {
    match error {
        Error::PasswordRequired | Error::MaybeBadPassword(_) => {
            Problem::encrypted(format!("the {what} needs a password"))
        }
        Error::UnsupportedCompressionMethod(method) if method.contains("AES") => {
            Problem::encrypted(format!("the {what} needs a password"))
        }
        Error::MaxMemLimited { .. } => Problem::too_large(format!("the {what} needs more memory than allowed")),
        Error::UnsupportedCompressionMethod(_)
        | Error::UnsupportedVersion { .. }
        | Error::ExternalUnsupported
        | Error::Unsupported(_) => Problem::unsupported(format!("the {what} uses an unknown method")),
        _ => Problem::corrupt(format!("the {what} is broken or cut short")),
    }
}
