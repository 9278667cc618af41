//! What is kept between two requests of a browser: by the hash of a name, for minutes, good once, so many of each client.

use jiff::{SignedDuration, Timestamp};
use rand::{CryptoRng, RngCore};
use rusqlite::{Connection, OptionalExtension as _, Transaction};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Client, ClientId, OidcError, Provider, Refusal, Secret,
    rules::REQUESTS,
    store::{after, millis, moment},
};

/// For what it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Its client pushed it.
    Pushed,
    /// Somebody has to sign in.
    Waiting,
    /// Somebody has to say that they want to sign out.
    Logout,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Pushed => "pushed",
            Self::Waiting => "waiting",
            Self::Logout => "logout",
        }
    }
}

/// What was kept.
#[derive(Debug)]
pub(crate) struct Row<T> {
    pub(crate) client: Option<ClientId>,
    pub(crate) body: T,
    pub(crate) made: Timestamp,
}

impl Provider {
    /// Keeps something, and gives it a name.
    pub(crate) fn keep<T: Serialize, R: RngCore + CryptoRng>(
        &self,
        kind: Kind,
        client: Option<&Client>,
        body: &T,
        (now, lasting): (Timestamp, SignedDuration),
        rng: &mut R,
    ) -> Result<Secret, OidcError> {
        let (secret, body) = (Secret::random(rng), serde_json::to_string(body)?);
        let client = client.map(|client| &client.known.id);
        self.store().change(|sql| {
            make_room(sql, client, now)?;
            sql.prepare_cached(
                "INSERT INTO requests (hash, client, kind, body, made, ends) VALUES (?, ?, ?, ?, ?, ?)",
            )?
            .execute((secret.hash(), client, kind.word(), body, millis(now), after(now, lasting)))?;
            Ok(())
        })?;
        Ok(secret)
    }

    /// What has a name. It stays.
    pub(crate) fn kept<T: DeserializeOwned>(
        &self,
        kind: Kind,
        secret: &Secret,
        now: Timestamp,
    ) -> Result<Option<Row<T>>, OidcError> {
        let query = "SELECT client, body, made FROM requests WHERE hash = ? AND kind = ? AND ends > ?";
        let found = self.store().read(|sql| named(sql, query, kind, secret, now))?;
        found.map(read).transpose()
    }

    /// What has a name, which it has no more.
    pub(crate) fn take<T: DeserializeOwned>(
        &self,
        kind: Kind,
        secret: &Secret,
        now: Timestamp,
    ) -> Result<Option<Row<T>>, OidcError> {
        let query = "DELETE FROM requests WHERE hash = ? AND kind = ? AND ends > ? RETURNING client, body, made";
        let found = self.store().change(|sql| named(sql, query, kind, secret, now))?;
        found.map(read).transpose()
    }
}

/// Whose a row is, what is in it, and when it was made.
type Kept = (Option<ClientId>, String, i64);

/// The row of this name, as long as it is good.
fn named(
    sql: &Connection,
    query: &str,
    kind: Kind,
    secret: &Secret,
    now: Timestamp,
) -> Result<Option<Kept>, OidcError> {
    let name = (secret.hash(), kind.word(), millis(now));
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    Ok(sql.prepare_cached(query)?.query_row(name, read).optional()?)
}

fn read<T: DeserializeOwned>((client, body, made): Kept) -> Result<Row<T>, OidcError> {
    Ok(Row { client, body: serde_json::from_str(&body)?, made: moment(made)? })
}

/// Of too many of one client, the oldest makes room: nobody who floods us keeps others from signing in.
fn make_room(sql: &Transaction<'_>, client: Option<&ClientId>, now: Timestamp) -> Result<(), OidcError> {
    sql.prepare_cached("DELETE FROM requests WHERE ends <= ?")?.execute([millis(now)])?;
    let count = sql
        .prepare_cached("SELECT count(*) FROM requests WHERE client IS ?")?
        .query_row([client], |row| row.get::<_, i64>(0))?;
    if count >= REQUESTS {
        let oldest =
            "DELETE FROM requests WHERE hash = (SELECT hash FROM requests WHERE client IS ? ORDER BY made LIMIT 1)";
        if sql.prepare_cached(oldest)?.execute([client])? == 0 {
            return Err(Refusal::TooMany.into());
        }
    }
    Ok(())
}
