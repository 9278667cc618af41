//! What has ended goes for good: from the tables, and from the file, because deleted pages are overwritten.

use jiff::Timestamp;

use super::FrontStore;
use crate::store::{StoreError, engine::values};
use vauban_release::{MOST_WEEKS, Week};

impl FrontStore {
    /// Deletes objects that have ended, the files of all but the last `releases` of each stream, budgets of slots before `slot`, and
    /// what parties sent before `sent_before` once the desk has it. Counts that the desk has go when no others could come in their place.
    /// Manifests and receipts stay: they are the chain and the proof.
    ///
    /// # Errors
    /// What fails in the database; then nothing of it was deleted.
    pub async fn forget(
        &self,
        now: Timestamp,
        releases: u64,
        slot: i64,
        sent_before: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut session = self.write().await?;
        let mut gone = session.run("DELETE FROM entry WHERE expires <= $1", values![now.as_microsecond()]).await?;
        let parts =
            "DELETE FROM part WHERE number <= (SELECT s.head_number FROM stream s WHERE s.id = part.stream) - $1";
        gone += session.run(parts, values![releases]).await?;
        gone += session.run("DELETE FROM budget WHERE slot < $1", values![slot]).await?;
        let sent = "DELETE FROM submission WHERE body IS NULL AND received < $1";
        gone += session.run(sent, values![sent_before.as_microsecond()]).await?;
        // A week has four digits and two: text is ordered as weeks are.
        let counts = "DELETE FROM counts WHERE bytes IS NULL AND week < $1";
        gone += session.run(counts, values![oldest(now).to_string()]).await?;
        session.commit().await?;
        Ok(gone)
    }
}

/// The oldest week of which counts are taken.
fn oldest(now: Timestamp) -> Week {
    (0..MOST_WEEKS).fold(Week::of(now), |week, _| week.before())
}
