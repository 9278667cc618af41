//! Files of the state directory that are written as a whole or not at all: beside, synced, renamed.
//!
//! Whoever reads such a file sees the old one or the new one, whatever is killed when; whoever has it open or mapped keeps
//! what it has. Two who write the same file at the same time must be told apart by whoever calls.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

/// Writes a file as a whole or not at all.
///
/// # Errors
/// What the operating system says; then the old file is still there.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut beside = Beside::new(path)?;
    beside.write_all(bytes)?;
    beside.commit()
}

/// A file that is being written beside the one it will replace. Dropped before [`commit`](Self::commit), it is gone.
#[derive(Debug)]
pub struct Beside {
    file: BufWriter<File>,
    temporary: PathBuf,
    path: PathBuf,
    is_done: bool,
}

/// How the names of files end that are not done.
const UNDONE: &str = ".part";

impl Beside {
    /// Begins to write what will be `path`, in a folder that is made if need be.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn new(path: &Path) -> io::Result<Self> {
        let parent = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(parent)?;
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let temporary = parent.join(format!(".{name}.{}{UNDONE}", std::process::id()));
        let file = BufWriter::new(private(&temporary)?);
        Ok(Self { file, temporary, path: path.to_owned(), is_done: false })
    }

    /// Puts the file in its place, so that it outlives a power cut.
    ///
    /// # Errors
    /// What the operating system says; then the old file is still there.
    pub fn commit(mut self) -> io::Result<()> {
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        fs::rename(&self.temporary, &self.path)?;
        self.is_done = true;
        let parent = self.path.parent().unwrap_or(Path::new("."));
        File::open(parent)?.sync_all()
    }
}

impl Write for Beside {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if !self.is_done {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// Whether a file of this name was being written when whoever wrote it was killed, or still is.
#[must_use]
pub fn is_undone(name: &str) -> bool {
    name.starts_with('.') && name.ends_with(UNDONE)
}

fn private(path: &Path) -> io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_or_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/file");
        write(&path, b"one").unwrap();
        let mut beside = Beside::new(&path).unwrap();
        beside.write_all(b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"one");
        drop(beside);
        write(&path, b"three").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"three");
        let left: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().collect();
        assert_eq!(left.len(), 1, "{left:?}");
    }
}
