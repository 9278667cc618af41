//! What may leave in a stream now: one question, in which every rule stands.

use jiff::Timestamp;

use super::{DeskObject, DeskStore, objects};
use crate::store::{ObjectId, PartyId, StoreError, StreamId, engine::values};

/// What a stream's next release may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Releasable {
    /// The object; its tier is blind or open.
    pub object: DeskObject,
}

/// The newest version that is granted. Never RED; AMBER+STRICT only where one organisation reads; nothing that has ended; nothing held.
/// Nothing of an object that was withdrawn. Where the newest of all versions has ended, so has the object.
const RULES: &str = "g.object = o.id AND o.state = 2 AND o.tier > 0
    AND o.tlp <= CASE s.is_for_one WHEN 1 THEN 3 ELSE 2 END AND o.expires > $2
    AND NOT EXISTS (SELECT 1 FROM object n WHERE n.id = o.id AND n.version > o.version AND n.state = 2)
    AND NOT EXISTS (SELECT 1 FROM object n WHERE n.id = o.id AND n.newest = 1 AND n.expires <= $2)";

impl DeskStore {
    /// What may leave in a stream at a time, by id after one, up to so many.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn releasable(
        &self,
        stream: StreamId,
        now: Timestamp,
        after: Option<&ObjectId>,
        most: u64,
    ) -> Result<Vec<Releasable>, StoreError> {
        let sql = format!(
            "SELECT {} FROM stream s JOIN granted g ON g.stream = s.id JOIN object o ON {RULES}
             WHERE s.id = $1 AND g.object > $3 ORDER BY g.object LIMIT $4",
            objects::COLUMNS
        );
        let after = after.map_or("", ObjectId::as_str);
        let rows = self.read().await?.rows(&sql, values![stream, now.as_microsecond(), after, most]).await?;
        rows.into_iter().map(|row| Ok(Releasable { object: objects::object(row)? })).collect()
    }

    /// What a party would see of all its streams: each stream with what may leave in it. A preview before anything is published.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn preview(
        &self,
        party: PartyId,
        now: Timestamp,
        most: u64,
    ) -> Result<Vec<(StreamId, Vec<Releasable>)>, StoreError> {
        let sql = "SELECT stream FROM membership WHERE party = $1 ORDER BY stream";
        let mut preview = Vec::new();
        for mut row in self.read().await?.rows(sql, values![party]).await? {
            let stream = row.take()?;
            preview.push((stream, self.releasable(stream, now, None, most).await?));
        }
        Ok(preview)
    }
}
