//! Folders whose files are not what they hold: the backup of a phone names its files by digests, and may encrypt them.

use std::{
    collections::HashSet,
    fs::File,
    path::{Path, PathBuf},
};

use vauban_intake::Problem;

/// Looks into folders on behalf of the walk.
pub trait Unpack: Sync {
    /// Hands over what a folder holds when it is of a kind that we know, and gives the files that are thereby dealt with;
    /// the walk goes on with the rest. Cheap for any other folder, of which it says nothing.
    fn unpack(&self, folder: &Path, held: &mut dyn FnMut(Held) -> bool) -> HashSet<PathBuf>;
}

/// What such a folder holds.
pub enum Held {
    /// A piece of evidence.
    Piece(Piece),
    /// Something that cannot be read, and why.
    Unread(PathBuf, Problem),
}

/// A piece of evidence that lies in a file, though not as it is.
pub struct Piece {
    /// The file on disk.
    pub path: PathBuf,
    /// What it is called inside: the second segment of its location.
    pub inside: String,
    /// Gives its bytes.
    pub open: Open,
}

/// Gives a file with the bytes of a piece, and what is wrong with them if they are not as they should be. A file that is made
/// for it is in memory, and has at most so many.
pub type Open = Box<dyn FnOnce(u64) -> Result<(File, Option<Problem>), Problem> + Send>;

impl std::fmt::Debug for Piece {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Piece").field("path", &self.path).field("inside", &self.inside).finish_non_exhaustive()
    }
}
