//! Somebody comes in by an account: a session that administers nothing and is never fresh, because what was touched at the provider is
//! not known here.

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};

use super::Claimed;
use crate::{
    PeopleError, Refusal, Started, Visit,
    session::Opened,
    store::{Change, People},
};

impl People {
    /// Somebody signs in by an account: the caller has taken the challenge and verified what the provider signed. Whoever is suspended
    /// here is out, whatever is said there.
    ///
    /// # Errors
    /// When the account is nobody's, or its person is not active. The refusal is counted against the address and written down; the
    /// caller waits for [`slowdown`](People::slowdown) before it answers.
    pub fn sign_in_elsewhere<R: RngCore + CryptoRng>(
        &self,
        claimed: &Claimed,
        visit: &Visit,
        rng: &mut R,
        now: Timestamp,
    ) -> Result<Started, PeopleError> {
        let account = &claimed.account;
        let whose = |change: &Change<'_>| {
            let (id, person) = change.use_account(&account.subject)?.ok_or(Refusal::NoSuchAccount)?;
            Ok((change.person(person)?, id))
        };
        self.let_in(visit, now, whose, |change, person, id| {
            let opened = Opened::Account { id, label: &account.label, at: claimed.authenticated };
            change.come_in(person, &opened, visit, rng)
        })
    }
}
