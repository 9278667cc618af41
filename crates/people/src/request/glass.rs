//! Breaking the glass: two of three hardware keys, which are nobody's, bring an administrator back.

use std::{collections::BTreeSet, net::IpAddr};

use data_encoding::{BASE64, HEXLOWER};
use jiff::Timestamp;
use rusqlite::Connection;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::{Digest as _, Sha256};

use super::{Digest, Kind, Request, approve::must_be_signed, values::APPROVALS};
use crate::{
    By, CredentialId, EventKind, Label, NewKey, PeopleError, Refusal, RequestId, Role, Used,
    event::NewEvent,
    person,
    store::{Change, Lasting, People, millis},
};

/// Keys that break the glass.
const KEYS: usize = 3;
/// Of which so many do.
const GLASS_KEYS: u64 = 2;

/// One of three keys that shall break the glass. The caller has verified its making.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpareKey {
    /// Its id.
    pub id: CredentialId,
    /// The credential.
    #[serde(serialize_with = "to_base64", deserialize_with = "from_base64")]
    pub credential: Vec<u8>,
    /// What it is called: where it lies.
    pub label: Label,
    /// Whether its model is attested.
    pub attested: bool,
}

impl SpareKey {
    /// The SHA-256 of the credential in hexadecimal, as the request's text has it.
    #[must_use]
    pub fn digest(&self) -> String {
        HEXLOWER.encode(&Sha256::digest(&self.credential))
    }

    fn new_key(&self) -> NewKey {
        let Self { id, credential, label, attested } = self.clone();
        NewKey { id, credential, label, attested }
    }
}

/// Three keys in the one order that the request's text has.
pub(super) fn in_order(keys: &[SpareKey]) -> Vec<SpareKey> {
    // One more than there may be is enough to be refused.
    let mut keys: Vec<_> = keys.iter().take(KEYS + 1).cloned().collect();
    keys.sort_by(|one, other| one.id.cmp(&other.id));
    keys
}

/// An assertion of a key that breaks the glass. The caller has taken its challenge and verified that the key signed the digest.
#[derive(Debug, Clone, Copy)]
pub struct GlassAssertion<'a> {
    /// For which request.
    pub request: RequestId,
    /// The key that signed.
    pub used: Used<'a>,
    /// What it signed.
    pub digest: Digest,
    /// The signature, with all that is needed to verify it again.
    pub proof: &'a [u8],
    /// From where it came: nobody is signed in there, so the alarm says it.
    pub address: Option<IpAddr>,
}

impl People {
    /// Whether break-glass keys may approve a request, once it waits: there are some, and it brings an administrator back.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn is_for_break_glass(&self, request: &Request, now: Timestamp) -> Result<bool, PeopleError> {
        self.read(|sql| {
            let has_keys = sql.prepare_cached("SELECT 1 FROM keys WHERE person IS NULL")?.exists([])?;
            Ok(has_keys && brings_administrator_back(sql, &request.kind, now)?)
        })
    }

    /// Breaks the glass: with the second of three keys a request that brings an administrator back is approved. A recovery can be done at
    /// once; who becomes an administrator does so after the delay, because those who are there did not agree, and may veto it. Every
    /// assertion is an event that alarms everybody. Gives the request as it stands then.
    ///
    /// # Errors
    /// When the request waits for nothing or brings no administrator back, the key is none of the three or has signed already, or something
    /// else was signed.
    pub fn break_glass(&self, assertion: &GlassAssertion<'_>, now: Timestamp) -> Result<Request, PeopleError> {
        self.change(Lasting::Now, now, |change| {
            let request = change.request(assertion.request)?;
            let event = |kind| {
                let event = NewEvent::new(kind, By::BreakGlass).address(assertion.address);
                change.about(event, &request)
            };
            change.if_refused(event(EventKind::ApprovalRefused)?);
            change.must_wait(&request)?;
            if !brings_administrator_back(&change.sql, &request.kind, now)? {
                return Err(Refusal::NotForBreakGlass.into());
            }
            must_be_signed(assertion.digest, assertion.proof, &request)?;
            change.use_key(&assertion.used, None)?;
            change.insert_assertion(assertion)?;
            change.note(event(EventKind::BreakGlass)?)?;
            if change.glass_assertions(request.id)? >= GLASS_KEYS {
                change.approved(&request, By::BreakGlass, matches!(request.kind, Kind::Role { .. }))?;
            }
            change.request(request.id)
        })
    }
}

