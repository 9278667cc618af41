//! Writes a storage as a compound file ([MS-CFB]). The same storage gives the same bytes, and so the same hash, whenever
//! it is read.

use std::{
    io::{self, Cursor, Write as _},
    time::SystemTime,
};

use cfb::{CompoundFile, Version};
use vauban_intake::{Budget, Problem};

use super::storage::Storage;
use crate::formats::msg::FIXED;

/// The storage as a compound file.
pub(super) fn write(storage: Storage, budget: &Budget) -> Result<Vec<u8>, Problem> {
    let broken = |error: io::Error| Problem::corrupt(format!("message: {error}"));
    // Version 3 has sectors of 512 bytes: most messages are small.
    let mut file = CompoundFile::create_with_version(Version::V3, Cursor::new(Vec::new())).map_err(broken)?;
    fill(&mut file, "/", storage, budget)?;
    file.flush().map_err(broken)?;
    Ok(file.into_inner().into_inner())
}

fn fill(
    file: &mut CompoundFile<Cursor<Vec<u8>>>,
    path: &str,
    storage: Storage,
    budget: &Budget,
) -> Result<(), Problem> {
    budget.check_time()?;
    let broken = |error: io::Error| Problem::corrupt(format!("message: {error}"));
    let Storage { fixed, streams, storages } = storage;
    // Each value is let go of once it is written: the largest are as large as the whole message.
    for (name, bytes) in std::iter::once((FIXED.to_owned(), fixed)).chain(streams) {
        let mut stream = file.create_stream(format!("{path}{name}")).map_err(broken)?;
        stream.write_all(&bytes).and_then(|()| stream.flush()).map_err(broken)?;
    }
    for (name, storage) in storages {
        let place = format!("{path}{name}");
        file.create_storage(&place).map_err(broken)?;
        file.set_created_time(&place, SystemTime::UNIX_EPOCH).map_err(broken)?;
        file.set_modified_time(&place, SystemTime::UNIX_EPOCH).map_err(broken)?;
        fill(file, &format!("{place}/"), storage, budget)?;
    }
    if path == "/" {
        file.set_modified_time("/", SystemTime::UNIX_EPOCH).map_err(broken)?;
    }
    Ok(())
}
