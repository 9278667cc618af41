//! Telling clients that a session ended (OpenID Connect Back-Channel Logout): what is still to be told stands in the file until it was told, or
//! was tried too often. Whoever calls carries it over the network.

use jiff::Timestamp;
use rusqlite::{Row, ToSql, Transaction, params};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Client, ClientId, OidcError, Provider, Refusal,
    rules::{ID_TOKEN, TRIES},
    secret::Hash,
    store::millis,
};

/// The claim that makes a token one of logout (section 2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Something that a client is to be told: `POST` what [`Provider::logout_form`] gives to this address; 200 or 204 means that it was heard
/// (section 2.8).
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Its number, for [`Provider::delivered`] and [`Provider::not_delivered`].
    pub number: i64,
    /// Who is told.
    pub client: ClientId,
    /// Where.
    pub to: String,
    session: Uuid,
    person: Uuid,
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

    /// What is to be told now, at most so much; what was tried before comes last, since whom it concerns may be down still.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn deliveries(&self, most: u32, now: Timestamp) -> Result<Vec<Delivery>, OidcError> {
        let query = "SELECT l.number, l.client, json_extract(c.body, '$.told_of_logout') AS address, l.session, l.person \
             FROM logouts l JOIN clients c ON c.id = l.client WHERE l.next <= ? AND address IS NOT NULL \
             ORDER BY l.tries, l.next, l.number LIMIT ?";
        let read = |row: &Row<'_>| {
            let id = |index| row.get::<_, [u8; 16]>(index).map(Uuid::from_bytes);
            let (number, client, to) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(Delivery { number, client, to, session: id(3)?, person: id(4)? })
        };
        self.store().read(|sql| {
            Ok(sql.prepare_cached(query)?.query_map((millis(now), most), read)?.collect::<Result<_, _>>()?)
        })
    }

    /// What a client is told: `application/x-www-form-urlencoded`. Its token is good for minutes, so that it is made just before it is sent.
    ///
    /// # Errors
    /// When the client was removed, or nothing can be signed.
    pub fn logout_form(&self, delivery: &Delivery, now: Timestamp) -> Result<String, OidcError> {
        let client = self.client(delivery.client.as_str())?.ok_or(Refusal::Client)?;
        Ok(format!("logout_token={}", self.logout_token(&client, delivery, now)?))
    }

    /// A client was told.
    ///
    /// # Errors
    /// When the file refuses.
    pub fn delivered(&self, number: i64) -> Result<(), OidcError> {
        self.store().change(|sql| Ok(sql.execute("DELETE FROM logouts WHERE number = ?", [number]).map(drop)?))
    }

    /// A client answered, and did not hear it: it is told again, each time later, and then no more. Its tokens are over all the same.
    ///
    /// # Errors
    /// When the file refuses.
    pub fn not_delivered(&self, number: i64, now: Timestamp) -> Result<(), OidcError> {
        self.store().change(|sql| later(sql, "number = ?1", number, now))
    }

    /// A client does not answer: so much for all that it was to be told by now.
    ///
    /// # Errors
    /// When the file refuses.
    pub fn unreachable(&self, client: &ClientId, now: Timestamp) -> Result<(), OidcError> {
        self.store().change(|sql| later(sql, "client = ?1 AND next <= ?2", client, now))
    }

    /// Section 2.4. There is no nonce, so that no client takes it for an ID token.
    fn logout_token(&self, client: &Client, delivery: &Delivery, now: Timestamp) -> Result<String, OidcError> {
        let Delivery { number, session, person, .. } = delivery;
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

/// Tries what these words find later: after 1, 4, 16 minutes, and so on, so that a tool that is down for a night hears of it.
fn later(sql: &Transaction<'_>, which: &str, value: impl ToSql, now: Timestamp) -> Result<(), OidcError> {
    let later = format!("UPDATE logouts SET next = ?2 + (60000 << (2 * tries)), tries = tries + 1 WHERE {which}");
    sql.execute(&later, params![value, millis(now)])?;
    sql.execute("DELETE FROM logouts WHERE tries >= ?", [TRIES])?;
    Ok(())
}
