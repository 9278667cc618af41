//! What administrators do with clients. Whoever calls has seen to it that it is an administrator who asks.

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::{Addresses, Authentication, Client, ClientId, NewClient};
use crate::{OidcError, Provider, Secret, rules::CLIENTS, secret::Hash, store::millis};

/// Addresses of a kind.
const ADDRESSES: usize = 16;

/// Why a client was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The name is taken.
    #[error("there is a client of this name")]
    Taken,
    /// There is no such client.
    #[error("there is no client of this name")]
    Unknown,
    /// There is nowhere to answer to, there are too many addresses, or a name is empty or too long.
    #[error("a client needs a name, a host and 1 to 16 addresses to answer to")]
    Incomplete,
    /// It has no secret.
    #[error("this client has no secret")]
    NoSecret,
    /// It does not sign in a secret's stead.
    #[error("this client has no keys")]
    NoKeys,
    /// It is told of logouts at an address that nothing can be posted to.
    #[error("a client is told of logouts at an https address")]
    NotWeb,
    /// It shows nothing of its own, so that the challenge is all that protects its codes.
    #[error("a client without a secret or a key always sends a challenge")]
    NeedsChallenge,
    /// More clients than are kept.
    #[error("there are too many clients")]
    TooMany,
    /// The file failed.
    #[error(transparent)]
    Failed(#[from] OidcError),
}

impl From<rusqlite::Error> for ClientError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// A client that was added, with its secret, which is told this once.
#[derive(Debug)]
pub struct Added {
    /// The client.
    pub client: Client,
    /// What it shows, where it shows a secret.
    pub secret: Option<Secret>,
}

impl Provider {
    /// Adds a client.
    ///
    /// # Errors
    /// When the name is taken, something needed is missing, or there are too many.
    pub fn add_client<R: RngCore + CryptoRng>(
        &self,
        new: NewClient,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Added, ClientError> {
        check(&new)?;
        let secret = (new.authentication == Authentication::Secret).then(|| Secret::random(rng));
        let client = Client { known: new, is_legacy: false };
        let body = serde_json::to_string(&client).map_err(OidcError::from)?;
        let added = self.store().change(|sql| {
            if sql.query_row("SELECT count(*) FROM clients", [], |row| row.get::<_, i64>(0))? >= CLIENTS {
                return Ok(Err(ClientError::TooMany));
            }
            let hash = secret.as_ref().map(Secret::hash);
            let added = sql.execute(
                "INSERT INTO clients (id, secret, body, added) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (&client.known.id, hash, body, millis(now)),
            )?;
            Ok(if added == 1 { Ok(()) } else { Err(ClientError::Taken) })
        });
        added??;
        Ok(Added { client, secret })
    }

    /// A client, if there is one of this name.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn known_client(&self, id: &ClientId) -> Result<Option<Client>, OidcError> {
        Ok(self.store().read(|sql| find(sql, id))?.map(|(client, _)| client))
    }

