//! Reading one file from disk.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::Path,
};

use vauban_intake::{Budget, Problem};
use vauban_model::Location;
use vauban_observe::Item;

use crate::{
    FileResult, Rules,
    examine::{examine, examine_in_pieces},
    rules::BytesScanner,
    walk::denied,
};

/// Reads and examines one file. Never fails: a file that cannot be read is a result too.
pub(crate) fn examine_file(
    path: &Path,
    budget: &Budget,
    rules: &Rules<'_>,
    scanner: &mut dyn BytesScanner,
) -> FileResult {
    let shown = path.to_string_lossy();
    let location = Location::file(&shown);
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let limit = budget.limits().item_bytes;
    match open(path) {
        Err(error) => unread(&location, denied(&error)),
        Ok((file, size)) if size > limit => examine_in_pieces(&location, &name, file, budget, rules, scanner),
        Ok((mut file, size)) => {
            let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
            // A file that grows while it is read must not fill the memory.
            match file.by_ref().take(limit).read_to_end(&mut bytes) {
                Ok(_) => {
                    let item = Item { location: &location, name: &name, media_type: "", bytes: &bytes };
                    examine(&item, budget, rules, scanner)
                }
                Err(error) => unread(&location, denied(&error)),
            }
        }
    }
}

/// The result of a file that was not read.
pub(crate) fn unread(location: &Location, problem: Problem) -> FileResult {
    let mut account = crate::Account::default();
    account.settle(location, Err(problem));
    FileResult { unread: account.into_unread(), ..FileResult::default() }
}

/// Opens a regular file without waiting on anything that is none: between the walk and this moment a file can have
/// become a pipe.
fn open(path: &Path) -> io::Result<(File, u64)> {
    let mut options = fs::OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        const NONBLOCK: i32 = 0o4000;
        options.custom_flags(NONBLOCK);
    }
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("no longer a regular file"));
    }
    Ok((file, metadata.len()))
}
