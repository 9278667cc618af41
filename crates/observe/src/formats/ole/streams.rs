//! The streams of a compound file ([MS-CFB]), read through the `cfb` crate and salvaged when the file is cut.

use std::io::{Cursor, Read};

use cfb::CompoundFile;
use vauban_intake::{Budget, Problem};

use crate::Sink;

/// One stream with its place in the tree of storages.
pub(crate) struct Stream {
    /// Storages and name, joined by `/`, without a leading one.
    pub(crate) path: String,
    pub(crate) bytes: Vec<u8>,
}

impl Stream {
    /// The path of the storage that holds it, with its closing `/`; empty for the root.
    pub(crate) fn storage(&self) -> &str {
        self.path.rfind('/').and_then(|slash| self.path.get(..=slash)).unwrap_or_default()
    }

    /// Its own name.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

/// All streams of the file. What cannot be read is announced; the problem is that of the whole file.
pub(crate) fn streams(bytes: &[u8], budget: &Budget, sink: &mut dyn Sink) -> (Vec<Stream>, Option<Problem>) {
    let mut found = Vec::new();
    let problem = match CompoundFile::open(Cursor::new(bytes)) {
        Ok(file) => collect(file, budget, sink, &mut found).err(),
        Err(error) => {
            let cut = Problem::corrupt(format!("compound file: {error}"));
            match padded(bytes).map(|padded| CompoundFile::open(Cursor::new(padded))) {
                Some(Ok(file)) => Some(collect(file, budget, sink, &mut found).err().unwrap_or(cut)),
                _ => Some(cut),
            }
        }
    };
    (found, problem)
}

fn collect<B: AsRef<[u8]>>(
    mut file: CompoundFile<Cursor<B>>,
    budget: &Budget,
    sink: &mut dyn Sink,
    found: &mut Vec<Stream>,
) -> Result<(), Problem> {
    let mut entries = Vec::new();
    for entry in file.walk() {
        budget.check_time()?;
        if entry.is_stream() {
            budget.spend_entry()?;
            entries.push((entry.path().to_path_buf(), entry.len()));
        }
    }
    for (place, length) in entries {
        budget.check_time()?;
        let path = place.to_string_lossy().trim_start_matches('/').to_owned();
        // The length is hostile: it is only an upper bound on what is read, never a size to reserve.
        let limit = length.min(budget.room());
        let mut bytes = Vec::new();
        let outcome = file.open_stream(&place).and_then(|stream| stream.take(limit).read_to_end(&mut bytes));
        budget.spend_bytes(bytes.len() as u64)?;
        if let Err(error) = outcome {
            sink.unread_child(&path, "", Problem::corrupt(format!("stream: {error}")));
        }
        if !bytes.is_empty() {
            found.push(Stream { path, bytes });
        }
    }
    Ok(())
}

/// A copy with zeros for the sectors that the allocation table names and the file no longer has, so that a
/// document cut short in transit still gives its first streams.
fn padded(bytes: &[u8]) -> Option<Vec<u8>> {
    let field = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?));
    let shift = u32::from(*bytes.get(30)?);
    let tables = usize::try_from(field(44)?).ok()?;
    let sector = 1_usize.checked_shl(shift).filter(|size| matches!(size, 512 | 4096))?;
    let wanted = tables.checked_mul(sector / 4)?.checked_add(1)?.checked_mul(sector)?;
    // A table may name more than was ever there; twice the file and one table is as far as a guess goes.
    let most = bytes.len().checked_mul(2)?.checked_add(8 << 20)?;
    if wanted <= bytes.len() || wanted > most {
        return None;
    }
    let mut copy = bytes.to_vec();
    copy.resize(wanted, 0);
    Some(copy)
}
