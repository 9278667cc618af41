//! The keybag of an encrypted backup: how the password becomes a key, and the key of each protection class wrapped
//! with it. Layout and derivation are Apple's, as researchers described them: tagged values, two rounds of PBKDF2.

use std::collections::HashMap;

use pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::{
    Secret,
    cipher::{KEY, Key, WRAPPED, unwrap},
};

/// Rounds of the derivation that are allowed in all; a real phone asks for some ten million. A hostile backup that
/// asks for more would keep us busy for hours.
const MAX_ROUNDS: u32 = 50_000_000;
/// A real keybag has eleven classes.
const MAX_CLASSES: usize = 1_000;
/// The bit of `WRAP` that says "wrapped with the key from the password". Without any other bit, that suffices.
const WITH_PASSWORD: u32 = 2;

/// Why a keybag does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Locked {
    WrongPassword,
    Damaged(&'static str),
}

/// Keys of the protection classes, and the file keys wrapped with them.
pub(crate) struct Keys(HashMap<u32, Key>);

/// A key as entries carry it: the number of its class, then the key wrapped with the key of that class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WrappedKey {
    pub(crate) class: u32,
    wrapped: [u8; WRAPPED],
}

impl WrappedKey {
    /// Reads four bytes of class, little-endian, and the wrapped key.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let (class, wrapped) = bytes.split_first_chunk()?;
        Some(Self { class: u32::from_le_bytes(*class), wrapped: wrapped.try_into().ok()? })
    }
}

impl Keys {
    /// Opens a keybag.
    pub(crate) fn unlock(keybag: &[u8], password: &Secret) -> Result<Self, Locked> {
        let keybag = Keybag::parse(keybag).map_err(Locked::Damaged)?;
        let key = keybag.derive(password).map_err(Locked::Damaged)?;
        let mut keys = HashMap::new();
        for class in &keybag.classes {
            let (Some(number), Some(wrapped)) = (class.number, class.wrapped) else { continue };
            if class.wrap & WITH_PASSWORD == 0 {
                continue;
            }
            if let Some(key) = unwrap(&key, &wrapped) {
                keys.insert(number, key);
            }
        }
        // Keys that are bound to the phone, too, do not open with any password; that not one opens is the password.
        if keys.is_empty() { Err(Locked::WrongPassword) } else { Ok(Self(keys)) }
    }

    /// The key in `wrapped`, if its class opened and it is whole.
    pub(crate) fn unwrap(&self, wrapped: &WrappedKey) -> Option<Key> {
        unwrap(self.0.get(&wrapped.class)?, &wrapped.wrapped)
    }
}

/// One protection class.
#[derive(Default)]
struct Class {
    number: Option<u32>,
    wrap: u32,
    wrapped: Option<[u8; WRAPPED]>,
}

/// What the tagged values say.
#[derive(Default)]
struct Keybag<'a> {
    salt: &'a [u8],
    rounds: Option<u32>,
    /// Since iOS 10.2 the password goes through a first derivation.
    first_salt: &'a [u8],
    first_rounds: Option<u32>,
    classes: Vec<Class>,
}

impl<'a> Keybag<'a> {
    fn parse(mut bytes: &'a [u8]) -> Result<Self, &'static str> {
        const CUT_SHORT: &str = "the keybag is cut short";
        let mut keybag = Self::default();
        let mut own_identifier_seen = false;
        while let Some((tag, rest)) = bytes.split_first_chunk::<4>() {
            let (length, rest) = rest.split_first_chunk().ok_or(CUT_SHORT)?;
            let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| CUT_SHORT)?;
            let (value, rest) = rest.split_at_checked(length).ok_or(CUT_SHORT)?;
            bytes = rest;
            let class_count = keybag.classes.len();
            match (tag, keybag.classes.last_mut()) {
                // The first identifier is the keybag's own; each other one begins a class.
                (b"UUID", None) if !own_identifier_seen => own_identifier_seen = true,
                (b"UUID", _) if class_count >= MAX_CLASSES => return Err("the keybag has too many classes"),
                (b"UUID", _) => keybag.classes.push(Class::default()),
                (b"CLAS", Some(class)) => class.number = number(value),
                (b"WRAP", Some(class)) => class.wrap = number(value).unwrap_or(0),
                (b"WPKY", Some(class)) => class.wrapped = value.try_into().ok(),
                (b"SALT", None) => keybag.salt = value,
                (b"ITER", None) => keybag.rounds = number(value),
                (b"DPSL", None) => keybag.first_salt = value,
                (b"DPIC", None) => keybag.first_rounds = number(value),
                _ => {}
            }
        }
        Ok(keybag)
    }

