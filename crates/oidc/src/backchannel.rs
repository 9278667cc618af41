//! Telling clients that a session ended (OpenID Connect Back-Channel Logout): what is still to be told stands in the file until it was told, or
//! was tried too often. Whoever calls carries it over the network.

use jiff::Timestamp;
use rusqlite::{Row, params};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Client, ClientId, OidcError, Provider,
    rules::{ID_TOKEN, TRIES},
    secret::Hash,
    store::millis,
};

/// The claim that makes a token one of logout (section 2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Something that a client is to be told: `POST` this form to this address; 200 or 204 means that it was heard (section 2.8).
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Its number, for [`Provider::delivered`] and [`Provider::not_delivered`].
    pub number: i64,
    /// Who is told.
    pub client: ClientId,
    /// Where.
    pub to: String,
    /// The body: `application/x-www-form-urlencoded`.
    pub body: String,
}

impl Provider {
    /// A session is over: so is all that it let in, and clients that want to know it will be told, once. A grant that ended before its session
    /// (a token came twice, the client gave it back) counts: its client may have a session of its own all the same.
    ///
    /// # Errors
    /// When the file refuses.
    pub fn session_ended(&self, session: Uuid, now: Timestamp) -> Result<(), OidcError> {
        self.store().change(|sql| {
            let id = session.as_bytes();
            sql.execute(
                "INSERT INTO logouts (client, session, person, tries, next) \
                 SELECT DISTINCT g.client, g.session, g.person, 0, ?2 FROM grants g JOIN clients c ON c.id = g.client \
                 WHERE g.session = ?1 AND g.told IS NULL AND json_extract(c.body, '$.told_of_logout') IS NOT NULL",
                params![id, millis(now)],
            )?;
            sql.execute(
                "UPDATE grants SET ended = coalesce(ended, ?2), told = ?2 WHERE session = ?1 AND told IS NULL",
                params![id, millis(now)],
            )?;
            Ok(())
        })
    }

    /// What is to be told now, at most so much.
    ///
    /// # Errors
    /// When the file cannot be read, or nothing can be signed.
    pub fn deliveries(&self, most: u32, now: Timestamp) -> Result<Vec<Delivery>, OidcError> {
        let query = "SELECT number, client, session, person FROM logouts WHERE next <= ? ORDER BY next LIMIT ?";
        let read = |row: &Row<'_>| {
            let id = |index| row.get::<_, [u8; 16]>(index).map(Uuid::from_bytes);
            Ok((row.get::<_, i64>(0)?, row.get::<_, ClientId>(1)?, id(2)?, id(3)?))
        };
        let rows: Vec<_> = self.store().read(|sql| {
            Ok(sql.prepare_cached(query)?.query_map((millis(now), most), read)?.collect::<Result<_, _>>()?)
        })?;
        let mut deliveries = Vec::new();
        for (number, id, session, person) in rows {
            let client = self.client(id.as_str())?;
            let Some((client, to)) =
                client.and_then(|client| client.known.told_of_logout.clone().map(|to| (client, to)))
            else {
                continue;
            };
            let body = format!("logout_token={}", self.logout_token(&client, (number, session, person), now)?);
            deliveries.push(Delivery { number, client: id, to: to.into(), body });
        }
        Ok(deliveries)
    }

    /// A client was told.
    ///
    /// # Errors
    /// When the file refuses.
    pub fn delivered(&self, number: i64) -> Result<(), OidcError> {
        self.store().change(|sql| Ok(sql.execute("DELETE FROM logouts WHERE number = ?", [number]).map(drop)?))
    }

    /// A client could not be told: it is tried again, each time later, and then given up. Its tokens are over all the same.
    ///
    /// # Errors
    /// When the file refuses.
    pub fn not_delivered(&self, number: i64, now: Timestamp) -> Result<(), OidcError> {
        self.store().change(|sql| {
            // After 1, 4, 16 minutes, and so on: a tool that is down for a night hears of it.
            let later = "UPDATE logouts SET next = ?2 + (60000 << (2 * tries)), tries = tries + 1 WHERE number = ?1";
            sql.execute(later, params![number, millis(now)])?;
            sql.execute("DELETE FROM logouts WHERE number = ? AND tries >= ?", params![number, TRIES])?;
            Ok(())
        })
    }

    /// Section 2.4. There is no nonce, so that no client takes it for an ID token.
    fn logout_token(
        &self,
        client: &Client,
        (number, session, person): (i64, Uuid, Uuid),
        now: Timestamp,
    ) -> Result<String, OidcError> {
        let name = Hash::of(format!("{session} {number} {}", millis(now)).as_bytes());
        let claims = json!({
            "iss": self.issuer(),
            "sub": person,
            "aud": client.known.id,
            "iat": now.as_second(),
            "exp": now.as_second() + ID_TOKEN.as_secs(),
            "jti": data_encoding::BASE64URL_NOPAD.encode(name.bytes()),
            "sid": session,
            "events": { EVENT: {} },
        });
        self.signed(client.known.algorithm, "logout+jwt", &claims, now)
    }
}
