//! A code for tokens (RFC 6749, section 4.1.3). It is used up before anything is compared, so that nobody tries twice; coming a second
//! time, it takes with it what came of the first (section 4.1.2).

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};
use rusqlite::Transaction;
use serde_json::Value;

use super::{
    exchange::Exchange,
    issue::{Fresh, Rotated},
};
use crate::{
    OidcError, Provider, Refusal, Secret, Subjects,
    grant::{Grant, Use, end, shown, use_up},
    pkce,
};

impl Provider {
    pub(super) fn redeem<R: RngCore + CryptoRng>(
        &self,
        exchange: &Exchange<'_>,
        subjects: &impl Subjects,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Value, OidcError> {
        let code: Secret = exchange.form.need("code")?.parse().map_err(|_| Refusal::Code)?;
        let mut grant = self.store().change(|sql| take(sql, exchange, &code, now))??;
        let subject = self.holder(&grant, &exchange.client, subjects, now)?;
        grant.terms.key.clone_from(&exchange.key);
        let fresh = Fresh { client: &exchange.client, scope: grant.terms.scope, grant: &grant, subject: &subject };
        self.issue(&fresh, &Rotated::Code, now, rng)
    }
}

/// The grant of a code that is good. A refusal is a value here, so that the code stays used and the grant ended.
fn take(
    sql: &Transaction<'_>,
    exchange: &Exchange<'_>,
    code: &Secret,
    now: Timestamp,
) -> Result<Result<Grant, Refusal>, OidcError> {
    let Some(shown) = shown(sql, Use::Code, code, now)? else { return Ok(Err(Refusal::Code)) };
    use_up(sql, code, now)?;
    let held = if shown.was_used { Err(Refusal::CodeUsed) } else { hold(exchange, &shown.grant, shown.is_over) };
    if held.is_err() {
        end(sql, shown.grant.id, now)?;
    }
    Ok(held.map(|()| shown.grant))
}

/// Whether everything that was agreed on is what is shown now.
fn hold(exchange: &Exchange<'_>, grant: &Grant, is_over: bool) -> Result<(), Refusal> {
    if is_over || grant.has_ended || grant.client != exchange.client.known.id {
        return Err(Refusal::Code);
    }
    if exchange.form.need("redirect_uri")? != grant.terms.redirect {
        return Err(Refusal::Code);
    }
    pkce::check(grant.terms.challenge.as_ref(), exchange.form.get("code_verifier"))?;
    match &grant.terms.key {
        Some(_) if grant.terms.key != exchange.key => Err(Refusal::Proof("another key than the request's")),
        _ => Ok(()),
    }
}
