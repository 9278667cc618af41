//! What is given out: an access token, a refresh token, and an ID token.

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};
use rusqlite::{Transaction, params};
use serde_json::{Value, json};

use crate::{
    Client, OidcError, Provider, Refusal, Secret, Subject,
    grant::{Grant, Use, add_secret},
    rules::{ACCESS, FAMILY, REFRESH},
    scope::Scope,
    store::{after, millis},
};

/// For whom.
pub(super) struct Fresh<'a> {
    pub(super) client: &'a Client,
    pub(super) grant: &'a Grant,
    pub(super) scope: Scope,
    pub(super) subject: &'a Subject,
}

/// What was given for it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Rotated {
    Code,
    Refresh,
}

impl Provider {
    /// Gives out tokens, if the grant did not end meanwhile. The nonce is the first ID token's alone (OpenID Connect Core, section 12.2).
    pub(super) fn issue<R: RngCore + CryptoRng>(
        &self,
        fresh: &Fresh<'_>,
        by: &Rotated,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Value, OidcError> {
        let (access, refresh) = (Secret::random(rng), Secret::random(rng));
        let nonce = fresh.grant.terms.nonce.as_deref().filter(|_| *by == Rotated::Code);
        let id_token = self.id_token(fresh.client, fresh.scope, fresh.subject, (nonce, &access.text()), now)?;
        self.store().change(|sql| {
            make_room(sql, fresh.grant)?;
            go_on(sql, fresh.grant, now)?;
            add_secret(sql, Use::Access, &access, (fresh.grant.id, fresh.scope), after(now, ACCESS))?;
            // Asking for less once is no farewell to the rest (RFC 6749, section 6).
            add_secret(sql, Use::Refresh, &refresh, (fresh.grant.id, fresh.grant.terms.scope), after(now, REFRESH))
        })?;
        Ok(json!({
            "access_token": *access.text(),
            "token_type": if fresh.grant.terms.key.is_some() { "DPoP" } else { "Bearer" },
            "expires_in": ACCESS.as_secs(),
            "refresh_token": *refresh.text(),
            "id_token": id_token,
            "scope": fresh.scope.text(),
        }))
    }
}

/// A family stays of a size: what was used is remembered in it.
fn make_room(sql: &Transaction<'_>, grant: &Grant) -> Result<(), OidcError> {
    let mut query = sql.prepare_cached("SELECT count(*) FROM secrets WHERE grant_id = ?")?;
    let count: i64 = query.query_row([grant.id.as_bytes()], |row| row.get(0))?;
    if count < FAMILY { Ok(()) } else { Err(Refusal::TooMany.into()) }
}

/// The grant lasts longer, and has the key that it was bound to from its first exchange on; unless it ended since it was looked at.
fn go_on(sql: &Transaction<'_>, grant: &Grant, now: Timestamp) -> Result<(), OidcError> {
    let body = serde_json::to_string(&grant.terms)?;
    let changed = sql
        .prepare_cached("UPDATE grants SET body = ?, ends = ? WHERE id = ? AND ended IS NULL AND ends > ?")?
        .execute(params![body, after(now, REFRESH), grant.id.as_bytes(), millis(now)])?;
    if changed == 1 { Ok(()) } else { Err(Refusal::Over.into()) }
}
