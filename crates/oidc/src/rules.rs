//! How long things last, and how many there may be: of what strangers can have us keep, everything is bounded.

use jiff::SignedDuration;

/// A code, from the answer to the browser until its client redeems it (RFC 6749, section 4.1.2, has ten minutes at most).
pub(crate) const CODE: SignedDuration = SignedDuration::from_secs(60);
/// An access token.
pub(crate) const ACCESS: SignedDuration = SignedDuration::from_mins(5);
/// A refresh token that nobody uses. It never outlives the session it came of.
pub(crate) const REFRESH: SignedDuration = SignedDuration::from_hours(12);
/// An ID token.
pub(crate) const ID_TOKEN: SignedDuration = SignedDuration::from_mins(5);
/// A request that was pushed and not used yet (RFC 9126, section 2.2).
pub(crate) const PUSHED: SignedDuration = SignedDuration::from_secs(60);
/// A request that waits for somebody to sign in.
pub(crate) const WAITING: SignedDuration = SignedDuration::from_mins(10);
/// How far a client's clock may be from ours.
pub(crate) const SKEW: SignedDuration = SignedDuration::from_secs(60);
/// How long the next key is published before it signs.
pub(crate) const PUBLISHED: SignedDuration = SignedDuration::from_hours(24);
/// How long a key signs.
pub(crate) const SIGNS: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How long a key that signs no more is published: longer than any session, whose ID tokens come back as hints.
pub(crate) const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// How long a grant that ended is remembered, so that what was used is known when it comes again.
pub(crate) const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);

/// Clients.
pub(crate) const CLIENTS: i64 = 200;
/// Requests that wait, of one client.
pub(crate) const REQUESTS: i64 = 1_000;
/// Grants of one session for one client.
pub(crate) const GRANTS: i64 = 8;
/// Tokens of one grant: twelve hours of refreshing twice a minute.
pub(crate) const FAMILY: i64 = 3_000;
/// Identifiers of proofs that one client had us remember; all of them end within minutes.
pub(crate) const PROOFS: i64 = 20_000;
/// Parameters of one request.
pub(crate) const PARAMETERS: usize = 64;
/// One request's parameters together, in bytes.
pub const LONGEST: usize = 16 * 1_024;
/// A token of others (a proof, an assertion, a hint, an ID token with many groups), in bytes.
pub(crate) const LONGEST_TOKEN: usize = 32 * 1_024;
/// How often a client is told of a logout before it is given up: for the last time almost 23 hours after the first, which is longer than a night.
pub(crate) const TRIES: i64 = 7;
