//! A session is bound to its device after it began, and proves the device for each new cookie.

use jiff::{SignedDuration, Timestamp};
use rand::{CryptoRng, RngCore};
use rusqlite::OptionalExtension as _;

use super::{Binding, Started};
use crate::{
    By, EventKind, PeopleError, PersonId, Refusal, SessionHash, SessionId, SessionToken,
    event::NewEvent,
    store::{Change, Lasting, People, SLACK, after, earlier, millis},
};

/// How long after its begin a session may be bound: a browser does it at once, a thief of the cookie would come later.
const BINDING: SignedDuration = SignedDuration::from_secs(120);
/// Cookies of one session.
const COOKIES: u32 = 4;
/// A session counts as seen again after so long.
const SEEN: SignedDuration = SignedDuration::from_secs(60);

impl People {
    /// Binds a session that has just begun to its device's key: it lasts longer from now on, and may administer, if a key began it. The cookie before is
    /// good for nothing any more. This is done once: of the browser and a thief of its first cookie, the second fails and is seen.
    ///
    /// # Errors
    /// When the session is not live, began too long ago, or is bound already.
    pub fn bind<R: RngCore + CryptoRng>(
        &self,
        session: &SessionHash,
        binding: &Binding,
        rng: &mut R,
        now: Timestamp,
    ) -> Result<Started, PeopleError> {
        self.change(Lasting::Soon, now, |change| {
            let who = change.holder(session)?;
            change
                .if_refused(NewEvent::new(EventKind::ChangeRefused, By::Person(who.named())).named(Some(who.named())));
            binding.check()?;
            if *binding == Binding::Plain || who.binding != Binding::Plain {
                return Err(Refusal::BindingFixed.into());
            }
            let ends: Option<i64> = change
                .sql
                .prepare_cached(
                    "UPDATE sessions SET binding = ?2, bound = ?3, ends = begun + ?4 \
                     WHERE id = ?1 AND binding = 'plain' AND begun >= ?5 AND begun <= ?6 RETURNING ends",
                )?
                .query_row(
                    (
                        who.session,
                        binding.bound(),
                        binding.bytes(),
                        i64::try_from(change.rules.lasting(binding, who.is_elsewhere).as_millis()).unwrap_or(i64::MAX),
                        earlier(now, BINDING),
                        after(now, SLACK),
                    ),
                    |row| row.get(0),
                )
                .optional()?;
            let ends = ends.ok_or(Refusal::BindingFixed)?;
            change.sql.prepare_cached("DELETE FROM cookies WHERE session = ?")?.execute([who.session])?;
            change.end_passes(who.session)?;
            let event = NewEvent::new(EventKind::SessionBound, By::Person(who.named())).named(Some(who.named()));
            change.note(event.session(who.session))?;
            change.hand_cookie(who.person, who.session, binding, ends, rng)
        })
    }

    /// The next cookie of a session that is bound to a device's key. The caller has taken the challenge and verified its signature
    /// with the key that [`bound_to`](People::bound_to) gave, and says which that was.
    ///
    /// # Errors
    /// When the session is not live, its person is not active, or it is not bound to this key.
    pub fn refresh<R: RngCore + CryptoRng>(
        &self,
        session: SessionId,
        public_key: &[u8],
        rng: &mut R,
        now: Timestamp,
    ) -> Result<Started, PeopleError> {
        self.change(Lasting::Soon, now, |change| {
            let found: Option<(PersonId, i64)> = change
                .sql
                .prepare_cached(
                    "UPDATE sessions SET seen = max(seen, ?3) \
                     WHERE id = ?1 AND binding = 'device' AND bound = ?2 AND ended IS NULL AND ends > ?3 AND begun <= ?4 \
                     RETURNING person, ends",
                )?
                .query_row((session, public_key, millis(now), after(now, SLACK)), |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let (person, ends) = found.ok_or(Refusal::NoSuchSession)?;
            change.active(person)?;
            // Requests that are under way come with the cookie before; it ends by itself within minutes. However often a device asks, it
            // has few.
            change
                .sql
                .prepare_cached(
                    "DELETE FROM cookies WHERE hash IN \
                       (SELECT hash FROM cookies WHERE session = ? ORDER BY made DESC, hash LIMIT -1 OFFSET ?)",
                )?
                .execute((session, COOKIES - 1))?;
            let binding = Binding::Device { public_key: public_key.to_vec() };
            change.hand_cookie(person, session, &binding, ends, rng)
        })
    }

    /// Remembers that a session is in use; written once a minute at the most.
    ///
    /// # Errors
    /// When the file refuses.
    pub fn seen(&self, session: SessionId, now: Timestamp) -> Result<(), PeopleError> {
        let is_due = self.read(|sql| {
            let mut query = sql.prepare_cached("SELECT 1 FROM sessions WHERE id = ? AND seen < ? AND ended IS NULL")?;
            Ok(query.exists((session, earlier(now, SEEN)))?)
        })?;
        if !is_due {
            return Ok(());
        }
        self.change(Lasting::Soon, now, |change| {
            change
                .sql
                .prepare_cached("UPDATE sessions SET seen = max(seen, ?2) WHERE id = ?1 AND ended IS NULL")?
                .execute((session, millis(now)))?;
            Ok(())
        })
    }
}

impl Change<'_> {
    fn hand_cookie<R: RngCore + CryptoRng>(
        &self,
        person: PersonId,
        session: SessionId,
        binding: &Binding,
        ends: i64,
        rng: &mut R,
    ) -> Result<Started, PeopleError> {
        let token = SessionToken::random(rng);
        let until = self.add_cookie(session, &token, binding, ends)?;
        Ok(Started { person, session, token, until })
    }
}
