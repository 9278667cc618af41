//! What the tables of known browsers say about when a place was visited.
//!
//! Facts about their schemas only: table and column names and the epoch of their clocks. A table of another
//! program with the same names and columns is taken for a browser's, which errs on the side of saying more.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, Row, types::ValueRef};
use vauban_intake::{Budget, Problem};
use vauban_model::Exposure;

use crate::Context;

/// More visits than this are not kept in memory: a hostile table must not fill it.
const MAX_JOINED: usize = 500_000;

/// Seconds between 1601-01-01 (the epoch of Chromium's clock) and 1970-01-01.
const FROM_1601: i64 = 11_644_473_600;
/// Seconds between 1970-01-01 and 2001-01-01 (the epoch of Apple's clock).
const FROM_2001: i64 = 978_307_200;

/// How a browser writes a point in time.
#[derive(Debug, Clone, Copy)]
enum Clock {
    /// Microseconds since 1601.
    Chromium,
    /// Microseconds since 1970.
    Firefox,
    /// Seconds since 2001, whole or with a fraction.
    Safari,
}

/// A table whose rows say that a place was contacted.
struct Known {
    table: &'static str,
    /// A column that must be there for the table to be the one we mean.
    witness: &'static str,
    time: Time,
    clock: Clock,
}

/// Where the time of a row stands.
enum Time {
    /// In a column of its own.
    Column(&'static str),
    /// In another table: `query` yields pairs of key and time, `key` is our column that points there.
    Joined { query: &'static str, key: &'static str },
}

const KNOWN: &[Known] = &[
    Known { table: "urls", witness: "url", time: Time::Column("last_visit_time"), clock: Clock::Chromium },
    Known { table: "downloads", witness: "target_path", time: Time::Column("start_time"), clock: Clock::Chromium },
    Known {
        table: "downloads_url_chains",
        witness: "url",
        time: Time::Joined { query: "SELECT id, start_time FROM downloads", key: "id" },
        clock: Clock::Chromium,
    },
    Known { table: "cookies", witness: "host_key", time: Time::Column("last_access_utc"), clock: Clock::Chromium },
    Known { table: "moz_places", witness: "url", time: Time::Column("last_visit_date"), clock: Clock::Firefox },
    Known { table: "moz_downloads", witness: "source", time: Time::Column("startTime"), clock: Clock::Firefox },
    Known { table: "moz_cookies", witness: "host", time: Time::Column("lastAccessed"), clock: Clock::Firefox },
    Known {
        table: "history_items",
        witness: "url",
        time: Time::Joined {
            query: "SELECT history_item, max(visit_time) FROM history_visits GROUP BY history_item",
            key: "id",
        },
        clock: Clock::Safari,
    },
];

/// Tells the context of each row of one table.
pub(super) struct RowContext {
    clock: Clock,
    /// The column that holds the time, or the key into `joined`.
    column: usize,
    joined: Option<HashMap<i64, f64>>,
}

impl RowContext {
    /// For `table` with these columns; `None` when it is no table of a browser we know.
    pub(super) fn of(
        connection: &Connection,
        table: &str,
        columns: &[String],
        budget: &Budget,
    ) -> Result<Option<Self>, Problem> {
        let position = |wanted: &str| columns.iter().position(|column| column.eq_ignore_ascii_case(wanted));
        let known = KNOWN.iter().find(|known| {
            known.table.eq_ignore_ascii_case(table) && position(known.witness).is_some() && {
                let (Time::Column(column) | Time::Joined { key: column, .. }) = known.time;
                position(column).is_some()
            }
        });
        let Some(known) = known else { return Ok(None) };
        let (column, joined) = match known.time {
            Time::Column(column) => (position(column), None),
            Time::Joined { query, key } => (position(key), Some(pairs(connection, query, budget)?)),
        };
        Ok(column.map(|column| Self { clock: known.clock, column, joined }))
    }

    /// What this row says: contacted, and when. A place that was never visited (a bookmark) says nothing.
    pub(super) fn context(&self, row: &Row<'_>, first_column: usize) -> Context {
        let Some(value) = row.get_ref(self.column.saturating_add(first_column)).ok().and_then(number) else {
            return Context::default();
        };
        let time = match &self.joined {
            Some(joined) => joined.get(&(value as i64)).copied().unwrap_or(0.0),
            None => value,
        };
        if time <= 0.0 {
            return Context::default();
        }
        Context { exposure: Some(Exposure::Contacted), at: self.clock.timestamp(time) }
    }
}

impl Clock {
    /// The point in time, if it is one that can be written down.
    fn timestamp(self, value: f64) -> Option<Timestamp> {
        // A float holds microseconds since 1601 to within two of them, which is enough for a visit.
        let (seconds, from_1970) = match self {
            Self::Chromium => (value / 1e6, -FROM_1601),
            Self::Firefox => (value / 1e6, 0),
            Self::Safari => (value, FROM_2001),
        };
        Timestamp::from_second((seconds as i64).saturating_add(from_1970)).ok()
    }
}

fn pairs(connection: &Connection, query: &str, budget: &Budget) -> Result<HashMap<i64, f64>, Problem> {
    let mut found = HashMap::new();
    // The other table may be missing or broken; then the visits have no time, and nothing more is lost.
    let Ok(mut statement) = connection.prepare(query) else { return Ok(found) };
    let Ok(mut rows) = statement.query([]) else { return Ok(found) };
    while let Ok(Some(row)) = rows.next() {
        budget.check_time()?;
        let key = row.get_ref(0).ok().and_then(number);
        let time = row.get_ref(1).ok().and_then(number);
        if let (Some(key), Some(time)) = (key, time) {
            found.insert(key as i64, time);
        }
        if found.len() >= MAX_JOINED {
            break;
        }
    }
    Ok(found)
}

fn number(value: ValueRef<'_>) -> Option<f64> {
    match value {
        ValueRef::Integer(integer) => Some(integer as f64),
        ValueRef::Real(real) => Some(real),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_clocks_agree_on_one_instant() {
        let instant = Timestamp::from_second(1_458_381_600).unwrap();
        assert_eq!(Clock::Firefox.timestamp(1_458_381_600e6), Some(instant));
        assert_eq!(Clock::Chromium.timestamp((1_458_381_600.0 + 11_644_473_600.0) * 1e6), Some(instant));
        assert_eq!(Clock::Safari.timestamp(1_458_381_600.0 - 978_307_200.0), Some(instant));
        assert_eq!(Clock::Safari.timestamp(f64::MAX), None);
    }
}
