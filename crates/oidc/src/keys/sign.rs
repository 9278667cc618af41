//! Claims are signed with the key whose time it is, opened for this one signature.

use jiff::Timestamp;
use jsonwebtoken::Header;
use rusqlite::{OptionalExtension as _, Row};
use serde::Serialize;

use super::make::{encoding, jose};
use crate::{Algorithm, OidcError, Provider, store::millis};

impl Provider {
    /// Signs claims with the key whose time it is.
    pub(crate) fn signed<T: Serialize>(
        &self,
        algorithm: Algorithm,
        kind: &str,
        claims: &T,
        now: Timestamp,
    ) -> Result<String, OidcError> {
        let query = "SELECT kid, sealed FROM keys WHERE algorithm = ?1 AND signs_from <= ?2 AND signs_until > ?2 ORDER BY signs_from DESC LIMIT 1";
        let read = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?));
        let row = (algorithm.word(), millis(now));
        let found = self.store().read(|sql| Ok(sql.prepare_cached(query)?.query_row(row, read).optional()?))?;
        let (kid, sealed) = found.ok_or(OidcError::NoKey)?;
        let private = self.sealing().open(&kid, &sealed)?;
        let header = Header { typ: Some(kind.to_owned()), kid: Some(kid), ..Header::new(jose(algorithm)) };
        jsonwebtoken::encode(&header, claims, &encoding(algorithm, &private))
            .map_err(|error| OidcError::Unsigned(error.to_string()))
    }
}
