//! How a request ends: done, vetoed, withdrawn, or over.

use jiff::Timestamp;

use super::{Invited, Kind, Request, RequestState};
use crate::{
    Actor, By, EventKind, PeopleError, PersonId, Refusal, RequestId, Role, Standing, Warning,
    actor::Doer,
    event::NewEvent,
    store::{Change, Lasting, People, earlier, millis},
};

impl People {
    /// Vetoes a request that is not done: whom it is about, with any live session; any administrator; or the machine. A session that is
    /// bound to nothing is enough to say no.
    ///
    /// # Errors
    /// When the actor may not, or the request is over.
    pub fn veto(&self, by: &Actor, request: RequestId, now: Timestamp) -> Result<(), PeopleError> {
        self.change(Lasting::Now, now, |change| {
            let doer = change.doer(by)?;
            let request = change.request(request)?;
            change.if_refused(change.about(NewEvent::new(EventKind::ChangeRefused, doer.by()), &request)?);
            let may = match &doer {
                Doer::Machine => true,
                Doer::Person(who) => who.role == Role::Administrator || request.kind.subject() == Some(who.person),
            };
            if !may {
                return Err(Refusal::NotYours.into());
            }
            if request.state != RequestState::Approved {
                change.must_wait(&request)?;
            }
            change.end_for_nothing(&request, RequestState::Vetoed, EventKind::Vetoed, doer.by())
        })
    }

    /// Does what was approved and needs no link: a role, break-glass keys. What is said when administrators are few.
    /// [`tend`](People::tend) does the same by itself.
    ///
    /// # Errors
    /// When the request is not approved, its delay runs, or it is done by a link.
    pub fn carry_out(&self, request: RequestId, now: Timestamp) -> Result<Option<Warning>, PeopleError> {
        self.change(Lasting::Now, now, |change| {
            let request = change.request(request)?;
            change.do_it(&request)?;
            change.warning()
        })
    }
}

impl Change<'_> {
    /// Refuses before it writes anything, or does all of it.
    fn do_it(&self, request: &Request) -> Result<(), PeopleError> {
        self.must_be_ready(request)?;
        self.must_make_sense(&request.kind)?;
        let kind = match &request.kind {
            Kind::Found { .. } | Kind::Invite(_) | Kind::Recover { .. } => return Err(Refusal::NeedsLink.into()),
            Kind::Role { person, role, .. } => {
                self.settle(request, RequestState::Done)?;
                self.set_role(*person, *role)?;
                if *role != Role::Administrator {
                    self.withdraw_what_was_said_by(*person)?;
                }
                EventKind::RoleChanged
            }
            Kind::BreakGlass { keys } => {
                self.settle(request, RequestState::Done)?;
                self.replace_break_glass_keys(keys)?;
                EventKind::BreakGlassKeysChanged
            }
        };
        self.note(self.about(NewEvent::new(kind, By::Time), request)?)
    }

    /// Nothing comes of a request: whoever it invited is not coming.
    fn end_for_nothing(
        &self,
        request: &Request,
        state: RequestState,
        event: EventKind,
        by: By,
    ) -> Result<(), PeopleError> {
        self.settle(request, state)?;
        if let (Kind::Found { person, .. }, _) | (Kind::Invite(Invited { person, .. }), RequestState::Approved) =
            (&request.kind, request.state)
        {
            self.set_standing(*person, Standing::Gone)?;
        }
        self.note(self.about(NewEvent::new(event, by), request)?)
    }

    /// Requests end that are about somebody who is no longer active, or that rest on that person's word.
    pub(crate) fn withdraw_what_rests_on(&self, person: PersonId) -> Result<(), PeopleError> {
        self.withdraw_where("subject = ?", person)?;
        self.withdraw_what_was_said_by(person)
    }

    /// Requests end that somebody asked for, or that are approved with that person's approval; where it is only the first one, it is
    /// forgotten.
    fn withdraw_what_was_said_by(&self, person: PersonId) -> Result<(), PeopleError> {
        self.withdraw_where(
            "(asked_by = ?1 OR state = 'approved' AND id IN (SELECT request FROM approvals WHERE approver = ?1))",
            person,
        )?;
        self.sql
            .prepare_cached(
                "DELETE FROM approvals WHERE approver = ? AND request IN (SELECT id FROM requests WHERE state = 'waiting')",
            )?
            .execute([person])?;
        Ok(())
    }

    fn withdraw_where(&self, condition: &str, person: PersonId) -> Result<(), PeopleError> {
        let mut query = self.sql.prepare_cached(&format!(
            "SELECT id FROM requests WHERE state IN ('waiting', 'approved') AND {condition} ORDER BY asked, id"
        ))?;
        let rest: Vec<RequestId> = query.query_map([person], |row| row.get(0))?.collect::<Result<_, _>>()?;
        rest.into_iter().try_for_each(|id| match self.request(id) {
            Ok(request) => self.withdraw(&request),
            Err(PeopleError::Damaged(_)) => self.withdraw_damaged(id),
            Err(other) => Err(other),
        })
    }

    fn withdraw(&self, request: &Request) -> Result<(), PeopleError> {
        self.end_for_nothing(request, RequestState::Withdrawn, EventKind::Withdrawn, By::Time)
    }

    /// A request that was changed in the file comes to nothing. It must not keep anybody from being suspended.
    fn withdraw_damaged(&self, id: RequestId) -> Result<(), PeopleError> {
        self.sql.execute(
            "UPDATE persons SET state = 'gone' WHERE state = 'invited' AND id = (SELECT subject FROM requests WHERE id = ?)",
            [id],
        )?;
        self.sql
            .execute("UPDATE requests SET state = 'withdrawn', settled = ? WHERE id = ?", (millis(self.now), id))?;
        self.note(NewEvent::new(EventKind::Withdrawn, By::Time).request(id).detail("damaged"))
    }

    /// What is due is done, what is over is ended, and what ended long ago is forgotten. How many were done.
    pub(crate) fn settle_what_is_due(&self) -> Result<u64, PeopleError> {
        let mut query = self
            .sql
            .prepare_cached("SELECT id FROM requests WHERE state IN ('waiting', 'approved') ORDER BY asked, id")?;
        let open: Vec<RequestId> = query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let mut done = 0;
        for id in open {
            done += self.settle_if_due(id)?;
        }
        self.sql.execute("DELETE FROM requests WHERE settled < ?", [earlier(self.now, self.rules.kept)])?;
        Ok(done)
    }

    /// Reads the request anew: one that was done just before may have ended it.
    fn settle_if_due(&self, id: RequestId) -> Result<u64, PeopleError> {
        let request = match self.request(id) {
            Ok(request) => request,
            Err(PeopleError::Damaged(_)) => return self.withdraw_damaged(id).map(|()| 0),
            Err(other) => return Err(other),
        };
        match request.state {
            RequestState::Waiting | RequestState::Approved if request.ends <= self.now => {
                self.end_for_nothing(&request, RequestState::Expired, EventKind::RequestExpired, By::Time).map(|()| 0)
            }
            RequestState::Approved if !request.kind.has_link() => self.do_or_withdraw(&request),
            _ => Ok(0),
        }
    }

    fn do_or_withdraw(&self, request: &Request) -> Result<u64, PeopleError> {
        match self.do_it(request) {
            Ok(()) => Ok(1),
            Err(PeopleError::Refused(Refusal::NotYet)) => Ok(0),
            // It makes no sense any more, or whoever approved it is no longer active.
            Err(PeopleError::Refused(_)) => self.withdraw(request).map(|()| 0),
            Err(other) => Err(other),
        }
    }
}
