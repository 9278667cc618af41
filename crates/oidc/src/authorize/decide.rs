//! Who is signed in, and whether that is enough for what was asked.

use jiff::{SignedDuration, Timestamp};
use rand::{CryptoRng, RngCore};

use super::request::Asked;
use crate::{
    Client, OidcError, Provider, Refusal, Secret, Subject, Subjects,
    form::with_query,
    requests::{Kind, Row},
};

/// What happens with a request that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The browser goes to this address, with a code or a refusal.
    Answer(String),
    /// Somebody has to sign in, or to touch a key again. The request stays.
    SignIn,
    /// There is no such request any more: it was answered, or waited too long.
    Gone,
}

impl Provider {
    /// Decides on a request that was kept, for whoever is signed in in this browser.
    ///
    /// # Errors
    /// When something of ours fails. Nothing is given out then.
    pub fn decide<R: RngCore + CryptoRng>(
        &self,
        secret: &Secret,
        subject: Option<&Subject>,
        subjects: &impl Subjects,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Decision, OidcError> {
        let Some(kept) = self.kept::<Asked>(Kind::Waiting, secret, now)? else { return Ok(Decision::Gone) };
        let Some(client) = kept.client.as_ref().map(|id| self.client(id.as_str())).transpose()?.flatten() else {
            return Ok(Decision::Gone);
        };
        let decided = match subject.filter(|subject| is_enough(&kept, subject)) {
            Some(subject) if subjects.may_reach(subject, &client.known.host, now) => Ok(subject),
            Some(_) => Err(Refusal::NotReached),
            None if kept.body.is_silent => Err(Refusal::LoginRequired),
            None => return Ok(Decision::SignIn),
        };
        // Of two that come at once, one is answered.
        let Some(Row { body, .. }) = self.take::<Asked>(Kind::Waiting, secret, now)? else { return Ok(Decision::Gone) };
        Ok(Decision::Answer(match decided {
            Ok(subject) => self.let_in(&client, &body, subject, now, rng)?,
            Err(why) => self.refused_at(&body.redirect, body.state.as_deref(), why),
        }))
    }

    fn let_in<R: RngCore + CryptoRng>(
        &self,
        client: &Client,
        asked: &Asked,
        subject: &Subject,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<String, OidcError> {
        let code = self.begin_grant(client, asked, subject, now, rng)?.text();
        let more = [("code", Some(code.as_str())), ("state", asked.state.as_deref()), ("iss", Some(self.issuer()))];
        Ok(with_query(&asked.redirect, &more))
    }
}

/// Whether this person's last touch of a key is what the client asked for, and it is whom the client means.
fn is_enough(kept: &Row<Asked>, subject: &Subject) -> bool {
    let Asked { is_anew, max_age, hinted, .. } = kept.body;
    let oldest = match (is_anew, max_age) {
        (true, _) => Some(kept.made),
        // Counted from the request, so that nobody who takes long to sign in is asked twice.
        (false, Some(seconds)) => kept.made.checked_sub(SignedDuration::from_secs(seconds)).ok(),
        (false, None) => None,
    };
    oldest.is_none_or(|oldest| subject.authenticated.is_some_and(|at| at >= oldest))
        && hinted.is_none_or(|hinted| hinted == subject.id)
}
