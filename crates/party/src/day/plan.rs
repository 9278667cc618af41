//! What the accepted releases say of blind look-ups: with which key, how many, when. They must agree.

use jiff::SignedDuration;
use vauban_blind::{BatchSize, Pin, Slots, Table};
use vauban_release::{LogHead, StreamId};

use super::{AttackError, DayError};
use crate::{Current, Stream};

/// What is asked, with which key, and when.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) pin: Pin,
    pub(super) size: BatchSize,
    pub(super) slots: Slots,
}

/// The plan of the newest epoch; none where no stream has a blind tier.
pub(super) fn plan(streams: &[Stream]) -> Result<Option<Plan>, DayError> {
    let mut newest: Option<(&Current, Pin)> = None;
    let mut logs: Vec<LogHead> = Vec::new();
    for stream in streams {
        let Some(current) = stream.current() else { continue };
        let Some(pin) = current.pin() else { continue };
        // A contradiction of one stream is the hub's: no more look-ups for any.
        if stream.stopped()?.is_some() {
            return Ok(None);
        }
        logs.extend(current.chain().log());
        match newest {
            Some((_, known)) if known.epoch == pin.epoch && known.key != pin.key => {
                return Err(AttackError::TwoKeys.into());
            }
            Some((_, known)) if known.epoch >= pin.epoch => {}
            _ => newest = Some((current, pin)),
        }
    }
    let is_two = |one: &LogHead| logs.iter().any(|other| other.keys == one.keys && other.digest != one.digest);
    if logs.iter().any(is_two) {
        return Err(AttackError::TwoKeys.into());
    }
    newest.map(|(current, pin)| of(current, pin)).transpose().map(Option::flatten)
}

fn of(current: &Current, pin: Pin) -> Result<Option<Plan>, DayError> {
    let Some(blind) = &current.signed().manifest().blind else { return Ok(None) };
    let wrong = DayError::Size { batch: blind.batch, slots: blind.slots };
    let size = u16::try_from(blind.batch).ok().and_then(BatchSize::new);
    let slots = Slots::new(SignedDuration::from_hours(24), blind.slots).ok();
    match (size, slots) {
        (Some(size), Some(slots)) => Ok(Some(Plan { pin, size, slots })),
        _ => Err(wrong),
    }
}

/// Tables that are ready to be looked into, and whose they are.
pub(super) type Tables = Vec<(StreamId, Table<Vec<u8>>)>;

/// The tables of that key: where outputs can be looked for.
pub(super) fn tables(streams: &[Stream], pin: Pin) -> Result<Tables, DayError> {
    let mut tables = Vec::new();
    for stream in streams {
        let Some(current) = stream.current().filter(|current| current.pin() == Some(pin)) else { continue };
        if let Some(table) = current.table()? {
            tables.push((stream.id(), table));
        }
    }
    Ok(tables)
}
