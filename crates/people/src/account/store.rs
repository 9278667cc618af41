//! The rules of accounts.

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};
use rusqlite::{OptionalExtension as _, Row};

use super::{Account, NewAccount, Subject};
use crate::{
    AccountId, Actor, EventKind, PeopleError, Person, PersonId, Refusal, Role, SessionHash,
    event::NewEvent,
    store::{Change, Lasting, People, millis, moment},
};

const COLUMNS: &str = "id, person, issuer, subject, label, added, used";
/// Accounts of one person: one provider, and one that it is changed for.
const MOST: u32 = 4;

impl People {
    /// A person's accounts, the oldest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn accounts(&self, person: PersonId) -> Result<Vec<Account>, PeopleError> {
        self.read(|sql| {
            let mut query =
                sql.prepare_cached(&format!("SELECT {COLUMNS} FROM accounts WHERE person = ? ORDER BY added, id"))?;
            query.query_map([person], row)?.map(|account| account?.ok_or_else(bad)).collect()
        })
    }

    /// Adds an account to the person who holds this session, who touched a key just now: so whoever has a session of an account alone
    /// adds none.
    ///
    /// # Errors
    /// When the session is not live or not fresh, somebody has the account, or there are too many.
    pub fn add_account<R: RngCore + CryptoRng>(
        &self,
        session: &SessionHash,
        account: &NewAccount,
        rng: &mut R,
        now: Timestamp,
    ) -> Result<(), PeopleError> {
        self.change(Lasting::Now, now, |change| {
            let (doer, person) = change.seated(session)?;
            change.if_refused(NewEvent::new(EventKind::ChangeRefused, doer.by()).subject(&person));
            doer.must_be_fresh()?;
            change.insert_account(account, &person, rng)?;
            let event = NewEvent::new(EventKind::AccountAdded, doer.by()).subject(&person);
            change.note(event.detail(account.label.as_str()))
        })
    }

    /// Removes an account, and ends the sessions that it began: one's own, or anybody's for an administrator.
    ///
    /// # Errors
    /// When the actor may not or is not fresh, there is no such account, or it is all that lets its person in.
    pub fn remove_account(&self, by: &Actor, account: AccountId, now: Timestamp) -> Result<(), PeopleError> {
        self.change(Lasting::Now, now, |change| {
            let doer = change.doer(by)?;
            let person = change.person(change.owner_of_account(account)?)?;
            change.if_refused(NewEvent::new(EventKind::ChangeRefused, doer.by()).subject(&person));
            doer.must_be_or_administer(&person)?;
            doer.must_be_fresh()?;
            change.must_have_ways_left(&person)?;
            let label: String = change
                .sql
                .prepare_cached("DELETE FROM accounts WHERE id = ? RETURNING label")?
                .query_row([account], |row| row.get(0))?;
            change.end_sessions_of_account(person.id, account)?;
            change.note(NewEvent::new(EventKind::AccountRemoved, doer.by()).subject(&person).detail(label))
        })
    }
}

impl Change<'_> {
    /// A new account of a person. Administrators may have one beside their keys.
    pub(crate) fn insert_account<R: RngCore + CryptoRng>(
        &self,
        account: &NewAccount,
        person: &Person,
        rng: &mut R,
    ) -> Result<AccountId, PeopleError> {
        if self.count_accounts(person.id)? >= MOST {
            return Err(Refusal::TooManyKeys.into());
        }
        let id = AccountId::random(rng);
        let added = self
            .sql
            .prepare_cached(
                "INSERT INTO accounts (id, person, issuer, subject, label, added) VALUES (?, ?, ?, ?, ?, ?) \
                 ON CONFLICT (issuer, subject) DO NOTHING",
            )?
            .execute((
                id,
                person.id,
                account.subject.issuer(),
                account.subject.subject(),
                &account.label,
                millis(self.now),
            ))?;
        if added == 1 { Ok(id) } else { Err(Refusal::AccountTaken.into()) }
    }

    /// Whose account this is, and its name here; it is remembered that it was used.
    pub(super) fn use_account(&self, subject: &Subject) -> Result<Option<(AccountId, PersonId)>, PeopleError> {
        let mut query = self
            .sql
            .prepare_cached("UPDATE accounts SET used = ?3 WHERE issuer = ?1 AND subject = ?2 RETURNING id, person")?;
        let named = (subject.issuer(), subject.subject(), millis(self.now));
        Ok(query.query_row(named, |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
    }

    /// Nothing but a key makes an administrator: a session of an account administers nothing.
    pub(crate) fn must_have_a_key(&self, person: PersonId, role: Role) -> Result<(), PeopleError> {
        if role == Role::Administrator && self.count_keys(person)? == 0 {
            return Err(Refusal::NeedsKey.into());
        }
        Ok(())
    }

    /// Whether a person comes in when one key or account is gone.
    pub(crate) fn must_have_ways_left(&self, person: &Person) -> Result<(), PeopleError> {
        if self.count_keys(person.id)? + self.count_accounts(person.id)? < 2 {
            return Err(Refusal::LastKey.into());
        }
        Ok(())
    }

    /// Nothing lets a person in any more: keys and accounts are nobody's.
    pub(crate) fn forget_ways_in(&self, person: PersonId) -> Result<(), PeopleError> {
        self.sql.prepare_cached("DELETE FROM keys WHERE person = ?")?.execute([person])?;
        self.sql.prepare_cached("DELETE FROM accounts WHERE person = ?")?.execute([person])?;
        Ok(())
    }

    fn owner_of_account(&self, account: AccountId) -> Result<PersonId, PeopleError> {
        let mut query = self.sql.prepare_cached("SELECT person FROM accounts WHERE id = ?")?;
        Ok(query.query_row([account], |row| row.get(0)).optional()?.ok_or(Refusal::NoSuchAccount)?)
    }

    fn count_accounts(&self, person: PersonId) -> Result<u32, PeopleError> {
        let mut query = self.sql.prepare_cached("SELECT count(*) FROM accounts WHERE person = ?")?;
        Ok(query.query_row([person], |row| row.get(0))?)
    }
}

fn row(row: &Row<'_>) -> rusqlite::Result<Option<Account>> {
    let Ok(subject) = Subject::new(row.get_ref(2)?.as_str()?, row.get_ref(3)?.as_str()?) else { return Ok(None) };
    let used: Option<i64> = row.get(6)?;
    Ok(Some(Account {
        id: row.get(0)?,
        person: row.get(1)?,
        subject,
        label: row.get(4)?,
        added: moment(row.get(5)?)?,
        used: used.map(moment).transpose()?,
    }))
}

fn bad() -> PeopleError {
    PeopleError::Damaged("an account".to_owned())
}
