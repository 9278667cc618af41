//! A zone as it is kept.

use super::{
    addresses::Addresses,
    build::{self, Built},
    closure::Gaps,
    entries::{Entries, trigger_of},
    entry::{Action, Entry, Trigger},
    records::Records,
    soa::Soa,
    verdict::verdict,
};
use crate::name::{ZoneName, path_of_text};

/// A whole zone, packed: about 10 bytes for each record of an ordinary list and some 20 for a name with what is below it.
#[derive(Clone, Debug)]
pub struct Zone {
    name: ZoneName,
    soa: Soa,
    records: Records,
}

impl Zone {
    pub(crate) fn new(name: ZoneName, soa: Soa, records: Records) -> Self {
        Self { name, soa, records }
    }

    /// Makes a zone of entries that mean what they mean in a list: the entry for the very name, else that for what is below the closest name
    /// above. Where names inside would hide a `*` in a zone, it is said there once more. Two entries for the same trigger are both said
    /// when they are records of different types, else the first in the order of the zone counts; a serial is newer when
    /// [`is_newer`](super::is_newer) says so.
    pub fn build(name: &ZoneName, serial: u32, entries: impl IntoIterator<Item = Entry>) -> Built {
        build::build(name, serial, entries)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &ZoneName {
        &self.name
    }

    /// Its serial.
    #[must_use]
    pub fn serial(&self) -> u32 {
        self.soa.serial
    }

    /// After how many seconds it is to be asked for again, when that failed, and after how many it is too old to be believed.
    #[must_use]
    pub fn refresh_retry_expire(&self) -> (u32, u32, u32) {
        (self.soa.refresh, self.soa.retry, self.soa.expire)
    }

    /// How many records it has besides the one at its start.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many bytes of memory it takes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.records.size()
    }

    /// What it says, in the order in which it is kept. Entries are made one by one.
    #[must_use]
    pub fn entries(&self) -> Entries<'_> {
        Entries::of(&self.records)
    }

    /// Where it says nothing although something above covers what is below: a list that is made of [`Zone::entries`] has to say nothing
    /// there, too, to mean the same. A zone that was [built](Zone::build) has no gaps.
    pub fn gaps(&self) -> impl Iterator<Item = Trigger> {
        Gaps::of(&self.records).filter_map(|gap| trigger_of(&gap.path))
    }

    /// What it says about a name that is asked for, and which entry says so; `None` when it says nothing. Both a name that is no name and
    /// the root are nothing.
    #[must_use]
    pub fn verdict(&self, name: &str) -> Option<(Trigger, Action)> {
        verdict(&self.records, &path_of_text(name)?)
    }

    /// What it says about addresses of answers, to be asked often. Where a name has a verdict, addresses have none: the name comes first.
    #[must_use]
    pub fn addresses(&self) -> Addresses {
        let nets = self.entries().filter_map(|Entry { trigger, action }| match trigger {
            Trigger::ResponseAddress(net) => Some((net, action)),
            Trigger::Name { .. } | Trigger::Other(_) => None,
        });
        Addresses::new(nets.collect())
    }

    pub(crate) fn soa(&self) -> &Soa {
        &self.soa
    }

    pub(crate) fn records(&self) -> &Records {
        &self.records
    }
}
