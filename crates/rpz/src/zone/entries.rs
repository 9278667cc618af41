//! Records become entries while they are asked for.

use super::{
    address,
    entry::{Action, Covers, Datum, Entry, OtherTrigger, Trigger, action_of_alias},
    record::{is_structure, rtype},
    records::{Cursor, Records},
};
use crate::name::{Labels, text_of_path};

/// Goes over the entries of a zone. Records of one name are one entry; what says nothing about names is passed over.
pub struct Entries<'a> {
    cursor: Cursor<'a>,
    /// Whether the cursor stands on a record that is not part of an entry yet.
    waits: bool,
    unread: usize,
}

impl<'a> Entries<'a> {
    pub(crate) fn of(records: &'a Records) -> Self {
        Self::from(records.cursor())
    }

    pub(crate) fn from(cursor: Cursor<'a>) -> Self {
        Self { cursor, waits: false, unread: 0 }
    }

    /// How many names so far have a trigger that means nothing, such as `99.1.2.0.192.rpz-ip`.
    #[must_use]
    pub fn unread(&self) -> usize {
        self.unread
    }

    /// The path of the next entry, with its action.
    pub(crate) fn next_raw(&mut self) -> Option<(Vec<u8>, Action)> {
        loop {
            if !self.waits {
                self.cursor.step()?;
            }
            let path = self.cursor.record().path.to_vec();
            let mut data = Vec::new();
            self.waits = false;
            loop {
                let record = self.cursor.record();
                if !is_structure(record.rtype) {
                    data.push(Datum { rtype: record.rtype, data: record.data.to_vec(), ttl: record.ttl });
                }
                match self.cursor.step() {
                    Some(next) if next.path == path => {}
                    Some(_) => {
                        self.waits = true;
                        break;
                    }
                    None => break,
                }
            }
            if !path.is_empty() && !data.is_empty() {
                let action = action_of(&path, data);
                return Some((path, action));
            }
        }
    }
}

impl Iterator for Entries<'_> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        loop {
            let (path, action) = self.next_raw()?;
            match trigger_of(&path) {
                Some(trigger) => return Some(Entry { trigger, action }),
                None => self.unread += 1,
            }
        }
    }
}

/// What the records of one name want.
fn action_of(path: &[u8], mut data: Vec<Datum>) -> Action {
    let Some(alias) = data.iter().position(|datum| datum.rtype == rtype::CNAME) else {
        return Action::LocalData(data);
    };
    // What has an alias has nothing else.
    let alias = data.swap_remove(alias);
    if let Some(action) = action_of_alias(&alias.data) {
        return action;
    }
    // An alias to itself is how the first policy zones said `rpz-passthru`.
    let is_itself = domain::base::Name::from_slice(&alias.data).is_ok_and(|target| {
        let mut target_path = Vec::new();
        crate::name::write_path(target.iter().rev(), &mut target_path);
        target_path == path
    });
    if is_itself { Action::Passthru } else { Action::LocalData(vec![alias]) }
}

/// When the entry at this path speaks.
pub(crate) fn trigger_of(path: &[u8]) -> Option<Trigger> {
    let mut labels = Labels::of(path);
    let other = match labels.next()? {
        b"rpz-ip" => return address::parse(labels).map(Trigger::ResponseAddress),
        b"rpz-client-ip" => OtherTrigger::ClientAddress,
        b"rpz-nsdname" => OtherTrigger::ServerName,
        b"rpz-nsip" => OtherTrigger::ServerAddress,
        _ => {
            let (above, covers) = match path.strip_suffix(b"\x01*") {
                Some(above) => (above, Covers::Below),
                None => (path, Covers::Exact),
            };
            return Some(Trigger::Name { text: text_of_path(above), covers });
        }
    };
    Some(Trigger::Other(other))
}
