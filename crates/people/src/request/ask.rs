//! Asking: what can be asked for, and what can be seen to be pointless before anybody approves it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};
use serde::{Deserialize, Serialize};

use super::{Request, RequestState, SpareKey, glass};
use crate::{
    Actor, EventKind, Group, Name, PeopleError, PersonId, Refusal, RequestId, Role, Tie,
    event::NewEvent,
    store::{Change, Lasting, People, after, millis, moment},
};

/// Who would be invited as what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invited {
    /// The id that the person would have.
    pub person: PersonId,
    /// Called what.
    pub name: Name,
    /// How they would belong.
    pub tie: Tie,
    /// What they could do.
    pub role: Role,
    /// Their groups.
    pub groups: BTreeSet<Group>,
    /// Their end.
    pub until: Option<Timestamp>,
}

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The first administrators. Needs no approval, and is made by [`found`](People::found) alone.
    Found {
        /// The id that the person has.
        person: PersonId,
        /// Called what.
        name: Name,
    },
    /// A new person.
    Invite(Invited),
    /// A new key for somebody who has none any more; the old ones and all sessions die.
    Recover {
        /// Who.
        person: PersonId,
        /// Called what, so that approvers know whom they mean.
        name: Name,
    },
    /// Another role.
    Role {
        /// Who.
        person: PersonId,
        /// Called what.
        name: Name,
        /// The role.
        role: Role,
    },
    /// Three other keys that break the glass.
    BreakGlass {
        /// Which.
        keys: Vec<SpareKey>,
    },
}

impl Kind {
    /// Its word.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Found { .. } => "found",
            Self::Invite(_) => "invite",
            Self::Recover { .. } => "recover",
            Self::Role { .. } => "role",
            Self::BreakGlass { .. } => "break-glass",
        }
    }

    /// Whom it is about.
    #[must_use]
    pub const fn subject(&self) -> Option<PersonId> {
        match self {
            Self::Found { person, .. } | Self::Recover { person, .. } | Self::Role { person, .. } => Some(*person),
            Self::Invite(invited) => Some(invited.person),
            Self::BreakGlass { .. } => None,
        }
    }

    /// Whether it is done by a link.
    #[must_use]
    pub const fn has_link(&self) -> bool {
        matches!(self, Self::Found { .. } | Self::Invite(_) | Self::Recover { .. })
    }

    /// Whether it waits after its approval, so that somebody can veto it: all that gives somebody else's power away.
    pub(super) const fn has_delay(&self) -> bool {
        !matches!(self, Self::Found { .. } | Self::Invite(_))
    }

    const fn asked(&self) -> EventKind {
        match self {
            Self::Found { .. } => EventKind::Founded,
            Self::Invite(_) => EventKind::InvitationAsked,
            Self::Recover { .. } => EventKind::RecoveryAsked,
            Self::Role { .. } => EventKind::RoleAsked,
            Self::BreakGlass { .. } => EventKind::BreakGlassKeysAsked,
        }
    }
}

impl People {
    /// Asks for an invitation.
    ///
    /// # Errors
    /// When the actor may not, the name is taken or somebody of that name is being invited, or the end will not do.
    pub fn invite<R: RngCore + CryptoRng>(
        &self,
        by: &Actor,
        person: &NewPerson,
        rng: &mut R,
        now: Timestamp,
    ) -> Result<Request, PeopleError> {
        let NewPerson { name, tie, role, groups, until } = person.clone();
        let invited = Invited { person: PersonId::random(rng), name, tie, role, groups, until };
        self.ask(by, |_| Ok(Kind::Invite(invited)), rng, now)
    }

    /// Asks for a recovery: somebody has no key any more.
    ///
    /// # Errors
    /// When the actor may not, or the person is not active.
    pub fn recover<R: RngCore + CryptoRng>(
        &self,
        by: &Actor,
        person: PersonId,
        rng: &mut R,
        now: Timestamp,
    ) -> Result<Request, PeopleError> {
        self.ask(by, |change| Ok(Kind::Recover { person, name: change.active(person)?.name }), rng, now)
    }

