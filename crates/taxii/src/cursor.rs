//! Where a page ends: a sequence number of the stream, sealed so that only we can write it and only for one query.
//!
//! A cursor is 34 letters: version, sequence and the first 16 bytes of an HMAC-SHA-256 over both and the digest of the query
//! that it continues, in base64url. Nothing is remembered about it, so it never expires and every front understands it.
//! A sequence and not a time, because two entries can be added in one microsecond and clocks go backwards. It is sealed, so
//! that nobody can ask whether there is something at a place that it was not led to.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// The place of an entry in its stream. It grows with every entry and is never given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sequence(pub u64);

/// What `next` carries (section 3.7). Opaque to clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(String);

/// The key that seals cursors. All fronts of one hub have the same. Where a cursor must not serve another audience, each
/// audience has a key of its own.
#[derive(Clone)]
pub struct CursorKey(Zeroizing<[u8; 32]>);

/// What a query asks for, in short: its endpoint, what its path names and its filter, but not its limit.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct QueryDigest([u8; 32]);

const VERSION: u8 = 1;
const SEAL: usize = 16;
const LENGTH: usize = 1 + 8 + SEAL;

impl Cursor {
    /// The text for `next`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl CursorKey {
    /// A key of 32 random bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The cursor behind the entry `at`, for the query.
    pub(crate) fn seal(&self, query: QueryDigest, at: Sequence) -> Cursor {
        let seal = self.mac(query, at).finalize().into_bytes();
        let mut bytes = [VERSION; LENGTH];
        bytes[1..9].copy_from_slice(&at.0.to_be_bytes());
        bytes[9..].copy_from_slice(&seal[..SEAL]);
        Cursor(BASE64URL_NOPAD.encode(&bytes))
    }

    /// The entry that the cursor stands behind, when it is ours and of this query.
    pub(crate) fn open(&self, query: QueryDigest, cursor: &str) -> Option<Sequence> {
        if cursor.len() != BASE64URL_NOPAD.encode_len(LENGTH) {
            return None;
        }
        let bytes: [u8; LENGTH] = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?.try_into().ok()?;
        let at = Sequence(u64::from_be_bytes(bytes[1..9].try_into().ok()?));
        let is_ours = bytes[0] == VERSION && self.mac(query, at).verify_truncated_left(&bytes[9..]).is_ok();
        is_ours.then_some(at)
    }

    fn mac(&self, query: QueryDigest, at: Sequence) -> Hmac<Sha256> {
        let mac = <Hmac<Sha256> as Mac>::new_from_slice(&*self.0).expect("HMAC takes a key of any length");
        mac.chain_update(b"vauban taxii cursor")
            .chain_update([VERSION])
            .chain_update(query.0)
            .chain_update(at.0.to_be_bytes())
    }
}

impl fmt::Debug for CursorKey {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("CursorKey(…)")
    }
}

impl fmt::Debug for QueryDigest {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "QueryDigest({:02x}{:02x}…)", self.0[0], self.0[1])
    }
}

/// Puts a query together, each part with its length before it, so that no two queries are the same bytes.
#[derive(Default)]
pub(crate) struct QueryWriter(Sha256);

impl QueryWriter {
    pub(crate) fn part(&mut self, part: impl AsRef<[u8]>) -> &mut Self {
        let part = part.as_ref();
        self.0.update((part.len() as u64).to_be_bytes());
        self.0.update(part);
        self
    }

    pub(crate) fn list<T: AsRef<[u8]>>(&mut self, parts: impl ExactSizeIterator<Item = T>) -> &mut Self {
        self.0.update((parts.len() as u64).to_be_bytes());
        parts.fold(self, |writer, part| writer.part(part))
    }

    pub(crate) fn finish(self) -> QueryDigest {
        QueryDigest(self.0.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> QueryDigest {
        let mut writer = QueryWriter::default();
        writer.part(text);
        writer.finish()
    }

    #[test]
    fn a_cursor_serves_its_query_and_no_other() {
        let key = CursorKey::new([7; 32]);
        let cursor = key.seal(query("a"), Sequence(u64::MAX));
        assert_eq!(key.open(query("a"), cursor.as_str()), Some(Sequence(u64::MAX)));
        assert_eq!(key.open(query("b"), cursor.as_str()), None);
        assert_eq!(CursorKey::new([8; 32]).open(query("a"), cursor.as_str()), None);
    }

    #[test]
    fn no_letter_of_a_cursor_can_be_changed() {
        let key = CursorKey::new([7; 32]);
        let cursor = key.seal(query("a"), Sequence(12)).0;
        for at in 0..cursor.len() {
            let mut letters = cursor.clone().into_bytes();
            letters[at] = if letters[at] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(letters).unwrap();
            assert_eq!(key.open(query("a"), &forged), None, "{forged}");
        }
        assert_eq!(key.open(query("a"), &cursor[1..]), None);
        assert_eq!(key.open(query("a"), ""), None);
    }

    #[test]
    fn the_key_is_not_printed() {
        assert_eq!(format!("{:?}", CursorKey::new([7; 32])), "CursorKey(…)");
    }
}
