//! History as a whole: asked, merged, and cut to what is to be kept.

use std::ops::ControlFlow;

use rusqlite::{OptionalExtension as _, params};
use vauban_model::ObservableKind;

use super::{
    history::{Observation, contents, each, merge},
    store::{KnownStore, signed},
    values::Retention,
};
use crate::{RecordError, sqlite::error};

/// Segments up to this size are merged with others.
const SMALL: i64 = 16 << 20;

impl KnownStore {
    /// Calls back with every observable of the past that is `wanted`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn ask(
        &self,
        wanted: &mut dyn FnMut(ObservableKind, &str) -> bool,
        found: &mut dyn FnMut(Observation) -> ControlFlow<()>,
    ) -> Result<(), RecordError> {
        let mut query = self.connection.prepare("SELECT body FROM history ORDER BY id").map_err(error)?;
        let mut rows = query.query([]).map_err(error)?;
        while let Some(row) = rows.next().map_err(error)? {
            let body = row.get_ref(0).map_err(error)?;
            let body = body.as_blob().map_err(|why| RecordError::Damaged(why.to_string()))?;
            if each(body, wanted, found)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Merges small segments and drops what retention does not keep. To be called when a sweep ends.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn tidy(&mut self, retention: &Retention, now: i64) -> Result<(), RecordError> {
        self.commit()?;
        self.merge_small()?;
        let oldest = now.saturating_sub(signed(retention.most_days).saturating_mul(86_400));
        let rows = self.history_rows()?;
        let mut total: u64 = rows.iter().map(|(.., length)| length.unsigned_abs()).sum();
        let mut dropped = Vec::new();
        for (id, newest, length) in rows {
            if newest < oldest || total > retention.most_bytes {
                dropped.push(id);
                total = total.saturating_sub(length.unsigned_abs());
            }
        }
        if dropped.is_empty() {
            return Ok(());
        }
        self.begin()?;
        for id in dropped {
            let body = self.body(id)?;
            let mut forget =
                self.connection.prepare_cached("UPDATE contents SET in_history = 0 WHERE id = ?").map_err(error)?;
            for content in contents(&body)? {
                forget.execute([content]).map_err(error)?;
            }
            self.connection.execute("DELETE FROM history WHERE id = ?", [id]).map_err(error)?;
        }
        self.commit()
    }

    fn merge_small(&mut self) -> Result<(), RecordError> {
        let small: Vec<(i64, i64, i64)> =
            self.history_rows()?.into_iter().filter(|(.., length)| *length <= SMALL).collect();
        let mut batch: Vec<(i64, i64, i64)> = Vec::new();
        for row in small {
            let length: i64 = batch.iter().map(|(.., length)| length).sum();
            if length.saturating_add(row.2) > SMALL.saturating_mul(2) {
                self.replace(&batch)?;
                batch.clear();
            }
            batch.push(row);
        }
        self.replace(&batch)
    }

    fn replace(&mut self, batch: &[(i64, i64, i64)]) -> Result<(), RecordError> {
        if batch.len() < 2 {
            return Ok(());
        }
        let bodies = batch.iter().map(|(id, ..)| self.body(*id)).collect::<Result<Vec<_>, _>>()?;
        let (count, body) = merge(&bodies)?;
        drop(bodies);
        let newest = batch.iter().map(|(_, newest, _)| *newest).max().unwrap_or(0);
        self.begin()?;
        for (id, ..) in batch {
            self.connection.execute("DELETE FROM history WHERE id = ?", [id]).map_err(error)?;
        }
        self.insert_segment(newest, count, &body)?;
        self.commit()
    }

    fn body(&self, id: i64) -> Result<Vec<u8>, RecordError> {
        self.connection.query_row("SELECT body FROM history WHERE id = ?", [id], |row| row.get(0)).map_err(error)
    }

    /// Number, time and length of each segment, the oldest first.
    fn history_rows(&self) -> Result<Vec<(i64, i64, i64)>, RecordError> {
        let mut query = self
            .connection
            .prepare("SELECT id, newest, length(body) FROM history ORDER BY newest, id")
            .map_err(error)?;
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).map_err(error)?;
        rows.collect::<Result<_, _>>().map_err(error)
    }

    /// How many observables history holds (one that stands in several segments counts in each) and its bytes.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn history_size(&self) -> Result<(u64, u64), RecordError> {
        self.connection
            .query_row("SELECT coalesce(sum(observables), 0), coalesce(sum(length(body)), 0) FROM history", [], |row| {
                Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get::<_, i64>(1)?.unsigned_abs()))
            })
            .map_err(error)
    }

    /// Forgets all of history.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn forget_history(&mut self) -> Result<(), RecordError> {
        self.begin()?;
        self.connection.execute_batch("DELETE FROM history; UPDATE contents SET in_history = 0").map_err(error)?;
        self.commit()?;
        self.connection.execute_batch("VACUUM").map_err(error)
    }

    /// How much history is kept, as it was set.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn retention(&self) -> Result<Retention, RecordError> {
        let default = Retention::default();
        Ok(Retention {
            most_bytes: self.setting("most-bytes")?.unwrap_or(default.most_bytes),
            most_days: self.setting("most-days")?.unwrap_or(default.most_days),
        })
    }

    /// Sets how much history is kept.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn set_retention(&mut self, retention: &Retention) -> Result<(), RecordError> {
        for (name, value) in [("most-bytes", retention.most_bytes), ("most-days", retention.most_days)] {
            self.connection
                .execute("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", params![name, signed(value)])
                .map_err(error)?;
        }
        Ok(())
    }

    fn setting(&self, name: &str) -> Result<Option<u64>, RecordError> {
        self.connection
            .query_row("SELECT value FROM settings WHERE name = ?", [name], |row| row.get::<_, i64>(0))
            .optional()
            .map(|value| value.map(i64::unsigned_abs))
            .map_err(error)
    }
}
