//! The history of a stream, for a full release: the manifests before it as they were signed, oldest first.
//!
//! Each names the digest of the one before, so the signature of the release covers them all, and none needs its own.

use super::{PartName, SignedManifest};

/// The part `history.jsonl` of the release after the last of `manifests`, which come oldest first. When they are too many for a part, the
/// oldest are left out.
#[must_use]
pub fn write_history<'m>(manifests: impl DoubleEndedIterator<Item = &'m SignedManifest>) -> Vec<u8> {
    let most = usize::try_from(PartName::History.largest()).unwrap_or(usize::MAX);
    let mut room = most;
    let mut lines: Vec<&[u8]> = manifests
        .rev()
        .map(SignedManifest::bytes)
        .take_while(|line| {
            let fits = line.len() <= room;
            room = room.saturating_sub(line.len());
            fits
        })
        .collect();
    lines.reverse();
    lines.concat()
}
