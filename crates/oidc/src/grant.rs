//! A grant: a person's session let in a client. Its code, its tokens and all that they were refreshed to are one family, and end together.

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Client, ClientId, OidcError, Provider, Refusal, Secret, Subject, Subjects,
    authorize::Asked,
    pkce::Challenge,
    rules::{CODE, GRANTS, REFRESH},
    scope::Scope,
    store::{after, millis, moment},
};

/// What a secret of a grant is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Code,
    Access,
    Refresh,
}

impl Use {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Access => "access",
            Self::Refresh => "refresh",
        }
    }
}

/// What was agreed on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Terms {
    pub(crate) redirect: String,
    pub(crate) nonce: Option<String>,
    pub(crate) scope: Scope,
    pub(crate) challenge: Option<Challenge>,
    /// The thumbprint of the key that the family is bound to.
    pub(crate) key: Option<String>,
    /// When a key was touched for it, in milliseconds since 1970; not known of a grant that began before this was kept.
    #[serde(default)]
    pub(crate) authenticated: Option<i64>,
}

/// A grant.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) id: Uuid,
    pub(crate) client: ClientId,
    pub(crate) session: Uuid,
    pub(crate) person: Uuid,
    pub(crate) terms: Terms,
    pub(crate) has_ended: bool,
}

/// A secret that was shown, and what hangs on it.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) grant: Grant,
    /// What this very secret is good for: no more than what was granted.
    pub(crate) scope: Scope,
    pub(crate) is_over: bool,
    pub(crate) was_used: bool,
}

impl Provider {
    /// Begins a grant; the code that redeems it.
    pub(crate) fn begin_grant<R: RngCore + CryptoRng>(
        &self,
        client: &Client,
        asked: &Asked,
        subject: &Subject,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Secret, OidcError> {
        let (code, mut id) = (Secret::random(rng), [0; 16]);
        rng.fill_bytes(&mut id);
        let terms = Terms {
            redirect: asked.redirect.clone(),
            nonce: asked.nonce.clone(),
            scope: asked.scope,
            challenge: asked.challenge.clone(),
            key: asked.key.clone(),
            authenticated: subject.authenticated.map(millis),
        };
        let body = serde_json::to_string(&terms)?;
        self.store().change(|sql| {
            make_room(sql, &client.known.id, subject.session)?;
            sql.prepare_cached(
                "INSERT INTO grants (id, client, session, person, body, made, ends) VALUES (?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                id,
                client.known.id,
                subject.session.as_bytes(),
                subject.id.as_bytes(),
                body,
                millis(now),
                after(now, REFRESH)
            ])?;
            add_secret(sql, Use::Code, &code, (Uuid::from_bytes(id), asked.scope), after(now, CODE))
        })?;
        Ok(code)
    }

    /// Who a grant is of, now; the touch is the one that it began with, whatever was touched since (OpenID Connect Core, section 12.2). When nobody is signed in any more, or the policy keeps them from the tool, the grant is over.
    pub(crate) fn holder(
        &self,
        grant: &Grant,
        client: &Client,
        subjects: &impl Subjects,
        now: Timestamp,
    ) -> Result<Subject, OidcError> {
        let subject = subjects.subject(grant.session, now)?.filter(|subject| subject.id == grant.person);
        match subject.filter(|subject| subjects.may_reach(subject, &client.known.host, now)) {
            Some(subject) => {
                let began = grant.terms.authenticated.map(moment).transpose()?;
                Ok(Subject { authenticated: began.or(subject.authenticated), ..subject })
            }
            None => {
                self.store().change(|sql| end(sql, grant.id, now))?;
                Err(Refusal::Over.into())
            }
        }
    }
}

/// Finds a secret by what was shown, with its grant.
pub(crate) fn shown(sql: &Connection, what: Use, secret: &Secret, now: Timestamp) -> Result<Option<Shown>, OidcError> {
    let query = "SELECT g.id, g.client, g.session, g.person, g.body, g.ended IS NOT NULL OR g.ends <= ?3, s.ends <= ?3, s.used IS NOT NULL, s.scope \
         FROM secrets s JOIN grants g ON g.id = s.grant_id WHERE s.hash = ?1 AND s.kind = ?2";
    let read = |row: &Row<'_>| {
        let id = |index| row.get::<_, [u8; 16]>(index).map(Uuid::from_bytes);
        let parts = (id(0)?, row.get(1)?, id(2)?, id(3)?, row.get::<_, String>(4)?);
        Ok((parts, row.get(5)?, row.get(6)?, row.get(7)?, row.get::<_, String>(8)?))
    };
    let row = (secret.hash(), what.word(), millis(now));
    let found = sql.prepare_cached(query)?.query_row(row, read).optional()?;
    let Some(((id, client, session, person, body), has_ended, is_over, was_used, scope)) = found else {
        return Ok(None);
    };
    let scope = Scope::of(&scope.split(' ').collect::<Vec<_>>())?;
    let grant = Grant { id, client, session, person, terms: serde_json::from_str(&body)?, has_ended };
    Ok(Some(Shown { grant, scope, is_over, was_used }))
}

/// Marks a secret as used.
pub(crate) fn use_up(sql: &Transaction<'_>, secret: &Secret, now: Timestamp) -> Result<(), OidcError> {
    sql.prepare_cached("UPDATE secrets SET used = ? WHERE hash = ?")?.execute((millis(now), secret.hash()))?;
    Ok(())
}

pub(crate) fn add_secret(
    sql: &Transaction<'_>,
    what: Use,
    secret: &Secret,
    (grant, scope): (Uuid, Scope),
    ends: i64,
) -> Result<(), OidcError> {
    sql.prepare_cached("INSERT INTO secrets (hash, kind, grant_id, scope, ends) VALUES (?, ?, ?, ?, ?)")?.execute((
        secret.hash(),
        what.word(),
        grant.as_bytes(),
        scope.text(),
        ends,
    ))?;
    Ok(())
}

/// Ends a grant, and with it all that it gave.
pub(crate) fn end(sql: &Transaction<'_>, grant: Uuid, now: Timestamp) -> Result<(), OidcError> {
    sql.prepare_cached("UPDATE grants SET ended = ? WHERE id = ? AND ended IS NULL")?
        .execute((millis(now), grant.as_bytes()))?;
    Ok(())
}

/// Of too many grants of one session for one client, the oldest makes room.
fn make_room(sql: &Transaction<'_>, client: &ClientId, session: Uuid) -> Result<(), OidcError> {
    sql.prepare_cached(
        "DELETE FROM grants WHERE id IN (SELECT id FROM grants WHERE session = ?1 AND client = ?2 ORDER BY made DESC LIMIT -1 OFFSET ?3)",
    )?
    .execute(params![session.as_bytes(), client, GRANTS - 1])?;
    Ok(())
}
