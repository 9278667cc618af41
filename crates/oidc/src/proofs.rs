//! What is good once: identifiers of proofs and assertions, remembered until they are too old to be taken anyway.

use jiff::Timestamp;
use rusqlite::Transaction;

use crate::{OidcError, Refusal, rules::PROOFS, secret::Hash, store::millis};

/// Remembers an identifier until a second of time. Whether it is new.
///
/// # Errors
/// When one client had us remember too many.
pub(crate) fn remember(
    sql: &Transaction<'_>,
    whose: &str,
    text: &str,
    until: i64,
    now: Timestamp,
) -> Result<bool, OidcError> {
    sql.prepare_cached("DELETE FROM proofs WHERE ends <= ?")?.execute([millis(now)])?;
    let mut query = sql.prepare_cached("SELECT count(*) FROM proofs WHERE whose = ?")?;
    if query.query_row([whose], |row| row.get::<_, i64>(0))? >= PROOFS {
        return Err(Refusal::TooMany.into());
    }
    let hash = Hash::of(format!("{whose}\n{text}").as_bytes());
    let mut insert =
        sql.prepare_cached("INSERT INTO proofs (hash, whose, ends) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")?;
    Ok(insert.execute((hash, whose, until.saturating_mul(1_000)))? == 1)
}
