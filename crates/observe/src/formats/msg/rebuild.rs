//! A storage inside a compound file, made a compound file of its own. A message attached to a message lies there
//! as a branch of the same tree, not as bytes; as a file of its own it has a location, hashes and a depth.

use std::{
    io::{self, Cursor, Write},
    time::SystemTime,
};

use cfb::CompoundFile;
use vauban_intake::{Budget, Problem};

use super::properties::FIXED;
use crate::formats::ole::Stream;

/// The streams below `storage` (which ends with `/`) as a compound file.
pub(super) fn compound_file(streams: &[Stream], storage: &str, budget: &Budget) -> Result<Vec<u8>, Problem> {
    let broken = |error: io::Error| Problem::corrupt(format!("object: {error}"));
    let mut file = CompoundFile::create(Cursor::new(Vec::new())).map_err(broken)?;
    for stream in streams {
        budget.check_time()?;
        let Some(path) = stream.path.strip_prefix(storage) else { continue };
        budget.spend_bytes(stream.bytes.len() as u64)?;
        // A name that the format forbids costs its own stream alone.
        let _ = write(&mut file, path, &stream.bytes);
    }
    // The same storage must give the same bytes, and so the same hash, whenever it is read.
    let storages: Vec<_> =
        file.walk().filter(|entry| !entry.is_stream()).map(|entry| entry.path().to_path_buf()).collect();
    for path in storages {
        file.set_created_time(&path, SystemTime::UNIX_EPOCH).map_err(broken)?;
        file.set_modified_time(&path, SystemTime::UNIX_EPOCH).map_err(broken)?;
    }
    file.flush().map_err(broken)?;
    Ok(file.into_inner().into_inner())
}

fn write(file: &mut CompoundFile<Cursor<Vec<u8>>>, path: &str, bytes: &[u8]) -> io::Result<()> {
    if let Some((storage, _)) = path.rsplit_once('/') {
        file.create_storage_all(format!("/{storage}"))?;
    }
    let mut stream = file.create_new_stream(format!("/{path}"))?;
    if path == FIXED {
        // The header of a message inside a message is eight bytes shorter ([MS-OXMSG] section 2.4.1).
        let (header, rest) = bytes.split_at(bytes.len().min(24));
        stream.write_all(header)?;
        stream.write_all(&[0; 8])?;
        stream.write_all(rest)?;
    } else {
        stream.write_all(bytes)?;
    }
    stream.flush()
}
