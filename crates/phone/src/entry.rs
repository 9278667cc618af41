//! One entry of a backup: what it was called on the phone, and where its bytes lie.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use data_encoding::HEXLOWER_PERMISSIVE;
use jiff::Timestamp;
use sha1::{Digest, Sha1};

use crate::keybag::WrappedKey;

/// The name of a file in the backup's folder: a SHA-1 of domain and path, 40 hexadecimal digits. Anything else is
/// refused, so that no entry leads out of the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId([u8; 20]);

impl FileId {
    /// Reads 40 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?.try_into().ok().map(Self)
    }

    /// The id that the phone gives to a file.
    #[must_use]
    pub fn of(domain: &str, path: &str) -> Self {
        Self(Sha1::new().chain_update(domain).chain_update("-").chain_update(path).finalize().into())
    }
}

impl fmt::Display for FileId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

/// What an entry was on the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file; the only kind that has bytes.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
}

/// An entry of a backup. `domain` and `path` are evidence: names to show and to match, never paths to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Which file of the backup's folder holds its bytes.
    pub file_id: FileId,
    /// The part of the phone that it belongs to, as `HomeDomain` or `AppDomain-org.example.app`.
    pub domain: String,
    /// Its path in that part, as `Library/SMS/sms.db`; empty for the domain itself.
    pub path: String,
    /// File, folder or link.
    pub kind: Kind,
    /// How many bytes it had on the phone, if that is said.
    pub size: Option<u64>,
    /// When it was last changed on the phone, if that is said.
    pub modified: Option<Timestamp>,
    /// The key of its bytes, for the keybag to unwrap.
    pub(crate) key: Option<WrappedKey>,
    /// Whether all files lie in one folder, as they did until iOS 9.
    pub(crate) flat: bool,
}

impl Entry {
    /// Domain and path, as a location shows them: `HomeDomain/Library/SMS/sms.db`.
    #[must_use]
    pub fn name(&self) -> String {
        name(&self.domain, &self.path)
    }

    /// Where its bytes lie, below the backup's folder. Nothing says that there is a file, or that it is no link.
    #[must_use]
    pub fn path_on_disk(&self, folder: &Path) -> PathBuf {
        let (subfolder, file) = self.place();
        subfolder.iter().fold(folder.to_path_buf(), |path, part| path.join(part)).join(file)
    }

    /// The folder below the backup's, if there is one, and the name of the file in it.
    pub(crate) fn place(&self) -> (Option<String>, String) {
        let file = self.file_id.to_string();
        let subfolder = if self.flat { None } else { file.get(..2).map(str::to_owned) };
        (subfolder, file)
    }
}

pub(crate) fn name(domain: &str, path: &str) -> String {
    if path.is_empty() { domain.to_owned() } else { format!("{domain}/{path}") }
}

/// Why an entry, or its bytes, cannot be had. It costs that entry only.
#[derive(Debug, thiserror::Error)]
pub enum EntryError {
    /// Its id would be no name of a file in the backup.
    #[error("its file id is not 40 hexadecimal digits")]
    BadId,
    /// A name or a description is missing or longer than any real one.
    #[error("its row in the list of the backup is malformed")]
    Malformed,
    /// The list names a file that is not there.
    #[error("the backup lists it but does not hold it")]
    Missing,
    /// A link, a folder or a special file lies where its bytes should be.
    #[error("what lies in its place is not a regular file")]
    NotAFile,
    /// It has more bytes than the caller wants.
    #[error("it has {size} bytes, more than the {limit} allowed")]
    TooLarge {
        /// Bytes on disk.
        size: u64,
        /// The caller's limit.
        limit: u64,
    },
    /// It is encrypted, and its key is missing, broken, or bound to the phone.
    #[error("the key of this file is not in the backup or does not open")]
    NoKey,
    /// The list of entries is broken from here on, or in a part.
    #[error("the list of the backup is damaged: {0}")]
    Damaged(String),
    /// The caller raised the stop flag.
    #[error("stopped before the end")]
    Stopped,
    /// The operating system refused.
    #[error("it could not be read: {0}")]
    Io(#[from] io::Error),
}

/// A row of the list that is no entry.
#[derive(Debug, thiserror::Error)]
#[error("{name}: {error}")]
pub struct Flawed {
    /// As much of its name as there is, or the number of its row.
    pub name: String,
    /// What is wrong with it.
    #[source]
    pub error: EntryError,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(flat: bool) -> Entry {
        Entry {
            file_id: FileId::of("HomeDomain", "Library/SMS/sms.db"),
            domain: "HomeDomain".to_owned(),
            path: "Library/SMS/sms.db".to_owned(),
            kind: Kind::File,
            size: None,
            modified: None,
            key: None,
            flat,
        }
    }

    #[test]
    fn the_messages_lie_where_they_always_lie() {
        let id = "3d0d7e5fb2ce288813306e4d4636395e047a3d28";
        assert_eq!(entry(true).path_on_disk(Path::new("backup")), Path::new("backup").join(id));
        assert_eq!(entry(false).path_on_disk(Path::new("backup")), Path::new("backup/3d").join(id));
        assert_eq!(entry(false).name(), "HomeDomain/Library/SMS/sms.db");
    }

    #[test]
    fn an_id_is_forty_hexadecimal_digits() {
        let id = FileId::parse("3D0D7E5FB2CE288813306E4D4636395E047A3D28").unwrap();
        assert_eq!(id, entry(false).file_id);
        for text in [
            "",
            "../../etc/passwd",
            "3d0d7e5fb2ce288813306e4d4636395e047a3d2",
            "3d0d7e5fb2ce288813306e4d4636395e047a3d2/",
            "3d0d7e5fb2ce288813306e4d4636395e047a3d2800",
        ] {
            assert_eq!(FileId::parse(text), None, "{text}");
        }
    }
}
