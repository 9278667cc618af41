//! Evidence that does not lie there as it is. Folders whose files are not what they hold: the backup of a phone names its
//! files by digests, and may encrypt them. And what is in no folder: a mailbox on a server.

use std::{
    collections::HashSet,
    fs::File,
    path::{Path, PathBuf},
};

use vauban_intake::Problem;
use vauban_record::Stat;

/// Looks into folders on behalf of the walk.
pub trait Unpack: Sync {
    /// Hands over what a folder holds when it is of a kind that we know, and gives the files that are thereby dealt with;
    /// the walk goes on with the rest. Cheap for any other folder, of which it says nothing.
    fn unpack(&self, folder: &Path, held: &mut dyn FnMut(Held) -> bool) -> HashSet<PathBuf>;
}

/// Evidence that a person named and that is in no file system.
pub trait Source: Sync {
    /// Hands over everything in it; `held` says whether to go on.
    fn pieces(&self, held: &mut dyn FnMut(Held) -> bool);
}

/// What such a folder, or such a source, holds.
pub enum Held {
    /// A piece of evidence.
    Piece(Piece),
    /// Something that cannot be read, and why.
    Unread(PathBuf, Problem),
}

/// A piece of evidence that lies in a file, though not as it is, or elsewhere.
pub struct Piece {
    /// The file on disk, or the URL of what is on none.
    pub path: PathBuf,
    /// What it is called inside: the second segment of its location. Empty for what stands alone.
    pub inside: String,
    /// By what it is known again. A phone may write no file for one that was empty.
    pub stat: Option<Stat>,
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
