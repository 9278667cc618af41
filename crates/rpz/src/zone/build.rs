//! A zone made of entries.

use super::{
    address,
    closure::{Gap, Gaps},
    difference::Changes,
    entry::{Covers, Datum, Entry, OtherTrigger, Trigger, data_of_action},
    held::Zone,
    pile::Pile,
    record::{Record, rtype},
    records::{Records, USUAL_TTL},
    soa::Soa,
    verdict::is_reserved,
};
use crate::name::{ZoneName, path_of_text};

/// A zone that was made of entries.
#[derive(Debug)]
pub struct Built {
    /// The zone.
    pub zone: Zone,
    /// How many entries have no place in it: what is no name, is too long with the name of the zone behind it, or is another trigger.
    pub refused: usize,
    /// The first of them.
    pub examples: Vec<Entry>,
}

/// How many refused entries are shown.
const EXAMPLES: usize = 10;
/// The most bytes of a name on the wire (RFC 1035, section 2.3.4).
const LONGEST: usize = 255;

pub(super) fn build(name: &ZoneName, serial: u32, entries: impl IntoIterator<Item = Entry>) -> Built {
    let mut pile = Pile::new(usize::MAX, usize::MAX);
    let (mut refused, mut examples) = (0, Vec::new());
    // A zone has a server; nobody asks a policy zone for its own.
    let _ = pile.push(&Record { path: &[], rtype: rtype::NS, data: b"\x09localhost\x00", ttl: USUAL_TTL });
    for entry in entries {
        if push(name, &entry, &mut pile).is_none() {
            refused += 1;
            if examples.len() < EXAMPLES {
                examples.push(entry);
            }
        }
    }
    let records = complete(name, pile.into_records());
    let soa = Soa { serial, ..first_soa(name) };
    Built { zone: Zone::new(name.clone(), soa, records), refused, examples }
}

/// Says once more what is hidden by names inside, so that it stays as it is in a list.
fn complete(name: &ZoneName, records: Records) -> Records {
    let mut changes = Changes::default();
    for Gap { path, hidden } in Gaps::of(&records) {
        let mut cursor = records.seek(&hidden);
        while let Some(record) = cursor.step().filter(|record| record.path == hidden) {
            if path.len() + name.inner().len() <= LONGEST {
                changes.add(&Record { path: &path, ..record });
            }
        }
    }
    changes.apply(&records).unwrap_or(records)
}

/// What a zone of ours begins with.
fn first_soa(name: &ZoneName) -> Soa {
    let apex = name.inner().clone();
    let contact = format!("hostmaster.{name}").parse().unwrap_or_else(|_| apex.clone());
    let (refresh, retry, expire) = (900, 300, 7 * 86_400);
    Soa { primary: apex, contact, serial: 0, refresh, retry, expire, minimum: USUAL_TTL, ttl: USUAL_TTL }
}

fn push(name: &ZoneName, entry: &Entry, pile: &mut Pile) -> Option<()> {
    let path = path_of(&entry.trigger)?;
    if path.len() + name.inner().len() > LONGEST {
        return None;
    }
    let record = |rtype, data, ttl| Record { path: &path, rtype, data, ttl };
    match data_of_action(&entry.action) {
        Some(data) => pile.push(&record(rtype::CNAME, data, USUAL_TTL)).ok(),
        None => {
            let super::entry::Action::LocalData(data) = &entry.action else { return None };
            if data.is_empty() || !go_together(data) {
                return None;
            }
            data.iter().try_for_each(|datum| pile.push(&record(datum.rtype, &datum.data, datum.ttl)).ok())
        }
    }
}

/// Whether records may have one name: an alias stands alone.
fn go_together(data: &[Datum]) -> bool {
    data.len() == 1 || data.iter().all(|datum| datum.rtype != rtype::CNAME)
}

fn path_of(trigger: &Trigger) -> Option<Vec<u8>> {
    match trigger {
        Trigger::Name { text, covers } => {
            if text.is_empty() && *covers == Covers::Below {
                return Some(b"\x01*".to_vec());
            }
            let mut path = path_of_text(text)?;
            // What would be read as another trigger, or as what is below a name, is no name.
            if path.ends_with(b"\x01*") || is_reserved(&path) {
                return None;
            }
            if *covers == Covers::Below {
                path.extend(b"\x01*");
            }
            Some(path)
        }
        Trigger::ResponseAddress(net) => {
            let mut path = b"\x06rpz-ip".to_vec();
            address::push(&net.trunc(), &mut path);
            (net.prefix_len() > 0).then_some(path)
        }
        Trigger::Other(OtherTrigger::ClientAddress | OtherTrigger::ServerName | OtherTrigger::ServerAddress) => None,
    }
}