    /// The key from the password.
    fn derive(&self, password: &Secret) -> Result<Key, &'static str> {
        let rounds = self.rounds.filter(|rounds| *rounds > 0).ok_or("the keybag names no number of rounds")?;
        let all = rounds.checked_add(self.first_rounds.unwrap_or(0));
        if all.is_none_or(|all| all > MAX_ROUNDS) {
            return Err("the keybag asks for more than 50 million rounds of key derivation");
        }
        let mut first = Zeroizing::new([0; KEY]);
        let password = match self.first_rounds.filter(|rounds| *rounds > 0) {
            Some(rounds) => {
                pbkdf2_hmac::<Sha256>(password.expose().as_bytes(), self.first_salt, rounds, first.as_mut_slice());
                first.as_slice()
            }
            None => password.expose().as_bytes(),
        };
        let mut key = Key::default();
        pbkdf2_hmac::<Sha1>(password, self.salt, rounds, key.as_mut_slice());
        Ok(key)
    }
}

fn number(value: &[u8]) -> Option<u32> {
    value.try_into().ok().map(u32::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tagged(values: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        values
            .iter()
            .flat_map(|(tag, value)| [&tag[..], &u32::try_from(value.len()).unwrap().to_be_bytes(), value].concat())
            .collect()
    }

    fn refused(bytes: &[u8]) -> Locked {
        match Keys::unlock(bytes, &Secret::new("password".to_owned())) {
            Ok(_) => panic!("it opened"),
            Err(locked) => locked,
        }
    }

    #[test]
    fn hours_of_derivation_are_refused() {
        for (first, second) in [(u32::MAX, 1_u32), (1, u32::MAX), (u32::MAX, u32::MAX), (MAX_ROUNDS, 1)] {
            let bytes = tagged(&[(b"ITER", &second.to_be_bytes()), (b"DPIC", &first.to_be_bytes())]);
            assert!(matches!(refused(&bytes), Locked::Damaged(detail) if detail.contains("50 million")));
        }
    }

    #[test]
    fn a_keybag_without_rounds_or_cut_short_is_damaged() {
        assert!(matches!(refused(b""), Locked::Damaged(_)));
        assert!(matches!(refused(b"ITER\0\0\0\x04\0\0"), Locked::Damaged("the keybag is cut short")));
        assert!(matches!(refused(b"ITER\xff\xff\xff\xff"), Locked::Damaged("the keybag is cut short")));
        assert!(matches!(refused(&tagged(&[(b"ITER", &[0; 4])])), Locked::Damaged(_)));
    }

    #[test]
    fn a_class_bound_to_the_phone_alone_is_not_tried() {
        let bytes = tagged(&[
            (b"UUID", &[0; 16]),
            (b"ITER", &1_u32.to_be_bytes()),
            (b"UUID", &[1; 16]),
            (b"CLAS", &3_u32.to_be_bytes()),
            (b"WRAP", &1_u32.to_be_bytes()),
            (b"WPKY", &[0; WRAPPED]),
        ]);
        assert_eq!(refused(&bytes), Locked::WrongPassword);
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Keybag::parse(&bytes);
            let _ = WrappedKey::parse(&bytes);
        }
    }
}
