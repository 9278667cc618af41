//! The hashes of an item.

use std::fmt::Write as _;

use sha2::Digest as _;

/// MD5, SHA-1 and SHA-256 of the same bytes, as lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hashes {
    /// MD5, because the older half of all indicators is in MD5.
    pub md5: String,
    /// SHA-1, likewise.
    pub sha1: String,
    /// SHA-256.
    pub sha256: String,
}

/// Computes all three, in pieces that fit the processor's cache.
#[derive(Default, Clone)]
pub(crate) struct Hasher {
    md5: md5::Md5,
    sha1: sha1::Sha1,
    sha256: sha2::Sha256,
}

impl Hasher {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(32 << 10) {
            self.md5.update(piece);
            self.sha1.update(piece);
            self.sha256.update(piece);
        }
    }

    pub(crate) fn finish(self) -> Hashes {
        Hashes {
            md5: hex(&self.md5.finalize()),
            sha1: hex(&self.sha1.finalize()),
            sha256: hex(&self.sha256.finalize()),
        }
    }
}

impl Hashes {
    /// The hashes of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut hasher = Hasher::default();
        hasher.update(bytes);
        hasher.finish()
    }

    /// All three.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        [self.md5.as_str(), self.sha1.as_str(), self.sha256.as_str()].into_iter()
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_published_values_of_abc() {
        let hashes = Hashes::of(b"abc");
        assert_eq!(hashes.md5, "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(hashes.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(hashes.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
