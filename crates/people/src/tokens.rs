//! What opens something: 32 random bytes that its holder keeps, and the SHA-256 that we keep.

use std::{fmt, marker::PhantomData, str::FromStr};

use data_encoding::BASE64URL_NOPAD;
use rand::{CryptoRng, RngCore};
use rusqlite::{
    ToSql,
    types::{ToSqlOutput, ValueRef},
};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::SessionId;

const BYTES: usize = 32;
/// 32 bytes in base64url without padding (RFC 4648, section 5).
const TEXT: usize = 43;

/// A text that is no token. It repeats nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a token")]
pub struct NotAToken;

/// A secret of one kind. It never prints itself and is wiped when dropped.
pub struct Token<Of> {
    bytes: Zeroizing<[u8; BYTES]>,
    of: PhantomData<fn() -> Of>,
}

/// The SHA-256 of a secret of one kind. It finds the secret's row, and opens nothing.
pub struct TokenHash<Of> {
    bytes: [u8; BYTES],
    of: PhantomData<fn() -> Of>,
}

/// Tells the tokens of sessions from others.
#[derive(Debug)]
pub enum OfSession {}
/// Tells the tokens of links from others.
#[derive(Debug)]
pub enum OfInvitation {}
/// Tells the tokens of challenges from others.
#[derive(Debug)]
pub enum OfChallenge {}
/// Tells the tokens of browsers from others.
#[derive(Debug)]
pub enum OfBrowser {}
/// Tells the tokens of tickets from others.
#[derive(Debug)]
pub enum OfTicket {}
/// Tells the tokens of passes from others.
#[derive(Debug)]
pub enum OfPass {}

/// What a session's cookie holds.
pub type SessionToken = Token<OfSession>;
/// What finds a session.
pub type SessionHash = TokenHash<OfSession>;
/// What an invitation's or a recovery's link holds.
pub type InvitationToken = Token<OfInvitation>;
/// What finds an invitation or a recovery.
pub type InvitationHash = TokenHash<OfInvitation>;
/// What names a challenge to the browser that asked for it.
pub type ChallengeToken = Token<OfChallenge>;
/// What finds a challenge.
pub type ChallengeHash = TokenHash<OfChallenge>;
/// What a browser holds while it signs in, before anybody is known.
pub type BrowserToken = Token<OfBrowser>;
/// What a challenge is bound to.
pub type BrowserHash = TokenHash<OfBrowser>;
/// What leads from a session to a tool, once.
pub type TicketToken = Token<OfTicket>;
/// What finds a ticket.
pub type TicketHash = TokenHash<OfTicket>;
/// What a pass's cookie holds.
pub type PassToken = Token<OfPass>;
/// What finds a pass.
pub type PassHash = TokenHash<OfPass>;

impl<Of> Token<Of> {
    /// A new one.
    pub fn random<R: RngCore + CryptoRng>(rng: &mut R) -> Self {
        let mut bytes = Zeroizing::new([0; BYTES]);
        rng.fill_bytes(&mut *bytes);
        Self { bytes, of: PhantomData }
    }

    /// What is kept of it.
    #[must_use]
    pub fn hash(&self) -> TokenHash<Of> {
        TokenHash { bytes: Sha256::digest(self.bytes.as_slice()).into(), of: PhantomData }
    }

    /// How it is written: 43 characters of base64url.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE64URL_NOPAD.encode(self.bytes.as_slice()))
    }
}

impl<Of> FromStr for Token<Of> {
    type Err = NotAToken;

    fn from_str(text: &str) -> Result<Self, NotAToken> {
        // A cookie may be as long as its sender likes: nothing is decoded that cannot be one.
        if text.len() != TEXT {
            return Err(NotAToken);
        }
        let decoded = BASE64URL_NOPAD.decode(text.as_bytes()).map(Zeroizing::new).map_err(|_| NotAToken)?;
        let mut bytes = Zeroizing::new([0; BYTES]);
        bytes.copy_from_slice(decoded.get(..BYTES).ok_or(NotAToken)?);
        Ok(Self { bytes, of: PhantomData })
    }
}

impl<Of> fmt::Debug for Token<Of> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Token(..)")
    }
}

impl<Of> TokenHash<Of> {
    /// A hash that somebody else made and sent.
    #[must_use]
    pub const fn new(bytes: [u8; BYTES]) -> Self {
        Self { bytes, of: PhantomData }
    }

    /// The bytes that are kept.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; BYTES] {
        &self.bytes
    }
}

impl BrowserHash {
    /// What a challenge to a session's own device is bound to. The cookie that tells browsers apart ends long before such a session, and
    /// it is the device's key that answers.
    #[must_use]
    pub fn of(session: SessionId) -> Self {
        Self { bytes: Sha256::digest(session.bytes()).into(), of: PhantomData }
    }
}

impl<Of> Clone for TokenHash<Of> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Of> Copy for TokenHash<Of> {}

impl<Of> PartialEq for TokenHash<Of> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl<Of> Eq for TokenHash<Of> {}

impl<Of> fmt::Debug for TokenHash<Of> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TokenHash(..)")
    }
}

impl<Of> ToSql for TokenHash<Of> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(&self.bytes)))
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};

    use super::*;

    #[test]
    fn a_token_goes_there_and_back_and_says_nothing() {
        let token = SessionToken::random(&mut ChaCha20Rng::from_seed([1; 32]));
        let text = token.text();
        assert_eq!((text.len(), text.parse::<SessionToken>().unwrap().hash()), (TEXT, token.hash()));
        assert!(!format!("{token:?}{:?}", token.hash()).contains(text.as_str()));
        for bad in ["", "a", &"A".repeat(42), &"A".repeat(44), &"=".repeat(43), &"\u{e9}".repeat(43), &"B".repeat(43)] {
            assert!(bad.parse::<SessionToken>().is_err(), "{bad:?}");
        }
    }
}