impl Change<'_> {
    fn insert_assertion(&self, assertion: &GlassAssertion<'_>) -> Result<(), PeopleError> {
        let added = self
            .sql
            .prepare_cached(
                "INSERT INTO glass_assertions (request, key, proof, at) VALUES (?, ?, ?, ?) \
                 ON CONFLICT (request, key) DO NOTHING",
            )?
            .execute((assertion.request, assertion.used.id, assertion.proof, millis(self.now)))?;
        if added == 1 { Ok(()) } else { Err(Refusal::SameGlassKey.into()) }
    }

    /// Whether the glass was broken for a request, and it still is one for which it may be: others may have become administrators since.
    pub(super) fn is_glass_broken(&self, request: &Request) -> Result<bool, PeopleError> {
        let has_signed = self.glass_assertions(request.id)? >= GLASS_KEYS;
        Ok(has_signed && brings_administrator_back(&self.sql, &request.kind, self.now)?)
    }

    /// How many of the three, as they are now, signed for a request.
    fn glass_assertions(&self, request: RequestId) -> Result<u64, PeopleError> {
        let count: i64 = self
            .sql
            .prepare_cached(
                "SELECT count(*) FROM glass_assertions a JOIN keys k ON k.id = a.key \
                 WHERE a.request = ? AND k.person IS NULL",
            )?
            .query_row([request], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }

    /// Whether these are three different keys that are no person's.
    pub(super) fn must_be_three(&self, keys: &[SpareKey]) -> Result<(), PeopleError> {
        let ids: BTreeSet<_> = keys.iter().map(|key| &key.id).collect();
        if keys.len() != KEYS || ids.len() != KEYS {
            return Err(Refusal::NotThreeKeys.into());
        }
        for key in keys {
            key.new_key().check()?;
            if self.rules.attested_administrators && !key.attested {
                return Err(Refusal::NotAttested.into());
            }
            let is_a_persons =
                self.sql.prepare_cached("SELECT 1 FROM keys WHERE id = ? AND person IS NOT NULL")?.exists([&key.id])?;
            if is_a_persons {
                return Err(Refusal::KeyTaken.into());
            }
        }
        Ok(())
    }

    /// Puts three keys in the place of those before.
    pub(super) fn replace_break_glass_keys(&self, keys: &[SpareKey]) -> Result<(), PeopleError> {
        self.sql.execute("DELETE FROM keys WHERE person IS NULL", [])?;
        keys.iter().try_for_each(|key| self.insert_key(&key.new_key(), None))
    }
}

/// Whether it is an administrator's recovery, or, where fewer than two are left, somebody's becoming one: two can approve that themselves.
fn brings_administrator_back(sql: &Connection, kind: &Kind, now: Timestamp) -> Result<bool, PeopleError> {
    Ok(match kind {
        Kind::Recover { person, .. } => {
            person::person(sql, *person)?.is_some_and(|person| person.role == Role::Administrator)
        }
        Kind::Role { role, .. } => *role == Role::Administrator && person::administrators(sql, now)? < APPROVALS,
        Kind::Found { .. } | Kind::Invite(_) | Kind::BreakGlass { .. } => false,
    })
}

fn to_base64<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&BASE64.encode(bytes))
}

fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    BASE64.decode(text.as_bytes()).map_err(|_| D::Error::custom("not base64"))
}