    /// Asks for another role of somebody.
    ///
    /// # Errors
    /// When the actor may not, or the person is not active or has the role.
    pub fn ask_role<R: RngCore + CryptoRng>(
        &self,
        by: &Actor,
        person: PersonId,
        role: Role,
        rng: &mut R,
        now: Timestamp,
    ) -> Result<Request, PeopleError> {
        self.ask(by, |change| Ok(Kind::Role { person, name: change.active(person)?.name, role }), rng, now)
    }

    /// Asks for three other keys that break the glass.
    ///
    /// # Errors
    /// When the actor may not, or they are not three different ones that nobody has.
    pub fn ask_break_glass_keys<R: RngCore + CryptoRng>(
        &self,
        by: &Actor,
        keys: &[SpareKey],
        rng: &mut R,
        now: Timestamp,
    ) -> Result<Request, PeopleError> {
        self.ask(by, |_| Ok(Kind::BreakGlass { keys: glass::in_order(keys) }), rng, now)
    }

    fn ask<R: RngCore + CryptoRng>(
        &self,
        by: &Actor,
        kind: impl FnOnce(&Change<'_>) -> Result<Kind, PeopleError>,
        rng: &mut R,
        now: Timestamp,
    ) -> Result<Request, PeopleError> {
        self.change(Lasting::Now, now, |change| {
            let doer = change.doer(by)?;
            change.if_refused(NewEvent::new(EventKind::ChangeRefused, doer.by()));
            doer.must_administer()?;
            let kind = kind(change)?;
            change.must_make_sense(&kind)?;
            let request = change.new_request(kind, doer.id(), RequestState::Waiting, rng)?;
            change.note(change.about(NewEvent::new(request.kind.asked(), doer.by()), &request)?)?;
            Ok(request)
        })
    }
}

/// Who shall be invited as what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPerson {
    /// Called what.
    pub name: Name,
    /// How they belong.
    pub tie: Tie,
    /// What they may do.
    pub role: Role,
    /// Their groups.
    pub groups: BTreeSet<Group>,
    /// Their end; volunteers need one.
    pub until: Option<Timestamp>,
}

impl Change<'_> {
    /// Whether a request could be done if it were approved now. Asked again when it is done, because things change.
    pub(super) fn must_make_sense(&self, kind: &Kind) -> Result<(), PeopleError> {
        match kind {
            Kind::Found { name, .. } => self.must_be_free(name),
            Kind::Invite(invited) => {
                if invited.groups.len() > crate::person::GROUPS {
                    return Err(Refusal::TooManyGroups.into());
                }
                self.must_be_end(invited.tie, invited.until)?;
                self.must_be_free(&invited.name)
            }
            Kind::Recover { person, .. } => self.active(*person).map(drop),
            Kind::Role { person, role, .. } => {
                if self.active(*person)?.role == *role {
                    return Err(Refusal::SameRole.into());
                }
                self.must_have_a_key(*person, *role)?;
                if *role == Role::Administrator { self.must_have_keys_of_administrator(*person) } else { Ok(()) }
            }
            Kind::BreakGlass { keys } => self.must_be_three(keys),
        }
    }

    pub(super) fn new_request<R: RngCore + CryptoRng>(
        &self,
        kind: Kind,
        asked_by: Option<PersonId>,
        state: RequestState,
        rng: &mut R,
    ) -> Result<Request, PeopleError> {
        self.must_have_room(&kind)?;
        let ready = (state == RequestState::Approved).then_some(self.now);
        // To the millisecond, as the database has it: the text that is signed is made from what is read back.
        let (asked, ends) = (moment(millis(self.now))?, moment(after(self.now, self.rules.waiting))?);
        let request = Request { id: RequestId::random(rng), kind, asked_by, asked, state, ready, ends };
        self.insert_request(&request)?;
        Ok(request)
    }
}
