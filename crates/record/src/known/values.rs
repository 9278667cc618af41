//! What the store of what is known takes and gives.

use std::{fs::Metadata, os::unix::fs::MetadataExt as _};

/// What tells that a file is the one that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stat {
    /// The device.
    pub device: u64,
    /// The file's number there.
    pub inode: u64,
    /// Its length.
    pub size: u64,
    /// When its content changed, in nanoseconds since 1970.
    pub modified: i64,
    /// When its content or its attributes changed; no program sets this at will. 0 where it cannot be relied on.
    pub changed: i64,
}

impl Stat {
    /// What the file system tells of a file.
    #[must_use]
    pub fn of(metadata: &Metadata) -> Self {
        let nanoseconds = |seconds: i64, rest: i64| seconds.saturating_mul(1_000_000_000).saturating_add(rest);
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.len(),
            modified: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
            changed: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// Whether the file may change once more without another time of change: it changed just before `now` (nanoseconds
    /// since 1970), and the clocks of file systems tick slowly.
    #[must_use]
    pub const fn is_fresh(&self, now: i64) -> bool {
        const TICK: i64 = 2_000_000_000;
        now.saturating_sub(self.changed) < TICK
    }
}

/// A content and what was found in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Its number.
    pub id: i64,
    /// The knowledge it was examined with.
    pub knowledge: i64,
    /// What was found.
    pub found: NewContent,
}

/// What was found in a content.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewContent {
    /// Its SHA-256.
    pub sha256: [u8; 32],
    /// What else tells it from the same bytes elsewhere: its extension, or its whole name where that matters.
    pub form: String,
    /// Its length.
    pub size: u64,
    /// The reader that took it.
    pub format: String,
    /// Items inside.
    pub items: u64,
    /// Of itself and its items, those that were read.
    pub read: u64,
    /// Sightings and unread items as their finder wrote them; none when there is neither.
    pub findings: Option<String>,
    /// Until when the findings stand, in seconds since 1970: then an indicator expires.
    pub until: Option<i64>,
    /// What rules saw of it, as their finder wrote it.
    pub scanned: Vec<u8>,
    /// Whether history holds all of its observables.
    pub in_history: bool,
}

/// A file that was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFile {
    /// What it was.
    pub stat: Stat,
    /// Its content.
    pub content: Content,
}

/// A place where a content was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Former {
    /// The path.
    pub path: String,
    /// When it was last seen there, in seconds since 1970.
    pub seen: i64,
    /// What the file was then; none when another content has taken its place since.
    pub stat: Option<Stat>,
}

/// How much history is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// The most bytes.
    pub most_bytes: u64,
    /// The most days since it was last written.
    pub most_days: u64,
}

impl Default for Retention {
    fn default() -> Self {
        Self { most_bytes: 2 << 30, most_days: 730 }
    }
}
