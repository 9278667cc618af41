//! A session begins, and is made fresh again.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use jiff::{SignedDuration, Timestamp};
use rand::{CryptoRng, RngCore};

use super::{Binding, Started, Visit};
use crate::{
    AccountId, By, CredentialId, EventKind, Label, PeopleError, Person, Refusal, SessionHash, SessionId, SessionToken,
    Used,
    event::NewEvent,
    store::{Change, Lasting, People, after, earlier, millis, moment},
};

/// What stands for a time that is not known.
pub(super) const UNKNOWN: i64 = 0;
/// Within so long a key is in one place.
const NEAR: SignedDuration = SignedDuration::from_mins(10);

/// What opened the door to a session.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Opened<'a> {
    /// A key that was touched just now.
    Key(&'a CredentialId),
    /// An account at a provider, called what, to which its holder signed in then, where that is known.
    Account { id: AccountId, label: &'a Label, at: Option<Timestamp> },
}

impl<'a> Opened<'a> {
    const fn key(&self) -> Option<&'a CredentialId> {
        match self {
            Self::Key(id) => Some(id),
            Self::Account { .. } => None,
        }
    }

    const fn account(&self) -> Option<AccountId> {
        match self {
            Self::Key(_) => None,
            Self::Account { id, .. } => Some(*id),
        }
    }

    /// A word more for the event.
    fn told(&self, event: NewEvent) -> NewEvent {
        match self {
            Self::Key(_) => event,
            Self::Account { label, .. } => event.detail(label.as_str()),
        }
    }
}

/// The network that an address is of, coarsely: one provider's, or one office's.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits() >> 16 << 16).into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 96 << 96).into(),
    }
}

impl People {
    /// Somebody signs in: the caller has taken the challenge and verified what the key signed. The key is brought up to date and
    /// the session begins, both or neither.
    ///
    /// # Errors
    /// When the key is nobody's or was used meanwhile, or its person is not active. The refusal is counted against the address and written
    /// down; the caller waits for [`slowdown`](People::slowdown) before it answers.
    pub fn sign_in<R: RngCore + CryptoRng>(
        &self,
        used: &Used<'_>,
        visit: &Visit,
        rng: &mut R,
        now: Timestamp,
    ) -> Result<Started, PeopleError> {
        self.let_in(
            visit,
            now,
            |change| Ok((change.owner(used.id)?, ())),
            |change, person, ()| {
                change.use_key(used, Some(person.id))?;
                change.come_in(person, &Opened::Key(used.id), visit, rng)
            },
        )
    }

