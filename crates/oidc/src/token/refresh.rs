//! A refresh token for tokens (RFC 6749, section 6). Each is good once; one that comes again was stolen, from its client or by it, and
//! ends its whole family (RFC 9700, section 4.14.2). There is no time of grace: a client that lost an answer has its person sign in,
//! which is a touch.

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
    scope::Scope,
};

impl Provider {
    pub(super) fn refresh<R: RngCore + CryptoRng>(
        &self,
        exchange: &Exchange<'_>,
        subjects: &impl Subjects,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Value, OidcError> {
        let token: Secret = exchange.form.need("refresh_token")?.parse().map_err(|_| Refusal::Refresh)?;
        let (grant, scope) = self.store().change(|sql| take(sql, exchange, &token, now))??;
        let subject = self.holder(&grant, &exchange.client, subjects, now)?;
        let fresh = Fresh { client: &exchange.client, scope, grant: &grant, subject: &subject };
        self.issue(&fresh, &Rotated::Refresh, now, rng)
    }
}

type Taken = Result<(Grant, Scope), Refusal>;

/// The grant of a token that is good, and the scope that is asked for. Whose token it is comes before its use: whoever has neither the client's
/// secret nor its key cannot end its family.
fn take(sql: &Transaction<'_>, exchange: &Exchange<'_>, token: &Secret, now: Timestamp) -> Result<Taken, OidcError> {
    let Some(shown) = shown(sql, Use::Refresh, token, now)? else { return Ok(Err(Refusal::Refresh)) };
    let grant = shown.grant;
    if grant.client != exchange.client.known.id {
        return Ok(Err(Refusal::Refresh));
    }
    if grant.terms.key != exchange.key {
        return Ok(Err(Refusal::Proof("not the key that the refresh token is bound to")));
    }
    if shown.was_used {
        end(sql, grant.id, now)?;
        return Ok(Err(Refusal::RefreshUsed));
    }
    if shown.is_over || grant.has_ended {
        return Ok(Err(Refusal::Refresh));
    }
    let scope = match exchange.form.words("scope") {
        words if words.is_empty() => shown.scope,
        words => match Scope::of(&words) {
            Ok(scope) if scope.is_within(shown.scope) => scope,
            _ => return Ok(Err(Refusal::Scope)),
        },
    };
    use_up(sql, token, now)?;
    Ok(Ok((grant, scope)))
}
