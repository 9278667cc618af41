//! What a row of a table we know says: how far the things in it got and when, who sent them, and which cells name
//! something outright.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, Row, types::ValueRef};
use vauban_intake::{Budget, Problem};
use vauban_model::{Observable, ObservableKind};

use super::schemas::{Clock, SCHEMAS, Schema, Sender, States, Time};
use crate::{
    Context,
    epoch::{FROM_1601, FROM_2001},
    member::file_name,
    path,
};

/// More rows than this of another table are not kept in memory: a hostile one must not fill it.
const MAX_JOINED: usize = 500_000;
/// A longer name of a sender is none.
const LONGEST_SENDER: usize = 256;
/// A longer cell names nothing.
const LONGEST_STATED: usize = 4096;

/// Seconds since 2001 that no clock shows: what is more are nanoseconds.
const SECONDS_END: f64 = 1e12;

/// Tells what each row of one table says.
pub(super) struct Meaning {
    schema: &'static Schema,
    /// The column that holds the time, or the key into `times`.
    time: Option<usize>,
    times: Option<HashMap<i64, f64>>,
    incoming: Option<(usize, i64)>,
    senders: Option<(usize, HashMap<i64, String>)>,
    states: Vec<(usize, States, Option<usize>)>,
    never_files: Vec<usize>,
}

impl Meaning {
    /// For `table` with these columns; `None` when it is no table of a program we know.
    pub(super) fn of(
        connection: &Connection,
        table: &str,
        columns: &[String],
        budget: &Budget,
    ) -> Result<Option<Self>, Problem> {
        let position = |wanted: &str| columns.iter().position(|column| column.eq_ignore_ascii_case(wanted));
        let known = SCHEMAS.iter().filter(|schema| schema.table.eq_ignore_ascii_case(table));
        let Some(schema) = known.into_iter().find(|schema| needed(schema).all(|column| position(column).is_some()))
        else {
            return Ok(None);
        };
        let (time, times) = match schema.time {
            Time::None => (None, None),
            Time::Column(column) => (position(column), None),
            Time::Joined { query, key } => (position(key), Some(joined(connection, query, budget, number)?)),
        };
        let senders = match schema.sender {
            Some(Sender { query, key }) => position(key).zip(Some(joined(connection, query, budget, sender)?)),
            None => None,
        };
        let states = schema.states.iter().filter_map(|(column, states)| {
            let beside = match states {
                States::BackupPath { domain } => position(domain),
                _ => None,
            };
            Some((position(column)?, *states, beside))
        });
        Ok(Some(Self {
            schema,
            time,
            times,
            incoming: schema.incoming.and_then(|(column, value)| Some((position(column)?, value))),
            senders,
            states: states.collect(),
            never_files: schema.never_files.iter().filter_map(|column| position(column)).collect(),
        }))
    }

    /// What this row says of everything in it. What went out says when, but not that anything came in.
    pub(super) fn context(&self, row: &Row<'_>) -> Context {
        let at = self.time(row).filter(|time| *time > 0.0);
        if at.is_none() && self.schema.only_with_time {
            return Context::default();
        }
        let came_in = self
            .incoming
            .is_none_or(|(column, value)| cell(row, column).and_then(number).is_some_and(|is| is == value as f64));
        Context {
            exposure: came_in.then_some(self.schema.exposure),
            at: at.and_then(|time| self.schema.clock.timestamp(time)),
        }
    }

    fn time(&self, row: &Row<'_>) -> Option<f64> {
        let value = cell(row, self.time?).and_then(number)?;
        match &self.times {
            Some(times) => times.get(&(value as i64)).copied(),
            None => Some(value),
        }
    }

    /// Who wrote the row's message, or to whom it was written.
    pub(super) fn sender(&self, row: &Row<'_>) -> Option<&str> {
        let (column, senders) = self.senders.as_ref()?;
        let key = cell(row, *column).and_then(number)?;
        senders.get(&(key as i64)).map(String::as_str)
    }

    /// Whether a value of this column can be an item of its own.
    pub(super) fn can_be_file(&self, column: usize) -> bool {
        !self.never_files.contains(&column)
    }

