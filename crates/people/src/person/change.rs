//! What one administrator may change about a person: nothing that gives more power than two had agreed on.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Person, Role, Standing, Tie, Warning, read::groups_text};
use crate::{
    Actor, EventKind, Group, PeopleError, PersonId, Refusal,
    event::NewEvent,
    store::{Change, Lasting, People, after, millis},
};

/// Groups of one person.
pub(crate) const GROUPS: usize = 32;

impl People {
    /// Suspends somebody: all sessions end, and requests that rest on them are withdrawn. What is said when administrators are few.
    ///
    /// # Errors
    /// When the actor may not, or the person is gone.
    pub fn suspend(&self, by: &Actor, person: PersonId, now: Timestamp) -> Result<Option<Warning>, PeopleError> {
        self.change(Lasting::Now, now, |change| {
            let doer = change.doer(by)?;
            let person = change.person(person)?;
            change.if_refused(NewEvent::new(EventKind::ChangeRefused, doer.by()).subject(&person));
            doer.must_administer()?;
            // An invitation is withdrawn by a veto, not suspended: its link would wait for the day of the resumption.
            if person.standing != Standing::Active {
                return Err(Refusal::NotActive.into());
            }
            change.set_standing(person.id, Standing::Suspended)?;
            change.cut_off(&person)?;
            change.note(NewEvent::new(EventKind::Suspended, doer.by()).subject(&person))?;
            change.warning()
        })
    }

    /// Lets somebody who was suspended in again. An administrator comes back as a member: it takes two approvals to become one.
    ///
    /// # Errors
    /// When the actor may not or is not fresh, or the person is not suspended, or past the end.
    pub fn resume(&self, by: &Actor, person: PersonId, now: Timestamp) -> Result<(), PeopleError> {
        self.change(Lasting::Now, now, |change| {
            let doer = change.doer(by)?;
            let person = change.person(person)?;
            change.if_refused(NewEvent::new(EventKind::ChangeRefused, doer.by()).subject(&person));
            doer.must_administer_freshly()?;
            if person.standing != Standing::Suspended {
                return Err(Refusal::NotSuspended.into());
            }
            if person.until.is_some_and(|until| until <= now) {
                return Err(Refusal::BadEnd.into());
            }
            change.set_role(person.id, Role::Member)?;
            change.set_standing(person.id, Standing::Active)?;
            change.note(NewEvent::new(EventKind::Resumed, doer.by()).subject(&person))
        })
    }

    /// Gives somebody other groups, in place of those before.
    ///
    /// # Errors
    /// When the actor may not or is not fresh, or the groups are too many.
    pub fn set_groups(
        &self,
        by: &Actor,
        person: PersonId,
        groups: &BTreeSet<Group>,
        now: Timestamp,
    ) -> Result<(), PeopleError> {
        self.change(Lasting::Now, now, |change| {
            let doer = change.doer(by)?;
            let person = change.not_gone(person)?;
            change.if_refused(NewEvent::new(EventKind::ChangeRefused, doer.by()).subject(&person));
            doer.must_administer_freshly()?;
            if groups.len() > GROUPS {
                return Err(Refusal::TooManyGroups.into());
            }
            change.sql.execute("UPDATE persons SET groups = ? WHERE id = ?", (groups_text(groups)?, person.id))?;
            change.note(NewEvent::new(EventKind::GroupsChanged, doer.by()).subject(&person))
        })
    }

    /// Gives somebody another end, or none.
    ///
    /// # Errors
    /// When the actor may not or is not fresh, the end is past or too far, or a volunteer would have none.
    pub fn set_end(
        &self,
        by: &Actor,
        person: PersonId,
        until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), PeopleError> {
        self.change(Lasting::Now, now, |change| {
            let doer = change.doer(by)?;
            let person = change.not_gone(person)?;
            change.if_refused(NewEvent::new(EventKind::ChangeRefused, doer.by()).subject(&person));
            doer.must_administer_freshly()?;
            // Whoever's end has come is gone as soon as somebody tends the file: no new end makes that undone.
            if person.until.is_some_and(|end| end <= now) {
                return Err(Refusal::NotActive.into());
            }
            change.must_be_end(person.tie, until)?;
            change.sql.execute("UPDATE persons SET until = ? WHERE id = ?", (until.map(millis), person.id))?;
            let told = until.map_or_else(|| "-".to_owned(), |until| until.to_string());
            change.note(NewEvent::new(EventKind::EndChanged, doer.by()).subject(&person).detail(told))
        })
    }
}

impl Change<'_> {
    pub(crate) fn not_gone(&self, id: PersonId) -> Result<Person, PeopleError> {
        let person = self.person(id)?;
        if person.standing == Standing::Gone { Err(Refusal::Gone.into()) } else { Ok(person) }
    }

    /// Whether somebody of this tie may have this end.
    pub(crate) fn must_be_end(&self, tie: Tie, until: Option<Timestamp>) -> Result<(), PeopleError> {
        match (tie, until) {
            (Tie::Volunteer, None) => Err(Refusal::NoEnd.into()),
            (_, Some(until)) if until <= self.now => Err(Refusal::BadEnd.into()),
            (Tie::Volunteer, Some(until)) if millis(until) > after(self.now, self.rules.volunteer) => {
                Err(Refusal::BadEnd.into())
            }
            _ => Ok(()),
        }
    }
}
