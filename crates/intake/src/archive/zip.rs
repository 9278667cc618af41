//! ZIP (PKWARE APPNOTE 6.3.10): the central directory first, then whatever local headers it does not own to.
//!
//! The table is read by the `zip` crate, which keeps duplicate names; members are unpacked by our own capped
//! decompressors from the slice they lie in. No passwords are tried, and volumes of a split archive are not joined.
#![expect(clippy::disallowed_types, reason = "this is the capped door to the raw reader")]

use std::io::Cursor;

use flate2::Crc;
use zip::{
    read::{Config, ZipFileEntry},
    unstable::read::ZipIterable,
};

use super::{
    Member, Visit,
    fields::u16_at,
    zip_local::{LocalHeader, name, salvage},
};
use crate::{
    Budget, Problem, Unpacked,
    decompress::{Output, bunzip2, inflate, inflate64, unlzma_in_zip, unxz, unzstd},
};

/// Walks a ZIP file.
///
/// # Errors
/// `corrupt` when the central directory is missing or broken (members were then read from their local headers);
/// `too-many` and `timeout` when the budget ran out.
pub fn zip(bytes: &[u8], budget: &Budget, visit: &mut Visit<'_>) -> Result<(), Problem> {
    let mut covered = Vec::new();
    let directory = walk_directory(bytes, budget, visit, &mut covered);
    if let Err(problem) = &directory
        && problem.reason != vauban_model::Reason::Corrupt
    {
        return directory;
    }
    // A member that the directory leaves out is invisible to most tools and still there to be taken out.
    covered.sort_unstable();
    salvage(bytes, &covered, budget, visit)?;
    directory
}

fn walk_directory(
    bytes: &[u8],
    budget: &Budget,
    visit: &mut Visit<'_>,
    covered: &mut Vec<(usize, usize)>,
) -> Result<(), Problem> {
    let broken = |_| Problem::corrupt("the ZIP directory is missing or broken; members were read one by one");
    let mut archive = ZipIterable::try_new(Cursor::new(bytes), Config::default()).map_err(broken)?;
    for entry in archive.files().map_err(broken)? {
        let entry = entry.map_err(broken)?;
        budget.check_time()?;
        let start = usize::try_from(entry.header_start()).unwrap_or(usize::MAX);
        let is_folder = entry.name_raw().ends_with(b"/") && entry.compressed_size() == 0;
        if is_folder {
            covered.push((start, start.saturating_add(30)));
            continue;
        }
        budget.spend_entry()?;
        let path = name(entry.name_raw());
        let (unpacked, end) = read_entry(bytes, &entry, start, budget);
        covered.push((start, end));
        visit(Member { path: &path, bytes: &unpacked.bytes, problem: unpacked.problem });
    }
    Ok(())
}

/// A member that the directory names, and where its bytes end.
fn read_entry(bytes: &[u8], entry: &ZipFileEntry<'_>, start: usize, budget: &Budget) -> (Unpacked, usize) {
    let nothing = |problem| Unpacked { bytes: Vec::new(), consumed: 0, problem: Some(problem) };
    let Some(local) = LocalHeader::at(bytes, start) else {
        return (nothing(Problem::corrupt("the ZIP directory points to no member")), start);
    };
    // Some tools believe one flag, some the other: only when both say so is it taken at its word.
    if entry.encrypted() && local.is_encrypted() {
        let end = local.data.saturating_add(usize::try_from(entry.compressed_size()).unwrap_or(usize::MAX));
        return (nothing(Problem::encrypted("the ZIP member needs a password")), end.min(bytes.len()));
    }
    let central = usize::try_from(entry.central_header_start()).unwrap_or(usize::MAX);
    let method = u16_at(bytes, central.saturating_add(10)).unwrap_or(local.method);
    let size = usize::try_from(entry.compressed_size()).unwrap_or(usize::MAX);
    let stated_end = local.data.saturating_add(size);
    let data = bytes.get(local.data..stated_end.min(bytes.len())).unwrap_or_default();
    let mut unpacked = unpack(method, data, entry.size(), budget);
    let end = local.data.saturating_add(unpacked.consumed);
    if unpacked.problem.is_none() && stated_end > bytes.len() {
        unpacked.problem = Some(Problem::corrupt("the ZIP member is cut short"));
    }
    check_sum(&mut unpacked, entry.crc32());
    if unpacked.problem.is_some() && (entry.encrypted() || local.is_encrypted()) {
        unpacked.problem = Some(Problem::encrypted("the ZIP member needs a password"));
    }
    (unpacked, end)
}

/// Says so when the bytes are not those that were packed. They are kept: a false checksum is a way to hide.
pub(super) fn check_sum(unpacked: &mut Unpacked, stated: u32) {
    if unpacked.problem.is_none() {
        let mut crc = Crc::new();
        crc.update(&unpacked.bytes);
        if crc.sum() != stated {
            unpacked.problem = Some(Problem::corrupt("the ZIP member's checksum differs"));
        }
    }
}

/// Unpacks a member's bytes by its method (APPNOTE 4.4.5).
pub(super) fn unpack(method: u16, data: &[u8], size: u64, budget: &Budget) -> Unpacked {
    match method {
        0 => {
            let mut output = Output::new(budget);
            let result = output.push(data);
            output.finish(data.len(), result)
        }
        8 => inflate(data, budget),
        9 => inflate64(data, budget),
        12 => bunzip2(data, budget),
        14 => unlzma_in_zip(data, size, budget),
        93 => unzstd(data, budget),
        95 => unxz(data, budget),
        _ => Unpacked {
            bytes: Vec::new(),
            consumed: data.len(),
            problem: Some(Problem::unsupported(format!("the ZIP member uses compression method {method}"))),
        },
    }
}
