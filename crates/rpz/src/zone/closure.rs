//! Where a zone and a list differ. In a list, what is below a name stays below it, whatever else is listed inside. In a zone (RFC 4592) a
//! name that exists hides the `*` above from everything below itself: with `*.example` and `ok.example`, `a.ok.example` is not covered.
//!
//! This walks over the names that hide something and have nothing of their own to say there. A zone of ours says it once more at each of
//! them ([`Zone::build`](super::Zone::build)), so that BIND, Unbound and a list agree; a list made of somebody else's zone needs to know
//! them ([`Zone::gaps`](super::Zone::gaps)).

use super::{
    records::{Cursor, Records},
    verdict::is_reserved,
};
use crate::name::Labels;

/// A name that hides a `*`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Gap {
    /// Where nothing is said: the name, or the `*` right below it.
    pub(crate) path: Vec<u8>,
    /// Where the hidden `*` is.
    pub(crate) hidden: Vec<u8>,
}

/// Walks over the gaps of records.
pub(crate) struct Gaps<'a> {
    records: &'a Records,
    cursor: Cursor<'a>,
    /// The name that was looked at last.
    last: Vec<u8>,
    /// For each name around it, where it ends and which `*` covers what is below it.
    around: Vec<(usize, Option<Vec<u8>>)>,
    found: Vec<Gap>,
}

impl<'a> Gaps<'a> {
    pub(crate) fn of(records: &'a Records) -> Self {
        Self { records, cursor: records.cursor(), last: Vec::new(), around: Vec::new(), found: Vec::new() }
    }

    /// Looks at each name on the way to this path that was not looked at before.
    fn look_at(&mut self, path: &[u8]) {
        let common = self.last.iter().zip(path).take_while(|(one, other)| one == other).count();
        self.around.retain(|(end, _)| *end <= common && is_end(path, *end));
        if self.around.is_empty() {
            let covered = self.has(b"\x01*").then(|| b"\x01*".to_vec());
            self.around.push((0, covered));
        }
        let mut labels = Labels::of(path);
        while let Some(label) = labels.next() {
            let end = labels.start();
            // The `*` itself hides nothing.
            if self.around.iter().all(|(known, _)| *known != end) && !(label == b"*" && end == path.len()) {
                self.look_at_name(&path[..end]);
            }
        }
        self.last.clear();
        self.last.extend_from_slice(path);
    }

    fn look_at_name(&mut self, name: &[u8]) {
        let hidden = self.around.last().and_then(|(_, covered)| covered.clone());
        let below = [name, b"\x01*"].concat();
        let has_below = self.next_is(name, &below).unwrap_or_else(|| self.has(&below));
        if let Some(hidden) = &hidden {
            if !self.has(name) {
                self.found.push(Gap { path: name.to_vec(), hidden: hidden.clone() });
            }
            if !has_below {
                self.found.push(Gap { path: below.clone(), hidden: hidden.clone() });
            }
        }
        self.around.push((name.len(), if has_below { Some(below) } else { hidden }));
    }

    /// Whether the `*` of the name that the cursor is on comes next, where that can be told without looking for it.
    fn next_is(&self, name: &[u8], below: &[u8]) -> Option<bool> {
        if self.cursor.record().path != name {
            return None;
        }
        let mut ahead = self.cursor.clone();
        loop {
            match ahead.step() {
                None => return Some(false),
                Some(next) if next.path == name => {}
                Some(next) if next.path < below => return None,
                Some(next) => return Some(next.path == below),
            }
        }
    }

    fn has(&self, path: &[u8]) -> bool {
        self.records.seek(path).step().is_some_and(|record| record.path == path)
    }
}

impl Iterator for Gaps<'_> {
    type Item = Gap;

    fn next(&mut self) -> Option<Gap> {
        while self.found.is_empty() {
            let path = self.cursor.step()?.path.to_vec();
            if !path.is_empty() && !is_reserved(&path) && path != self.last {
                self.look_at(&path);
            }
        }
        self.found.pop()
    }
}

/// Whether a label of this path ends here.
fn is_end(path: &[u8], at: usize) -> bool {
    let mut labels = Labels::of(path);
    loop {
        if labels.start() == at {
            return true;
        }
        if labels.next().is_none() {
            return false;
        }
    }
}
