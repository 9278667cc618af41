//! The link of a request that was approved: made once, told once, and kept as a hash.

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};

use super::{Kind, Request, RequestState, store, values::APPROVALS};
use crate::{
    Actor, EventKind, InvitationHash, InvitationToken, Named, PeopleError, Refusal, RequestId,
    event::NewEvent,
    store::{Change, Lasting, People, after},
};

/// What a link opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The request.
    pub request: RequestId,
    /// For whom.
    pub person: Named,
    /// Whether it is a recovery: old keys and sessions die.
    pub is_recovery: bool,
    /// Until when it is good.
    pub until: Timestamp,
}

impl People {
    /// Makes the link of a request that was approved, once its delay is over. It is told this once; whoever loses it makes a new request,
    /// because one person alone must not be able to have a second link.
    ///
    /// # Errors
    /// When the actor may not or is not fresh, the request is not approved, its delay runs, or its link was made. Founders' links are made on the machine alone.
    pub fn give_link<R: RngCore + CryptoRng>(
        &self,
        by: &Actor,
        request: RequestId,
        rng: &mut R,
        now: Timestamp,
    ) -> Result<InvitationToken, PeopleError> {
        self.change(Lasting::Now, now, |change| {
            let doer = change.doer(by)?;
            let request = change.request(request)?;
            change.if_refused(change.about(NewEvent::new(EventKind::ChangeRefused, doer.by()), &request)?);
            // Whoever has the link is the person: no stolen cookie makes one.
            doer.must_administer_freshly()?;
            if matches!(request.kind, Kind::Found { .. }) && doer.id().is_some() {
                return Err(Refusal::OnlyMachine.into());
            }
            if !request.kind.has_link() {
                return Err(Refusal::NoLink.into());
            }
            change.must_be_ready(&request)?;
            let token = InvitationToken::random(rng);
            let made = change
                .sql
                .prepare_cached("UPDATE requests SET link = ?, ends = ? WHERE id = ? AND link IS NULL")?
                .execute((token.hash(), after(now, change.rules.link), request.id))?;
            if made != 1 {
                return Err(Refusal::LinkGiven.into());
            }
            change.note(change.about(NewEvent::new(EventKind::LinkGiven, doer.by()), &request)?)?;
            Ok(token)
        })
    }

    /// What a link opens now: looked at, not used.
    ///
    /// # Errors
    /// When it is nobody's, was used, has ended, or its request was vetoed or withdrawn.
    pub fn invitation(&self, link: &InvitationHash, now: Timestamp) -> Result<Invitation, PeopleError> {
        self.read(|sql| {
            let request = store::request_of_link(sql, link)?;
            must_be_approved(&request, now)?;
            let person = store::named(&request.kind).ok_or(Refusal::NoLink)?;
            let is_recovery = matches!(request.kind, Kind::Recover { .. });
            Ok(Invitation { request: request.id, person, is_recovery, until: request.ends })
        })
    }
}

impl Change<'_> {
    /// Whether a request can be done now: approved, by people who may still approve, and its delay over.
    pub(super) fn must_be_ready(&self, request: &Request) -> Result<(), PeopleError> {
        must_be_approved(request, self.now)?;
        if request.ready.is_none_or(|ready| self.now < ready) {
            return Err(Refusal::NotYet.into());
        }
        let is_founder = matches!(request.kind, Kind::Found { .. });
        if is_founder || self.approvals(request.id)? >= APPROVALS || self.is_glass_broken(request)? {
            Ok(())
        } else {
            Err(Refusal::NotApproved.into())
        }
    }
}

fn must_be_approved(request: &Request, now: Timestamp) -> Result<(), PeopleError> {
    match request.state {
        RequestState::Approved if now < request.ends => Ok(()),
        RequestState::Approved | RequestState::Expired => Err(Refusal::RequestExpired.into()),
        RequestState::Waiting => Err(Refusal::NotApproved.into()),
        RequestState::Done if request.kind.has_link() => Err(Refusal::LinkUsed.into()),
        RequestState::Done => Err(Refusal::RequestDone.into()),
        RequestState::Vetoed => Err(Refusal::RequestVetoed.into()),
        RequestState::Withdrawn => Err(Refusal::RequestWithdrawn.into()),
    }
}
