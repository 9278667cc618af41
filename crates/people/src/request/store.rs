//! Requests as the database has them.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::{Approver, Digest, Kind, Request, RequestState};
use crate::{
    InvitationHash, Named, PeopleError, PersonId, Refusal, RequestId,
    event::NewEvent,
    person,
    store::{Change, People, millis, moment},
};

const COLUMNS: &str = "id, body, digest, asked_by, asked, state, ready, ends";

impl People {
    /// A request by id.
    ///
    /// # Errors
    /// When none has it, or the file cannot be read.
    pub fn request(&self, id: RequestId) -> Result<Request, PeopleError> {
        self.read(|sql| request(sql, id))
    }

    /// Requests that are open now, the oldest first. One that was changed in the file is left out, and ended by [`tend`](Self::tend).
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn open_requests(&self, now: Timestamp) -> Result<Vec<Request>, PeopleError> {
        self.read(|sql| open_requests(sql, now))
    }

    /// Who approved a request, with the proofs.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn approvers(&self, id: RequestId) -> Result<Vec<Approver>, PeopleError> {
        self.read(|sql| {
            let mut query = sql.prepare_cached(
                "SELECT approver, key, proof, at FROM approvals WHERE request = ?1 \
                 UNION ALL SELECT NULL, key, proof, at FROM glass_assertions WHERE request = ?1 ORDER BY at",
            )?;
            let rows = query.query_map([id], |row| {
                let (person, at): (Option<PersonId>, i64) = (row.get(0)?, row.get(3)?);
                Ok((person, Approver { person: None, key: row.get(1)?, proof: row.get(2)?, at: moment(at)? }))
            })?;
            rows.map(|found| {
                let (id, approver) = found?;
                let person = match id {
                    Some(id) => person::person(sql, id)?.map(|person| person.named()),
                    None => None,
                };
                Ok(Approver { person, ..approver })
            })
            .collect()
        })
    }
}

impl Change<'_> {
    pub(super) fn request(&self, id: RequestId) -> Result<Request, PeopleError> {
        request(&self.sql, id)
    }

    pub(super) fn insert_request(&self, request: &Request) -> Result<(), PeopleError> {
        let body = serde_json::to_string(&request.kind).map_err(|error| PeopleError::Store(error.to_string()))?;
        self.sql
            .prepare_cached(
                "INSERT INTO requests (id, subject, body, digest, asked_by, asked, state, ready, ends) \
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute((
                request.id,
                request.kind.subject(),
                body,
                request.digest(),
                request.asked_by,
                millis(request.asked),
                request.state,
                request.ready.map(millis),
                millis(request.ends),
            ))?;
        Ok(())
    }

    /// Two requests for the same person at once would be a race between links; two invitations that look like one person's are told apart
    /// by nobody who approves them. A name of somebody who is there already is refused before.
    pub(super) fn must_have_room(&self, kind: &Kind) -> Result<(), PeopleError> {
        let now = millis(self.now);
        let alike = self
            .sql
            .prepare_cached(
                "SELECT 1 FROM requests WHERE subject IS ? AND state IN ('waiting', 'approved') AND ends > ? LIMIT 1",
            )?
            .exists((kind.subject(), now))?;
        if alike || self.is_invited(kind)? {
            return Err(Refusal::RequestOpen.into());
        }
        let open: u32 = self
            .sql
            .prepare_cached("SELECT count(*) FROM requests WHERE state IN ('waiting', 'approved') AND ends > ?")?
            .query_row([now], |row| row.get(0))?;
        if open < self.rules.requests { Ok(()) } else { Err(Refusal::TooManyRequests.into()) }
    }

    /// Whether an open request invites somebody whose name people take for that of this one.
    fn is_invited(&self, kind: &Kind) -> Result<bool, PeopleError> {
        let Kind::Invite(invited) = kind else { return Ok(false) };
        let look = invited.name.look();
        let is_alike = |open: &Request| matches!(&open.kind, Kind::Invite(other) if other.name.look() == look);
        Ok(open_requests(&self.sql, self.now)?.iter().any(is_alike))
    }

    /// Moves a request that stands where it was read to where it stands now.
    pub(super) fn settle(&self, request: &Request, state: RequestState) -> Result<(), PeopleError> {
        self.sql.prepare_cached("UPDATE requests SET state = ?, settled = ? WHERE id = ?")?.execute((
            state,
            millis(self.now),
            request.id,
        ))?;
        Ok(())
    }

    /// An event about a request, and the person it is about.
    pub(super) fn about(&self, event: NewEvent, request: &Request) -> Result<NewEvent, PeopleError> {
        let event = match &request.kind {
            Kind::Role { role, .. } => event.detail(role.word()),
            _ => event,
        };
        Ok(event.named(named(&request.kind)).request(request.id))
    }
}

/// Whom a request is about, by the name that approvers read.
pub(super) fn named(kind: &Kind) -> Option<Named> {
    match kind {
        Kind::Found { person, name } | Kind::Recover { person, name } | Kind::Role { person, name, .. } => {
            Some(Named { id: *person, name: name.clone() })
        }
        Kind::Invite(invited) => Some(Named { id: invited.person, name: invited.name.clone() }),
        Kind::BreakGlass { .. } => None,
    }
}

fn open_requests(sql: &Connection, now: Timestamp) -> Result<Vec<Request>, PeopleError> {
    let mut query = sql.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM requests WHERE state IN ('waiting', 'approved') AND ends > ? ORDER BY asked, id"
    ))?;
    let rows = query.query_map([millis(now)], row)?.collect::<Result<Vec<_>, _>>()?;
    Ok(rows.into_iter().flatten().collect())
}

fn request(sql: &Connection, id: RequestId) -> Result<Request, PeopleError> {
    let mut query = sql.prepare_cached(&format!("SELECT {COLUMNS} FROM requests WHERE id = ?"))?;
    query.query_row([id], row).optional()?.ok_or(Refusal::NoSuchRequest)?
}

/// The request whose link this is.
pub(super) fn request_of_link(sql: &Connection, link: &InvitationHash) -> Result<Request, PeopleError> {
    let mut query = sql.prepare_cached(&format!("SELECT {COLUMNS} FROM requests WHERE link = ?"))?;
    query.query_row([link], row).optional()?.ok_or(Refusal::NoSuchLink)?
}

/// A row, if its text still has the digest that it was asked with: what people signed is not changed behind their backs.
fn row(row: &Row<'_>) -> rusqlite::Result<Result<Request, PeopleError>> {
    let bad = || Err(PeopleError::Damaged("a request".to_owned()));
    let Ok(kind) = serde_json::from_str::<Kind>(row.get_ref(1)?.as_str()?) else { return Ok(bad()) };
    let ready: Option<i64> = row.get(6)?;
    let request = Request {
        id: row.get(0)?,
        kind,
        asked_by: row.get(3)?,
        asked: moment(row.get(4)?)?,
        state: row.get(5)?,
        ready: ready.map(moment).transpose()?,
        ends: moment(row.get(7)?)?,
    };
    let digest: Digest = row.get(2)?;
    Ok(if request.digest() == digest { Ok(request) } else { bad() })
}
