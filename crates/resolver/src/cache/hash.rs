//! SipHash-1-3 with a secret key: who chooses names cannot choose where they are kept.

use crate::question::Key;

/// The key, from the caller's source of randomness.
#[derive(Clone, Copy)]
pub(super) struct Secret(pub(super) [u64; 2]);

impl Secret {
    /// The hash of a question.
    pub(super) fn hash(&self, key: Key<'_>) -> u64 {
        let [k0, k1] = self.0;
        let mut state = [
            k0 ^ 0x736f_6d65_7073_6575,
            k1 ^ 0x646f_7261_6e64_6f6d,
            k0 ^ 0x6c79_6765_6e65_7261,
            k1 ^ 0x7465_6462_7974_6573,
        ];
        absorb(&mut state, key.rest);
        let (words, rest) = key.name.as_chunks::<8>();
        for word in words {
            absorb(&mut state, u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        last[7] = key.name.len() as u8;
        absorb(&mut state, u64::from_le_bytes(last));
        state[2] ^= 0xFF;
        for _ in 0..3 {
            round(&mut state);
        }
        state[0] ^ state[1] ^ state[2] ^ state[3]
    }
}

#[inline]
fn absorb(state: &mut [u64; 4], word: u64) {
    state[3] ^= word;
    round(state);
    state[0] ^= word;
}

#[inline]
fn round(state: &mut [u64; 4]) {
    let [mut a, mut b, mut c, mut d] = *state;
    a = a.wrapping_add(b);
    c = c.wrapping_add(d);
    b = b.rotate_left(13) ^ a;
    d = d.rotate_left(16) ^ c;
    a = a.rotate_left(32);
    c = c.wrapping_add(b);
    a = a.wrapping_add(d);
    b = b.rotate_left(17) ^ c;
    d = d.rotate_left(21) ^ a;
    c = c.rotate_left(32);
    *state = [a, b, c, d];
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
