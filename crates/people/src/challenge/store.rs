//! Challenges are taken once, by one statement, before anything is verified; and however many are asked for, the disk is not filled.

use std::{net::IpAddr, sync::atomic::Ordering};

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};
use rusqlite::OptionalExtension as _;

use super::Purpose;
use crate::{
    BrowserHash, ChallengeHash, ChallengeToken, PeopleError, Refusal,
    attempts::neighbourhood,
    store::{Change, Lasting, People, SLACK, after, millis},
};

/// A ceremony's state, at most.
const STATE: usize = 16 << 10;
/// After so many new ones, those that ended are cleared away.
const CLEAR: u32 = 64;

/// A challenge that is to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewChallenge<'a> {
    /// What for.
    pub purpose: Purpose,
    /// What the ceremony needs to verify the answer; opaque to us, at most 16 KiB.
    pub state: &'a [u8],
    /// The browser that may answer.
    pub browser: BrowserHash,
    /// Its address.
    pub address: Option<IpAddr>,
}

/// A challenge that was taken: nobody else gets it.
#[derive(Debug, PartialEq, Eq)]
pub struct Taken {
    /// What it was for.
    pub purpose: Purpose,
    /// The ceremony's state.
    pub state: Vec<u8>,
}

impl People {
    /// Makes a challenge, and gives its name for the browser. Where there are too many of one address (or one person, or one request),
    /// its oldest makes room; where there are too many altogether, the oldest of whoever has most. Nobody is refused, because
    /// whoever is refused is locked out.
    ///
    /// # Errors
    /// When the state is too long, or the file refuses.
    pub fn challenge<R: RngCore + CryptoRng>(
        &self,
        new: &NewChallenge<'_>,
        rng: &mut R,
        now: Timestamp,
    ) -> Result<ChallengeToken, PeopleError> {
        if new.state.len() > STATE {
            return Err(Refusal::BadState.into());
        }
        let token = ChallengeToken::random(rng);
        let is_clearing = self.made.fetch_add(1, Ordering::Relaxed).is_multiple_of(CLEAR);
        self.change(Lasting::Soon, now, |change| {
            if is_clearing {
                change.clear_challenges()?;
            }
            change.insert_challenge(new, &token)
        })?;
        Ok(token)
    }

    /// Takes a challenge: whoever comes first gets it, everybody else is refused. Taken before anything is verified, an answer is good
    /// for one attempt.
    ///
    /// # Errors
    /// When there is none, it ended, or it is another browser's, which keeps it.
    pub fn take(&self, challenge: &ChallengeHash, browser: &BrowserHash, now: Timestamp) -> Result<Taken, PeopleError> {
        self.change(Lasting::Soon, now, |change| {
            let taken: Option<(String, Vec<u8>)> = change
                .sql
                .prepare_cached(
                    "DELETE FROM challenges WHERE hash = ? AND browser = ? AND ends > ? AND made <= ? \
                     RETURNING purpose, state",
                )?
                .query_row((challenge, browser, millis(now), after(now, SLACK)), |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let (purpose, state) = taken.ok_or(Refusal::NoChallenge)?;
            let purpose = serde_json::from_str(&purpose).map_err(|_| PeopleError::Damaged("a challenge".to_owned()))?;
            Ok(Taken { purpose, state })
        })
    }
}

impl Change<'_> {
    fn insert_challenge(&self, new: &NewChallenge<'_>, token: &ChallengeToken) -> Result<(), PeopleError> {
        let known = new.purpose.bucket();
        let is_anonymous = known.is_none();
        let most = if is_anonymous { self.rules.challenges_address } else { self.rules.challenges_each };
        let bucket = known.unwrap_or_else(|| neighbourhood(new.address));
        let purpose = serde_json::to_string(&new.purpose).map_err(|error| PeopleError::Store(error.to_string()))?;
        self.sql
            .prepare_cached(
                "DELETE FROM challenges WHERE hash IN \
                   (SELECT hash FROM challenges WHERE bucket = ? ORDER BY made DESC LIMIT -1 OFFSET ?)",
            )?
            .execute((&bucket, most.saturating_sub(1)))?;
        self.sql
            .prepare_cached(
                "INSERT INTO challenges (hash, browser, purpose, bucket, is_anonymous, state, made, ends) \
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute((
                token.hash(),
                new.browser,
                purpose,
                bucket,
                is_anonymous,
                new.state,
                millis(self.now),
                after(self.now, self.rules.challenge),
            ))?;
        Ok(())
    }

    /// Clears away challenges that ended, and, of those of strangers that are too many, the oldest of whoever has most.
    pub(crate) fn clear_challenges(&self) -> Result<(), PeopleError> {
        self.sql.prepare_cached("DELETE FROM challenges WHERE ends <= ?")?.execute([millis(self.now)])?;
        let anonymous: i64 = self
            .sql
            .prepare_cached("SELECT count(*) FROM challenges WHERE is_anonymous")?
            .query_row([], |row| row.get(0))?;
        let too_many = anonymous.saturating_sub(i64::from(self.rules.challenges));
        if too_many > 0 {
            // The more an address has beside one, the sooner that one goes: an honest browser has one or two.
            self.sql
                .prepare_cached(
                    "DELETE FROM challenges WHERE hash IN (SELECT hash FROM \
                       (SELECT hash, made, row_number() OVER (PARTITION BY bucket ORDER BY made DESC) AS place \
                        FROM challenges WHERE is_anonymous) ORDER BY place DESC, made LIMIT ?)",
                )?
                .execute([too_many])?;
        }
        Ok(())
    }
}
