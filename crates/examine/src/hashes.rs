//! The hashes of an item.

use sha2::Digest as _;

/// MD5, SHA-1 and SHA-256 of the same bytes, as lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hashes {
    /// MD5, because the older half of all indicators is in MD5. None where nothing asks for it.
    pub md5: Option<String>,
    /// SHA-1, likewise.
    pub sha1: Option<String>,
    /// SHA-256, by which a content is known again.
    pub sha256: String,
}

/// Which of the older hashes are wanted: MD5 alone takes as long as the two others together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) md5: bool,
    pub(crate) sha1: bool,
}

/// Computes the hashes that are wanted, in pieces that fit the processor's cache.
#[derive(Clone)]
pub(crate) struct Hasher {
    md5: Option<md5::Md5>,
    sha1: Option<sha1::Sha1>,
    sha256: sha2::Sha256,
}

impl Hasher {
    pub(crate) fn new(wanted: Wanted) -> Self {
        Self {
            md5: wanted.md5.then(Default::default),
            sha1: wanted.sha1.then(Default::default),
            sha256: sha2::Sha256::default(),
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(32 << 10) {
            if let Some(md5) = &mut self.md5 {
                md5.update(piece);
            }
            if let Some(sha1) = &mut self.sha1 {
                sha1.update(piece);
            }
            self.sha256.update(piece);
        }
    }

    pub(crate) fn finish(self) -> Hashes {
        Hashes {
            md5: self.md5.map(|md5| hex(&md5.finalize())),
            sha1: self.sha1.map(|sha1| hex(&sha1.finalize())),
            sha256: hex(&self.sha256.finalize()),
        }
    }
}

impl Hashes {
    /// The hashes of `bytes` that are wanted.
    #[must_use]
    pub(crate) fn of(bytes: &[u8], wanted: Wanted) -> Self {
        let mut hasher = Hasher::new(wanted);
        hasher.update(bytes);
        hasher.finish()
    }

    /// All that there are.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        [self.md5.as_deref(), self.sha1.as_deref(), Some(self.sha256.as_str())].into_iter().flatten()
    }
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_published_values_of_abc() {
        let hashes = Hashes::of(b"abc", Wanted { md5: true, sha1: true });
        assert_eq!(hashes.md5.as_deref(), Some("900150983cd24fb0d6963f7d28e17f72"));
        assert_eq!(hashes.sha1.as_deref(), Some("a9993e364706816aba3e25717850c26c9cd0d89d"));
        let few = Hashes::of(b"abc", Wanted { md5: false, sha1: false });
        assert_eq!(few.iter().collect::<Vec<_>>(), [&hashes.sha256]);
        assert_eq!(hashes.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