    /// All clients, by name.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn clients(&self) -> Result<Vec<Client>, OidcError> {
        self.store().read(|sql| {
            let mut query = sql.prepare_cached("SELECT body FROM clients ORDER BY id")?;
            let bodies: Vec<String> = query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
            bodies.iter().map(|body| Ok(serde_json::from_str(body)?)).collect()
        })
    }

    /// Removes a client. Whatever was granted to it is over.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn remove_client(&self, id: &ClientId) -> Result<(), ClientError> {
        let removed = self.store().change(|sql| Ok(sql.execute("DELETE FROM clients WHERE id = ?", [id])?))?;
        if removed == 1 { Ok(()) } else { Err(ClientError::Unknown) }
    }

    /// Gives a client another secret; the one before opens nothing from now on.
    ///
    /// # Errors
    /// When there is no such client, or it shows no secret.
    pub fn renew_secret<R: RngCore + CryptoRng>(&self, id: &ClientId, rng: &mut R) -> Result<Secret, ClientError> {
        let secret = Secret::random(rng);
        let query = "UPDATE clients SET secret = ? WHERE id = ? AND secret IS NOT NULL";
        let renewed = self.store().change(|sql| Ok(sql.execute(query, (secret.hash(), id))?))?;
        match renewed {
            1 => Ok(secret),
            _ if self.store().read(|sql| find(sql, id))?.is_some() => Err(ClientError::NoSecret),
            _ => Err(ClientError::Unknown),
        }
    }

    /// Gives a client that signs in a secret's stead other keys ([`Authentication::by_keys`]); those before are worth nothing from now on.
    ///
    /// # Errors
    /// When there is no such client, or it has no keys.
    pub fn renew_keys(&self, id: &ClientId, keys: Authentication) -> Result<Client, ClientError> {
        self.store().change(|sql| {
            let Some((mut client, _)) = find(sql, id)? else { return Ok(Err(ClientError::Unknown)) };
            match (&client.known.authentication, &keys) {
                (Authentication::Keys(_), Authentication::Keys(_)) => client.known.authentication = keys,
                _ => return Ok(Err(ClientError::NoKeys)),
            }
            sql.execute("UPDATE clients SET body = ? WHERE id = ?", (serde_json::to_string(&client)?, id))?;
            Ok(Ok(client))
        })?
    }

    /// Lets an old tool leave out the challenge of PKCE, or has it send one again.
    ///
    /// # Errors
    /// When there is no such client, or it has nothing else to show.
    pub fn set_legacy(&self, id: &ClientId, is_legacy: bool) -> Result<Client, ClientError> {
        self.store().change(|sql| {
            let Some((mut client, _)) = find(sql, id)? else { return Ok(Err(ClientError::Unknown)) };
            if is_legacy && client.known.authentication == Authentication::None {
                return Ok(Err(ClientError::NeedsChallenge));
            }
            client.is_legacy = is_legacy;
            sql.execute("UPDATE clients SET body = ? WHERE id = ?", (serde_json::to_string(&client)?, id))?;
            Ok(Ok(client))
        })?
    }

    /// Gives a client other addresses. Requests that wait begin again: they may lead to one that is none any more.
    ///
    /// # Errors
    /// When there is no such client, or it could not be answered.
    pub fn change_client(&self, id: &ClientId, addresses: Addresses) -> Result<Client, ClientError> {
        self.store().change(|sql| {
            let Some((mut client, _)) = find(sql, id)? else { return Ok(Err(ClientError::Unknown)) };
            let Addresses { redirects, after_logout, told_of_logout } = addresses;
            let known = &mut client.known;
            known.redirects = redirects.unwrap_or_else(|| known.redirects.clone());
            known.after_logout = after_logout.unwrap_or_else(|| known.after_logout.clone());
            known.told_of_logout = told_of_logout.unwrap_or_else(|| known.told_of_logout.clone());
            if let Err(error) = check(known) {
                return Ok(Err(error));
            }
            sql.execute("UPDATE clients SET body = ? WHERE id = ?", (serde_json::to_string(&client)?, id))?;
            sql.execute("DELETE FROM requests WHERE client = ?", [id])?;
            if client.known.told_of_logout.is_none() {
                sql.execute("DELETE FROM logouts WHERE client = ?", [id])?;
            }
            Ok(Ok(client))
        })?
    }

    pub(crate) fn client(&self, id: &str) -> Result<Option<Client>, OidcError> {
        id.parse().map_or(Ok(None), |id| self.known_client(&id))
    }
}

fn check(new: &NewClient) -> Result<(), ClientError> {
    let is_short = |text: &str| (1..=128).contains(&text.len());
    let is_answered = (1..=ADDRESSES).contains(&new.redirects.len()) && new.after_logout.len() <= ADDRESSES;
    if !is_short(&new.name) || !is_short(&new.host) || !is_answered {
        return Err(ClientError::Incomplete);
    }
    if new.told_of_logout.as_ref().is_some_and(|address| !address.is_web()) { Err(ClientError::NotWeb) } else { Ok(()) }
}

/// A client, and the hash of its secret.
pub(super) fn find(sql: &Connection, id: &ClientId) -> Result<Option<(Client, Option<Hash>)>, OidcError> {
    let read = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, Option<[u8; 32]>>(1)?));
    let found =
        sql.prepare_cached("SELECT body, secret FROM clients WHERE id = ?")?.query_row([id], read).optional()?;
    found.map(|(body, secret)| Ok((serde_json::from_str(&body)?, secret.map(Hash::kept)))).transpose()
}
