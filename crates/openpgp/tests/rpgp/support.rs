//! Keys made by rPGP, and what opens them.

use std::io::Read as _;

use jiff::Timestamp;
use pgp::composed::{
    Deserializable as _, EncryptionCaps, KeyType, Message, SecretKeyParamsBuilder, SignedPublicKey, SignedSecretKey,
    SubkeyParamsBuilder,
};
use pgp::crypto::ecc_curve::ECCCurve;
use pgp::ser::Serialize as _;
use pgp::types::{KeyVersion, Password};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use vauban_openpgp::{Certificate, Options, encrypt};

/// A reader with both halves of a key.
pub(crate) struct Reader {
    pub(crate) secret: SignedSecretKey,
    pub(crate) certificate: Certificate,
}

#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// What Thunderbird and GnuPG make.
    Version4,
    /// What RFC 9580 makes: SEIPD version 2.
    Version6,
}

pub(crate) fn random() -> StdRng {
    StdRng::seed_from_u64(7)
}

pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

pub(crate) fn reader(kind: Kind) -> Reader {
    let (version, sign, encryption) = match kind {
        Kind::Version4 => (KeyVersion::V4, KeyType::Ed25519Legacy, KeyType::ECDH(ECCCurve::Curve25519Legacy)),
        Kind::Version6 => (KeyVersion::V6, KeyType::Ed25519, KeyType::X25519),
    };
    let subkey = SubkeyParamsBuilder::default()
        .version(version)
        .key_type(encryption)
        .can_encrypt(EncryptionCaps::All)
        .build()
        .unwrap();
    let parameters = SecretKeyParamsBuilder::default()
        .version(version)
        .key_type(sign)
        .can_certify(true)
        .can_sign(true)
        .feature_seipd_v2(matches!(kind, Kind::Version6))
        .primary_user_id("Alice <Alice@Party.Example>".into())
        .user_ids(vec!["alice@home.example".into(), "no address".into()])
        .subkeys(vec![subkey])
        .build()
        .unwrap();
    let secret = parameters.generate(random()).unwrap();
    let public = SignedPublicKey::from(secret.clone()).to_bytes().unwrap();
    Reader { secret, certificate: Certificate::parse(&public).unwrap() }
}

impl Reader {
    pub(crate) fn public(&self) -> SignedPublicKey {
        SignedPublicKey::from(self.secret.clone())
    }

    pub(crate) fn seal(&self, message: &[u8]) -> Vec<u8> {
        encrypt(message, &[&self.certificate], now(), &mut random(), &Options::default()).unwrap()
    }

    pub(crate) fn open(&self, message: &[u8]) -> Vec<u8> {
        let (message, _) = Message::from_armor(armour(message)).unwrap();
        let mut message = message.decrypt(&Password::empty(), &self.secret).unwrap();
        assert!(!message.is_compressed());
        message.as_data_vec().unwrap()
    }
}

pub(crate) fn position(bytes: &[u8], words: &[u8]) -> Option<usize> {
    bytes.windows(words.len()).position(|window| window == words)
}

/// The armoured block in a message.
pub(crate) fn armour(message: &[u8]) -> &[u8] {
    const END: &[u8] = b"-----END PGP MESSAGE-----";
    &message[position(message, b"-----BEGIN PGP MESSAGE-----").unwrap()..position(message, END).unwrap() + END.len()]
}

/// What is in the armour.
pub(crate) fn dearmour(message: &[u8]) -> Vec<u8> {
    let mut binary = Vec::new();
    pgp::armor::Dearmor::new(armour(message)).read_to_end(&mut binary).unwrap();
    binary
}

/// Header and body of what was decrypted.
pub(crate) fn cut(plain: &[u8]) -> (&str, &[u8]) {
    let end = position(plain, b"\r\n\r\n").unwrap();
    (std::str::from_utf8(&plain[..end + 2]).unwrap(), &plain[end + 4..])
}

/// A public key as rPGP sees it.
pub(crate) fn public(key: &[u8]) -> SignedPublicKey {
    SignedPublicKey::from_armor_single(key).unwrap().0
}