    /// What the row's cells name outright.
    pub(super) fn stated(&self, row: &Row<'_>) -> Vec<Observable> {
        let mut all = Vec::new();
        for (column, states, beside) in &self.states {
            let Some(value) = cell(row, *column).and_then(text) else { continue };
            match states {
                States::One(kind) => all.push(Observable::new(*kind, value)),
                States::Process => {
                    let (process, application) = value.split_once('/').unwrap_or((value, ""));
                    all.push(Observable::new(ObservableKind::ProcessName, process));
                    if !application.is_empty() {
                        all.push(Observable::new(ObservableKind::AppId, application));
                    }
                }
                States::Client if !value.starts_with('/') => all.push(Observable::new(ObservableKind::AppId, value)),
                States::Client => {
                    all.push(Observable::new(ObservableKind::ProcessName, file_name(value)));
                    all.extend(path::stated(value));
                }
                States::Path => all.extend(path::stated(value)),
                States::BackupPath { .. } => {
                    let domain = beside.and_then(|column| cell(row, column)).and_then(text).unwrap_or_default();
                    all.extend(path::stated(&path::in_backup(domain, value)));
                    all.extend(path::app_of_domain(domain).map(|app| Observable::new(ObservableKind::AppId, app)));
                }
            }
        }
        all.retain(|observable| !observable.value.is_empty());
        all
    }
}

/// All columns that a table of this schema has.
fn needed(schema: &Schema) -> impl Iterator<Item = &'static str> {
    let time = match schema.time {
        Time::None => None,
        Time::Column(column) | Time::Joined { key: column, .. } => Some(column),
    };
    let stated = schema.states.iter().map(|(column, _)| *column);
    let incoming = schema.incoming.map(|(column, _)| column);
    schema.witnesses.iter().copied().chain(time).chain(incoming).chain(stated)
}

impl Clock {
    /// The point in time, if it is one that can be written down.
    fn timestamp(self, value: f64) -> Option<Timestamp> {
        // A float holds microseconds since 1601 to within two of them, which is enough for a visit.
        let (seconds, from_1970) = match self {
            Self::Chromium => (value / 1e6, -FROM_1601),
            Self::Firefox => (value / 1e6, 0),
            Self::Apple if value >= SECONDS_END => (value / 1e9, FROM_2001),
            Self::Apple => (value, FROM_2001),
            Self::Seconds => (value, 0),
            Self::Milliseconds => (value / 1e3, 0),
        };
        Timestamp::from_second((seconds as i64).saturating_add(from_1970)).ok()
    }
}

fn joined<T>(
    connection: &Connection,
    query: &str,
    budget: &Budget,
    value: fn(ValueRef<'_>) -> Option<T>,
) -> Result<HashMap<i64, T>, Problem> {
    let mut found = HashMap::new();
    // The other table may be missing or broken; then its rows say nothing, and nothing more is lost.
    let Ok(mut statement) = connection.prepare(query) else { return Ok(found) };
    let Ok(mut rows) = statement.query([]) else { return Ok(found) };
    while let Ok(Some(row)) = rows.next() {
        budget.check_time()?;
        let key = row.get_ref(0).ok().and_then(number);
        let value = row.get_ref(1).ok().and_then(value);
        if let (Some(key), Some(value)) = (key, value) {
            found.insert(key as i64, value);
        }
        if found.len() >= MAX_JOINED {
            break;
        }
    }
    Ok(found)
}

/// The value of a column; the first column of each statement is the row's number.
fn cell<'r>(row: &'r Row<'_>, column: usize) -> Option<ValueRef<'r>> {
    row.get_ref(column.checked_add(1)?).ok()
}

fn number(value: ValueRef<'_>) -> Option<f64> {
    match value {
        ValueRef::Integer(integer) => Some(integer as f64),
        ValueRef::Real(real) => Some(real),
        _ => None,
    }
}

fn text(value: ValueRef<'_>) -> Option<&str> {
    match value {
        ValueRef::Text(text) => std::str::from_utf8(text).ok().filter(|text| text.len() <= LONGEST_STATED),
        _ => None,
    }
}

fn sender(value: ValueRef<'_>) -> Option<String> {
    text(value).filter(|name| !name.is_empty() && name.len() <= LONGEST_SENDER).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clocks_agree_on_one_instant() {
        let instant = Timestamp::from_second(1_458_381_600).unwrap();
        assert_eq!(Clock::Firefox.timestamp(1_458_381_600e6), Some(instant));
        assert_eq!(Clock::Chromium.timestamp((1_458_381_600.0 + 11_644_473_600.0) * 1e6), Some(instant));
        assert_eq!(Clock::Apple.timestamp(1_458_381_600.0 - 978_307_200.0), Some(instant));
        assert_eq!(Clock::Apple.timestamp((1_458_381_600.0 - 978_307_200.0) * 1e9), Some(instant));
        assert_eq!(Clock::Seconds.timestamp(1_458_381_600.0), Some(instant));
        assert_eq!(Clock::Milliseconds.timestamp(1_458_381_600e3), Some(instant));
        assert_eq!(Clock::Apple.timestamp(f64::MAX), None);
    }
}
