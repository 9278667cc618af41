//! What a walker hands over for each member.

use crate::Problem;

/// A member of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member<'a> {
    /// Its path inside the archive, as the archive says it. Hostile text: never a path to write to.
    pub path: &'a str,
    /// Its bytes; those before the problem when there is one.
    pub bytes: &'a [u8],
    /// Why it, or the rest of it, could not be read.
    pub problem: Option<Problem>,
}

/// Takes the members, in the archive's order. Directories and links are no members.
pub type Visit<'v> = dyn FnMut(Member<'_>) + 'v;
