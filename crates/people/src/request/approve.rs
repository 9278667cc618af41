//! Approving: an active administrator, whom the request is not about, signed this very text. Two such people make it approved.

use jiff::Timestamp;

use super::{Digest, Kind, Request, RequestState, ask::Invited, values::APPROVALS};
use crate::{
    By, EventKind, PeopleError, Person, PersonId, Refusal, RequestId, Role, Standing, Used,
    event::NewEvent,
    store::{Change, Lasting, People, after, millis, moment},
};

/// A proof, at most: the answer of an authenticator is under a thousand bytes.
const PROOF: usize = 8 << 10;

/// Somebody's approval. The caller has taken its challenge and verified that the key signed the digest.
#[derive(Debug, Clone, Copy)]
pub struct Approval<'a> {
    /// Of which request.
    pub request: RequestId,
    /// Who approves.
    pub approver: PersonId,
    /// The key that signed.
    pub used: Used<'a>,
    /// What it signed.
    pub digest: Digest,
    /// The signature, with all that is needed to verify it again.
    pub proof: &'a [u8],
}

impl People {
    /// Approves a request. Gives the request as it stands then.
    ///
    /// # Errors
    /// When the request waits for nothing, the approver is no active administrator, is whom it is about or approved already, the key is not the
    /// approver's, or something else was signed.
    pub fn approve(&self, approval: &Approval<'_>, now: Timestamp) -> Result<Request, PeopleError> {
        self.change(Lasting::Now, now, |change| {
            let request = change.request(approval.request)?;
            let approver = change.person(approval.approver)?;
            let by = By::Person(approver.named());
            change.if_refused(change.about(NewEvent::new(EventKind::ApprovalRefused, by.clone()), &request)?);
            change.must_wait(&request)?;
            change.must_approve(&approver, approval, &request)?;
            change.use_key(&approval.used, Some(approver.id))?;
            change.must_do_for_administrator(approval.used.id)?;
            change.insert_approval(approval)?;
            if change.approvals(request.id)? < APPROVALS {
                change.note(change.about(NewEvent::new(EventKind::Approved, by), &request)?)?;
            } else {
                change.approved(&request, by, request.kind.has_delay())?;
            }
            change.request(request.id)
        })
    }
}

impl Change<'_> {
    /// Whether a request waits for approvals, and if not, why.
    pub(super) fn must_wait(&self, request: &Request) -> Result<(), PeopleError> {
        match request.state {
            RequestState::Waiting if self.now < request.ends => Ok(()),
            RequestState::Waiting | RequestState::Expired => Err(Refusal::RequestExpired.into()),
            RequestState::Approved => Err(Refusal::NotWaiting.into()),
            RequestState::Done => Err(Refusal::RequestDone.into()),
            RequestState::Vetoed => Err(Refusal::RequestVetoed.into()),
            RequestState::Withdrawn => Err(Refusal::RequestWithdrawn.into()),
        }
    }

    fn must_approve(&self, approver: &Person, approval: &Approval<'_>, request: &Request) -> Result<(), PeopleError> {
        if !approver.is_active(self.now) {
            return Err(Refusal::NotActive.into());
        }
        if approver.role != Role::Administrator {
            return Err(Refusal::NotAdministrator.into());
        }
        if request.kind.subject() == Some(approver.id) {
            return Err(Refusal::OwnRequest.into());
        }
        must_be_signed(approval.digest, approval.proof, request)
    }

    fn insert_approval(&self, approval: &Approval<'_>) -> Result<(), PeopleError> {
        let added = self
            .sql
            .prepare_cached(
                "INSERT INTO approvals (request, approver, key, proof, at) VALUES (?, ?, ?, ?, ?) \
                 ON CONFLICT (request, approver) DO NOTHING",
            )?
            .execute((approval.request, approval.approver, approval.used.id, approval.proof, millis(self.now)))?;
        if added == 1 { Ok(()) } else { Err(Refusal::AlreadyApproved.into()) }
    }

    /// How many people approved a request who may still do so.
    pub(super) fn approvals(&self, request: RequestId) -> Result<u64, PeopleError> {
        let count: i64 = self
            .sql
            .prepare_cached(
                "SELECT count(*) FROM approvals a JOIN persons p ON p.id = a.approver \
                 WHERE a.request = ?1 AND p.role = 'administrator' AND p.state = 'active' \
                   AND (p.until IS NULL OR p.until > ?2)",
            )?
            .query_row((request, millis(self.now)), |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }

    /// A request is approved: a new person is known from now on, and the delay begins, if there is one.
    pub(super) fn approved(&self, request: &Request, by: By, has_delay: bool) -> Result<(), PeopleError> {
        self.must_make_sense(&request.kind)?;
        if let Kind::Invite(invited) = &request.kind {
            self.add_invited(invited)?;
        }
        let ready = if has_delay { after(self.now, self.rules.delay) } else { millis(self.now) };
        let ends = after(moment(ready)?, self.rules.waiting);
        self.sql
            .prepare_cached("UPDATE requests SET state = 'approved', ready = ?, ends = ? WHERE id = ?")?
            .execute((ready, ends, request.id))?;
        self.note(self.about(NewEvent::new(EventKind::RequestApproved, by), request)?)
    }

    fn add_invited(&self, invited: &Invited) -> Result<(), PeopleError> {
        let Invited { person, name, tie, role, groups, until } = invited.clone();
        let (standing, added) = (Standing::Invited, self.now);
        self.add_person(&Person { id: person, name, tie, role, groups, standing, until, added })
    }
}

/// Whether what was signed is this request, as it reads now.
pub(super) fn must_be_signed(digest: Digest, proof: &[u8], request: &Request) -> Result<(), PeopleError> {
    if digest != request.digest() {
        return Err(Refusal::OtherDigest.into());
    }
    if proof.is_empty() || proof.len() > PROOF {
        return Err(Refusal::BadProof.into());
    }
    Ok(())
}