    /// Lets somebody in who is active, or counts and writes down that it was refused.
    pub(crate) fn let_in<T>(
        &self,
        visit: &Visit,
        now: Timestamp,
        whose: impl FnOnce(&Change<'_>) -> Result<(Person, T), PeopleError>,
        come_in: impl FnOnce(&Change<'_>, &Person, T) -> Result<Started, PeopleError>,
    ) -> Result<Started, PeopleError> {
        let mut subject = None;
        let done = self.change(Lasting::Soon, now, |change| {
            let (person, by) = whose(change)?;
            subject = Some(person.clone());
            if !person.is_active(now) {
                return Err(Refusal::NotActive.into());
            }
            come_in(change, &person, by)
        });
        if let Err(PeopleError::Refused(refusal)) = &done {
            self.count_refusal(subject.as_ref(), visit.address, refusal.word(), now)?;
        }
        done
    }

    /// Makes a session fresh again: its own person touched a key.
    ///
    /// # Errors
    /// When the session is not live or an account elsewhere began it, or the key is not its person's or was used meanwhile.
    pub fn freshen(&self, session: &SessionHash, used: &Used<'_>, now: Timestamp) -> Result<(), PeopleError> {
        self.change(Lasting::Soon, now, |change| {
            let who = change.holder(session)?;
            change
                .if_refused(NewEvent::new(EventKind::SignInRefused, By::Person(who.named())).named(Some(who.named())));
            if who.is_elsewhere {
                return Err(Refusal::ByAccount.into());
            }
            change.use_key(used, Some(who.person))?;
            change
                .sql
                .prepare_cached("UPDATE sessions SET authenticated = ? WHERE id = ?")?
                .execute((millis(now), who.session))?;
            Ok(())
        })
    }
}

impl Change<'_> {
    /// A session begins, and everybody whom it concerns hears of it.
    pub(crate) fn come_in<R: RngCore + CryptoRng>(
        &self,
        person: &Person,
        opened: &Opened<'_>,
        visit: &Visit,
        rng: &mut R,
    ) -> Result<Started, PeopleError> {
        let kind = if self.is_seen(person, visit)? { EventKind::SignedIn } else { EventKind::SignedInAnew };
        let elsewhere = self.elsewhere(person, opened, visit)?;
        let started = self.begin(person, opened, visit, rng)?;
        let event = |kind| {
            let event = NewEvent::new(kind, By::Person(person.named())).subject(person);
            event.address(visit.address).session(started.session)
        };
        self.note(opened.told(event(kind)))?;
        if let Some(elsewhere) = elsewhere {
            self.note(event(EventKind::TwoPlaces).detail(elsewhere.to_string()))?;
        }
        Ok(started)
    }

    /// A new session of a person. It is bound now, or within minutes by [`People::bind`].
    pub(crate) fn begin<R: RngCore + CryptoRng>(
        &self,
        person: &Person,
        opened: &Opened<'_>,
        visit: &Visit,
        rng: &mut R,
    ) -> Result<Started, PeopleError> {
        visit.binding.check()?;
        self.make_room_for_session(person)?;
        let (id, token) = (SessionId::random(rng), SessionToken::random(rng));
        let lasting = self.rules.lasting(&visit.binding, opened.account().is_some());
        let (now, ends) = (millis(self.now), after(self.now, lasting));
        let authenticated = match opened {
            Opened::Key(_) => now,
            // A provider whose clock is ahead must not make a sign-in of later.
            Opened::Account { at, .. } => at.map_or(UNKNOWN, |at| millis(at).min(now)),
        };
        self.sql
            .prepare_cached(
                "INSERT INTO sessions (id, person, key, account, binding, bound, begun, authenticated, seen, ends, address, agent) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?7, ?9, ?10, ?11)",
            )?
            .execute((
                id,
                person.id,
                opened.key(),
                opened.account(),
                visit.binding.bound(),
                visit.binding.bytes(),
                now,
                authenticated,
                ends,
                visit.address.map(|address| address.to_string()),
                visit.agent.as_str(),
            ))?;
        let until = self.add_cookie(id, &token, &visit.binding, ends)?;
        Ok(Started { person: person.id, session: id, token, until })
    }

    /// A cookie for a session: for minutes where a device's key brings the next one, else for as long as the session.
    pub(super) fn add_cookie(
        &self,
        session: SessionId,
        token: &SessionToken,
        binding: &Binding,
        ends: i64,
    ) -> Result<Timestamp, PeopleError> {
        let ends = match binding {
            Binding::Device { .. } => after(self.now, self.rules.cookie).min(ends),
            Binding::Plain | Binding::Certificate { .. } => ends,
        };
        self.sql.prepare_cached("INSERT INTO cookies (hash, session, made, ends) VALUES (?, ?, ?, ?)")?.execute((
            token.hash(),
            session,
            millis(self.now),
            ends,
        ))?;
        Ok(moment(ends)?)
    }

    /// The oldest sessions of a person end where there would be too many.
    fn make_room_for_session(&self, person: &Person) -> Result<(), PeopleError> {
        let old: Vec<SessionId> = self
            .sql
            .prepare_cached(
                "SELECT id FROM sessions WHERE person = ? AND ended IS NULL AND ends > ? ORDER BY begun DESC LIMIT -1 OFFSET ?",
            )?
            .query_map((person.id, millis(self.now), self.rules.sessions - 1), |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        old.into_iter().try_for_each(|id| self.end_one(id))
    }

    /// Where this key or account was used minutes ago, if that is far from here. Nobody carries a key that fast, so that two have it, or one of
    /// the two is a relay; a telephone that changes networks looks the same, which is why this is told and refuses nothing.
    fn elsewhere(&self, person: &Person, opened: &Opened<'_>, visit: &Visit) -> Result<Option<IpAddr>, PeopleError> {
        let Some(here) = visit.address else { return Ok(None) };
        let mut query = self.sql.prepare_cached(
            "SELECT address FROM sessions WHERE person = ? AND key IS ? AND account IS ? AND begun > ? AND address IS NOT NULL \
             ORDER BY begun DESC",
        )?;
        let since = earlier(self.now, NEAR);
        let addresses =
            query.query_map((person.id, opened.key(), opened.account(), since), |row| row.get::<_, String>(0))?;
        for address in addresses {
            if let Ok(address) = address?.parse::<IpAddr>()
                && network(address) != network(here)
            {
                return Ok(Some(address));
            }
        }
        Ok(None)
    }

    /// Whether the person was here with this browser, or this certificate, in the time that sessions are kept.
    fn is_seen(&self, person: &Person, visit: &Visit) -> Result<bool, PeopleError> {
        let seen = self
            .sql
            .prepare_cached(
                "SELECT 1 FROM sessions WHERE person = ? AND begun > ? AND (agent = ? OR bound = ?) LIMIT 1",
            )?
            .exists((person.id, earlier(self.now, self.rules.kept), visit.agent.as_str(), visit.binding.bytes()))?;
        Ok(seen)
    }
}
