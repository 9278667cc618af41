//! The first two administrators: named on the machine, until there were two at the same time.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};

use super::{Kind, Request, RequestState};
use crate::{
    By, EventKind, Name, PeopleError, Person, PersonId, Refusal, Role, Standing, Tie,
    event::NewEvent,
    store::{Change, Lasting, People, millis},
};

impl People {
    /// Names a founder: an administrator whose request needs no approval, because there is nobody to approve it. Two may be on their way or
    /// active; as soon as two administrators are active at the same time, this is over for good. Whoever can call this can
    /// write the file anyway.
    ///
    /// # Errors
    /// When founding is over, there are two founders, or the name is taken.
    pub fn found<R: RngCore + CryptoRng>(
        &self,
        name: Name,
        rng: &mut R,
        now: Timestamp,
    ) -> Result<Request, PeopleError> {
        self.change(Lasting::Now, now, |change| {
            change.if_refused(NewEvent::new(EventKind::ChangeRefused, By::Machine));
            change.must_be_founding()?;
            let person = Person {
                id: PersonId::random(rng),
                name: name.clone(),
                tie: Tie::Staff,
                role: Role::Administrator,
                groups: BTreeSet::new(),
                standing: Standing::Invited,
                until: None,
                added: now,
            };
            change.add_person(&person)?;
            let kind = Kind::Found { person: person.id, name };
            let request = change.new_request(kind, None, RequestState::Approved, rng)?;
            change.note(change.about(NewEvent::new(EventKind::Founded, By::Machine), &request)?)?;
            Ok(request)
        })
    }

    /// Whether founders may still be named.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn is_founding(&self) -> Result<bool, PeopleError> {
        self.read(|sql| Ok(sql.query_row("SELECT founded = 0 FROM place", [], |row| row.get(0))?))
    }
}

impl Change<'_> {
    fn must_be_founding(&self) -> Result<(), PeopleError> {
        let is_over: bool = self.sql.query_row("SELECT founded FROM place", [], |row| row.get(0))?;
        if is_over {
            return Err(Refusal::Founded.into());
        }
        // While founding lasts, nobody becomes an administrator but by founding: two would have to approve it.
        let on_their_way: i64 = self.sql.query_row(
            "SELECT count(*) FROM requests r JOIN persons p ON p.id = r.subject \
             WHERE r.state = 'approved' AND r.ends > ? AND p.state = 'invited'",
            [millis(self.now)],
            |row| row.get(0),
        )?;
        if self.administrators()? + on_their_way.unsigned_abs() < 2 { Ok(()) } else { Err(Refusal::TwoFounders.into()) }
    }
}
