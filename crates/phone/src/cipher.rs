//! AES-256 in chained blocks (CBC) with a first block of zeros, read as a stream; the keys it takes, and how they
//! are unwrapped (RFC 3394). It knows nothing of where a key comes from.

use std::io::{self, Read};

use aes::{
    Aes256,
    cipher::{BlockDecryptMut, InnerIvInit, KeyInit, block_padding::NoPadding},
};
use aes_kw::Kek;
use zeroize::Zeroizing;

/// Bytes of one block of the cipher.
pub(crate) const BLOCK: usize = 16;
/// Bytes of a key.
pub(crate) const KEY: usize = 32;
/// Bytes of a wrapped key: the key, and eight that prove that it was unwrapped with the right one.
pub(crate) const WRAPPED: usize = KEY + 8;
/// Bytes decrypted at a time.
const PORTION: usize = 64 << 10;

/// A key that is overwritten when it is dropped.
pub(crate) type Key = Zeroizing<[u8; KEY]>;

/// Unwraps `wrapped`; `None` says that `with` is the wrong key for it.
pub(crate) fn unwrap(with: &Key, wrapped: &[u8; WRAPPED]) -> Option<Key> {
    let mut key = Key::default();
    Kek::<Aes256>::from(**with).unwrap(wrapped, key.as_mut_slice()).is_ok().then_some(key)
}

/// Decrypts what it reads. Bytes after the last whole block are dropped; padding is left in place.
pub(crate) struct Decrypting<R> {
    encrypted: R,
    cipher: Aes256,
    /// The encrypted block before the next portion.
    previous: [u8; BLOCK],
    portion: Zeroizing<Vec<u8>>,
    /// How much of the portion was handed out.
    taken: usize,
}

impl<R: Read> Decrypting<R> {
    pub(crate) fn new(encrypted: R, key: &Key) -> Self {
        let cipher = Aes256::new((&**key).into());
        Self { encrypted, cipher, previous: [0; BLOCK], portion: Zeroizing::default(), taken: 0 }
    }

    fn next_portion(&mut self) -> io::Result<()> {
        self.taken = 0;
        self.portion.clear();
        self.encrypted.by_ref().take(PORTION as u64).read_to_end(&mut self.portion)?;
        let whole = self.portion.as_chunks::<BLOCK>().0;
        let length = whole.len().saturating_mul(BLOCK);
        let Some(last) = whole.last().copied() else {
            self.portion.clear();
            return Ok(());
        };
        self.portion.truncate(length);
        cbc::Decryptor::inner_iv_init(self.cipher.clone(), (&self.previous).into())
            .decrypt_padded_mut::<NoPadding>(&mut self.portion)
            .map_err(|_| io::ErrorKind::InvalidData)?;
        self.previous = last;
        Ok(())
    }
}

impl<R: Read> Read for Decrypting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.taken >= self.portion.len() {
            self.next_portion()?;
        }
        let mut rest = self.portion.get(self.taken..).unwrap_or_default();
        let count = rest.read(buffer)?;
        self.taken = self.taken.saturating_add(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use aes::cipher::{BlockEncryptMut, KeyIvInit, block_padding::Pkcs7};
    use data_encoding::HEXLOWER;

    use super::*;

    #[test]
    fn the_vector_of_the_standard_unwraps() {
        // RFC 3394, section 4.6: 256 bits of key data with a 256-bit key.
        let with = HEXLOWER.decode(b"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f").unwrap();
        let wrapped = b"28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21";
        let mut wrapped: [u8; WRAPPED] = HEXLOWER.decode(wrapped).unwrap().try_into().unwrap();
        let with = Zeroizing::new(with.try_into().unwrap());
        let key = unwrap(&with, &wrapped).unwrap();
        assert_eq!(HEXLOWER.encode(&*key), "00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f");
        wrapped[7] ^= 1;
        assert!(unwrap(&with, &wrapped).is_none());
    }

    #[test]
    fn portions_are_chained() {
        let key = Zeroizing::new([9; KEY]);
        for length in [0, 1, 15, 16, PORTION - 1, PORTION, 3 * PORTION + 5] {
            let plain: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let encrypted = cbc::Encryptor::<Aes256>::new((&*key).into(), &[0; BLOCK].into())
                .encrypt_padded_vec_mut::<Pkcs7>(&plain);
            let mut decrypted = Vec::new();
            Decrypting::new(&encrypted[..], &key).read_to_end(&mut decrypted).unwrap();
            assert_eq!(decrypted.len(), encrypted.len());
            assert_eq!(decrypted[..length], plain);
        }
    }

    #[test]
    fn half_a_block_at_the_end_is_dropped() {
        let mut decrypted = Vec::new();
        Decrypting::new(&[0; 40][..], &Key::default()).read_to_end(&mut decrypted).unwrap();
        assert_eq!(decrypted.len(), 32);
    }
}
