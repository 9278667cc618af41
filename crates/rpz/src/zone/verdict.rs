//! What a zone says about a name that is asked for.
//!
//! An entry for the very name comes first. Else it is as with wildcards of the DNS (RFC 4592): among the names above, the lowest that the
//! zone has (or has anything below of) is looked at, and only the `*` right below *that* one speaks. So with `*.example`, `a.example`
//! and nothing else, `b.example` is covered and `b.a.example` is not.

use super::{
    entries::Entries,
    entry::{Action, Covers, Trigger},
    records::Records,
};
use crate::name::Labels;

/// The labels on top that make a path no name to be asked for.
const RESERVED: [&[u8]; 4] = [b"rpz-ip", b"rpz-client-ip", b"rpz-nsdname", b"rpz-nsip"];

/// Whether this is the path of another trigger than a name.
pub(super) fn is_reserved(path: &[u8]) -> bool {
    Labels::of(path).next().is_some_and(|label| RESERVED.contains(&label))
}

/// What these records say about the name at this path, and whether they mean the name or what is below another.
pub(crate) fn verdict(records: &Records, path: &[u8]) -> Option<(Trigger, Action)> {
    let mut labels = Labels::of(path);
    if path.is_empty() || is_reserved(path) {
        return None;
    }
    let mut closest = match Existence::of(records, path) {
        Existence::Itself => return entry_at(records, path),
        Existence::Below => return None,
        Existence::Not => 0,
    };
    labels.next();
    while labels.count_left() > 0 {
        let end = labels.start();
        if matches!(Existence::of(records, &path[..end]), Existence::Not) {
            break;
        }
        closest = end;
        labels.next();
    }
    let mut wildcard = path[..closest].to_vec();
    wildcard.extend(b"\x01*");
    entry_at(records, &wildcard)
}

/// Whether a zone has a name.
enum Existence {
    Itself,
    /// Something below it, so that it exists and has nothing.
    Below,
    Not,
}

impl Existence {
    fn of(records: &Records, path: &[u8]) -> Self {
        match records.seek(path).step() {
            Some(record) if record.path == path => Self::Itself,
            Some(record) if record.path.starts_with(path) => Self::Below,
            _ => Self::Not,
        }
    }
}

fn entry_at(records: &Records, path: &[u8]) -> Option<(Trigger, Action)> {
    let mut entries = Entries::from(records.seek(path));
    let (found, action) = entries.next_raw()?;
    if found != path {
        return None;
    }
    let trigger = super::entries::trigger_of(path)?;
    debug_assert!(matches!(&trigger, Trigger::Name { covers: Covers::Exact | Covers::Below, .. }));
    Some((trigger, action))
}
