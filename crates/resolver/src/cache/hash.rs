//! A hash with a secret key (SipHash-1-3): who chooses names cannot choose where they are kept.

use std::hash::Hasher as _;

use siphasher::sip::SipHasher13;

use crate::question::Key;

/// The key, from the caller's source of randomness.
#[derive(Clone, Copy)]
pub(super) struct Secret(pub(super) [u64; 2]);

impl Secret {
    /// The hash of a question.
    pub(super) fn hash(&self, key: Key<'_>) -> u64 {
        let [first, second] = self.0;
        let mut hasher = SipHasher13::new_with_keys(first, second);
        hasher.write_u64(key.rest);
        hasher.write(key.name);
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_question_and_of_the_secret_counts() {
        let secret = Secret([1, 2]);
        let name = b"\x03www\x07example\x00";
        let all = [
            secret.hash(Key::new(name, 1, 1, false, false)),
            secret.hash(Key::new(name, 28, 1, false, false)),
            secret.hash(Key::new(name, 1, 3, false, false)),
            secret.hash(Key::new(name, 1, 1, true, false)),
            secret.hash(Key::new(name, 1, 1, false, true)),
            secret.hash(Key::new(&name[4..], 1, 1, false, false)),
            Secret([1, 3]).hash(Key::new(name, 1, 1, false, false)),
        ];
        assert!((0..all.len()).all(|one| !all[one + 1..].contains(&all[one])));
        assert_eq!(all[0], secret.hash(Key::new(name, 1, 1, false, false)));
    }
}
