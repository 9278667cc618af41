//! The records of a transfer, one after the other: a whole zone, or differences to the one that is kept.

use std::sync::Arc;

use domain::{
    base::{ParsedRecord, Rtype, Ttl, iana::Class, rdata::ComposeRecordData as _},
    dep::octseq::Octets,
    rdata::{self, AllRecordData},
};

use super::error::TransferError;
use crate::{
    name::ZoneName,
    zone::{Changes, Full, Pile, Record, Soa, Zone, is_newer},
};

/// What a transfer comes to.
pub(super) enum Taken {
    Nothing,
    Whole(Zone),
    Differences { zone: Zone, added: usize, deleted: usize },
}

/// What was taken so far.
pub(super) struct Taking {
    zone: ZoneName,
    kept: Option<Arc<Zone>>,
    state: State,
    /// The zone's own start, which came first.
    soa: Option<Soa>,
    pile: Pile,
    changes: Changes,
    /// Whether what came are differences.
    differs: bool,
    most: (usize, usize),
    taken: usize,
    path: Vec<u8>,
    data: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing came.
    Start,
    /// The start of the zone came.
    First,
    /// Records of a whole zone.
    Whole,
    /// Records that went, from this serial on.
    Deleting,
    /// Records that came, up to this serial.
    Adding(u32),
    /// The end of it.
    Done,
    /// The zone that is kept is the server's.
    Current,
}

impl Taking {
    pub(super) fn new(zone: &ZoneName, kept: Option<Arc<Zone>>, most_records: usize, most_bytes: usize) -> Self {
        Self {
            zone: zone.clone(),
            kept,
            state: State::Start,
            soa: None,
            pile: Pile::new(most_records, most_bytes),
            changes: Changes::default(),
            differs: false,
            most: (most_records, most_bytes),
            taken: 0,
            path: Vec::new(),
            data: Vec::new(),
        }
    }

    pub(super) fn is_done(&self) -> bool {
        matches!(self.state, State::Done | State::Current)
    }

    /// Takes a record of the answer.
    pub(super) fn take<Octs: Octets + ?Sized>(&mut self, record: &ParsedRecord<'_, Octs>) -> Result<(), TransferError> {
        if self.is_done() {
            return Err(TransferError::BehindTheEnd);
        }
        self.taken += 1;
        if self.taken > self.most.0.saturating_mul(2) {
            return Err(TransferError::TooManyRecords(self.most.0));
        }
        if record.class() != Class::IN || !self.zone.path_of(&record.owner(), &mut self.path) {
            return Err(TransferError::Outside);
        }
        if record.rtype() == Rtype::SOA {
            if !self.path.is_empty() {
                return Err(TransferError::Outside);
            }
            let parsed = record.to_record::<rdata::Soa<_>>().map_err(|_| TransferError::Unreadable)?;
            let soa = parsed.map(|soa| Soa::of(soa.data(), soa.ttl())).ok_or(TransferError::Unreadable)?;
            return self.take_soa(soa);
        }
        self.read_data(record)?;
        self.take_record(record.rtype().to_int(), record.ttl())
    }

    fn read_data<Octs: Octets + ?Sized>(&mut self, record: &ParsedRecord<'_, Octs>) -> Result<(), TransferError> {
        let parsed = record.to_any_record::<AllRecordData<_, _>>().map_err(|_| TransferError::Unreadable)?;
        if matches!(parsed.data(), AllRecordData::Opt(_) | AllRecordData::Tsig(_)) {
            return Err(TransferError::Unreadable);
        }
        self.data.clear();
        let Ok(()) = parsed.data().compose_canonical_rdata(&mut self.data);
        Ok(())
    }

    fn take_soa(&mut self, soa: Soa) -> Result<(), TransferError> {
        let Some(first) = &self.soa else { return self.take_first(soa) };
        self.state = match self.state {
            // Two in a row, and something is kept: differences. Else the zone is empty.
            State::First if self.kept.as_ref().is_some_and(|kept| soa.serial == kept.serial()) => {
                self.differs = true;
                State::Deleting
            }
            State::First | State::Whole if *first == soa => State::Done,
            State::First | State::Whole => return Err(TransferError::Changed),
            State::Deleting => State::Adding(soa.serial),
            State::Adding(serial) if serial == first.serial => {
                if soa != *first {
                    return Err(TransferError::Changed);
                }
                State::Done
            }
            State::Adding(serial) if serial == soa.serial => State::Deleting,
            State::Adding(_) => return Err(TransferError::DoesNotFit),
            State::Start | State::Done | State::Current => return Err(TransferError::BehindTheEnd),
        };
        Ok(())
    }

    fn take_first(&mut self, soa: Soa) -> Result<(), TransferError> {
        self.state = State::First;
        if let Some(kept) = &self.kept {
            let (kept, offered) = (kept.serial(), soa.serial);
            if kept == offered {
                self.state = State::Current;
            } else if !is_newer(offered, kept) {
                return Err(TransferError::Older { kept, offered });
            }
        }
        self.soa = Some(soa);
        Ok(())
    }

    fn take_record(&mut self, rtype: u16, ttl: Ttl) -> Result<(), TransferError> {
        let record = Record { path: &self.path, rtype, data: &self.data, ttl: ttl.as_secs() };
        match self.state {
            State::First | State::Whole => {
                self.state = State::Whole;
                self.pile.push(&record).map_err(|full| match full {
                    Full::Records => TransferError::TooManyRecords(self.most.0),
                    Full::Bytes => TransferError::TooManyBytes(self.most.1),
                })
            }
            State::Deleting | State::Adding(_) => {
                let adds = self.state != State::Deleting;
                let fits = if adds { self.changes.add(&record) } else { self.changes.delete(&record) };
                // Differences cost more memory than records; past that, the whole zone is cheaper.
                if !fits || self.changes.len() > self.most.0 / 8 {
                    return Err(TransferError::DoesNotFit);
                }
                Ok(())
            }
            State::Start => Err(TransferError::NoAnswer("it does not begin with the zone's start")),
            State::Done | State::Current => Err(TransferError::BehindTheEnd),
        }
    }

    pub(super) fn finish(self) -> Result<Taken, TransferError> {
        let Some(soa) = self.soa.filter(|_| matches!(self.state, State::Done | State::Current)) else {
            return Err(TransferError::CutShort);
        };
        if self.state == State::Current {
            return Ok(Taken::Nothing);
        }
        match self.kept.filter(|_| self.differs) {
            Some(kept) => {
                let records = self.changes.apply(kept.records()).ok_or(TransferError::DoesNotFit)?;
                let (added, deleted) = self.changes.counts();
                Ok(Taken::Differences { zone: Zone::new(self.zone, soa, records), added, deleted })
            }
            None => Ok(Taken::Whole(Zone::new(self.zone, soa, self.pile.into_records()))),
        }
    }
}
