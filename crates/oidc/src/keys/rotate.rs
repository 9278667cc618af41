//! Which key signs when: the next one is published a day before it signs, the last one is kept until nothing that it signed is of use.

use jiff::Timestamp;
use jsonwebtoken::jwk::Jwk;
use rand::{CryptoRng, RngCore};
use rusqlite::{Connection, Transaction, params};

use super::MadeKey;
use crate::{
    Algorithm, OidcError, Provider,
    rules::{KEPT, PUBLISHED, SIGNS},
    store::{after, before, millis},
};

impl Provider {
    /// Publishes a key. The first of its algorithm signs at once; a later one when clients have had a day to see it, and the one
    /// before stops then.
    ///
    /// # Errors
    /// When the file refuses.
    pub fn publish_key<R: RngCore + CryptoRng>(
        &self,
        key: &MadeKey,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<(), OidcError> {
        let sealed = self.sealing().seal(&key.kid, &key.private, rng)?;
        let public = serde_json::to_string(&key.public)?;
        self.store().change(|sql| {
            let begins = if signs(sql, key.algorithm, millis(now))? { after(now, PUBLISHED) } else { millis(now) };
            let kept = i64::try_from(KEPT.as_millis()).unwrap_or_default();
            sql.execute(
                "UPDATE keys SET signs_until = ?1, kept_until = ?1 + ?2 WHERE algorithm = ?3 AND signs_until > ?1",
                params![begins, kept, key.algorithm.word()],
            )?;
            let ends = begins.saturating_add(i64::try_from(SIGNS.as_millis()).unwrap_or_default());
            sql.execute(
                "INSERT INTO keys (kid, algorithm, public, sealed, signs_from, signs_until, kept_until) VALUES (?, ?, ?, ?, ?, ?, ?)",
                params![key.kid, key.algorithm.word(), public, sealed, begins, ends, ends.saturating_add(kept)],
            )?;
            Ok(())
        })
    }

    /// Algorithms that need a new key now: those without one that signs, and those without one that will sign in a day. A key whose time is further off
    /// was made while the clock was ahead, and is no key yet.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn keys_needed(&self, now: Timestamp) -> Result<Vec<Algorithm>, OidcError> {
        self.store().read(|sql| {
            let mut needed = Vec::new();
            for algorithm in Algorithm::ALL {
                if !signs(sql, algorithm, millis(now))? || !signs(sql, algorithm, after(now, PUBLISHED))? {
                    needed.push(algorithm);
                }
            }
            Ok(needed)
        })
    }

    /// The public keys, those to come and those that signed what may still be shown (RFC 7517, section 5).
    pub(crate) fn public_keys(&self, now: Timestamp) -> Result<Vec<Jwk>, OidcError> {
        self.store().read(|sql| {
            let mut query =
                sql.prepare_cached("SELECT public FROM keys WHERE kept_until > ? ORDER BY signs_from DESC, kid")?;
            let keys: Vec<String> = query.query_map([millis(now)], |row| row.get(0))?.collect::<Result<_, _>>()?;
            keys.iter().map(|key| Ok(serde_json::from_str(key)?)).collect()
        })
    }
}

/// Forgets keys that signed nothing that is still of use. One goes only when the next one has signed for as long: when the clock jumps ahead and back,
/// what signed before signs on.
pub(crate) fn forget(sql: &Transaction<'_>, now: Timestamp) -> Result<(), OidcError> {
    sql.execute(
        "DELETE FROM keys WHERE kept_until <= ?1 AND EXISTS \
         (SELECT 1 FROM keys next WHERE next.algorithm = keys.algorithm AND next.signs_from > keys.signs_from AND next.signs_from <= ?2)",
        [millis(now), before(now, KEPT)],
    )?;
    Ok(())
}

/// Whether there is a key that signs at this time.
fn signs(sql: &Connection, algorithm: Algorithm, at: i64) -> Result<bool, OidcError> {
    let query = "SELECT count(*) FROM keys WHERE algorithm = ?1 AND signs_from <= ?2 AND signs_until > ?2";
    Ok(sql.prepare_cached(query)?.query_row((algorithm.word(), at), |row| row.get::<_, i64>(0))? > 0)
}
