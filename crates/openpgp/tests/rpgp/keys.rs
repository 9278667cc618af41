//! Which keys are taken, and when mail may be encrypted to them. The files in `tests/keys` were made by GnuPG 2.2 with
//! its clock set to 2024.

use jiff::Timestamp;
use pgp::composed::ArmorOptions;
use pgp::ser::Serialize as _;
use vauban_openpgp::{Certificate, KeyError, MAX_KEY_BYTES, Unusable};

use crate::support::{Kind, now, reader};

const CURVE25519: &[u8] = include_bytes!("../keys/curve25519.asc");

fn parse(key: &[u8]) -> Certificate {
    Certificate::parse(key).unwrap()
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A key, and what may be done with it in June of 2024 and of 2026.
type Case = (&'static [u8], Result<(), Unusable>, Result<(), Unusable>);

#[test]
fn each_key_says_why_it_cannot_be_used() {
    let (june, later) = (time("2024-06-01T00:00:00Z"), time("2026-06-01T00:00:00Z"));
    let end = Unusable::Expired { since: time("2024-12-31T00:00:00Z") };
    let cases: [Case; 11] = [
        (CURVE25519, Ok(()), Ok(())),
        (include_bytes!("../keys/rsa3072.asc"), Ok(()), Ok(())),
        (include_bytes!("../keys/expires-2025.asc"), Ok(()), Err(end)),
        (include_bytes!("../keys/subkey-expires-2025.asc"), Ok(()), Err(Unusable::NoEncryptionKey)),
        (include_bytes!("../keys/sign-only.asc"), Err(Unusable::NoEncryptionKey), Err(Unusable::NoEncryptionKey)),
        (include_bytes!("../keys/rsa1024-subkey.asc"), Err(Unusable::TooWeak), Err(Unusable::TooWeak)),
        (include_bytes!("../keys/rsa1024.asc"), Err(Unusable::TooWeak), Err(Unusable::TooWeak)),
        (include_bytes!("../keys/revoked.asc"), Err(Unusable::Revoked), Err(Unusable::Revoked)),
        (include_bytes!("../keys/nistp256.asc"), Ok(()), Ok(())),
        (include_bytes!("../keys/dsa-elgamal.asc"), Err(Unusable::NoEncryptionKey), Err(Unusable::NoEncryptionKey)),
        (include_bytes!("../keys/dsa1024.asc"), Err(Unusable::TooWeak), Err(Unusable::TooWeak)),
    ];
    for (index, (key, in_june, in_2026)) in cases.into_iter().enumerate() {
        let certificate = parse(key);
        assert_eq!((certificate.usable(june), certificate.usable(later)), (in_june, in_2026), "case {index}");
        assert_eq!(certificate.addresses(), ["alice@party.example"]);
    }
    let early = time("2023-12-31T00:00:00Z");
    assert_eq!(parse(CURVE25519).usable(early), Err(Unusable::NotYetValid { from: time("2024-01-01T00:00:00Z") }));
    let ends = parse(include_bytes!("../keys/subkey-expires-2025.asc")).expires(june);
    assert_eq!(ends, Some(time("2024-12-31T00:00:00Z")));
    assert_eq!(parse(CURVE25519).expires(june), None);
}

#[test]
fn a_kind_that_cannot_be_verified_says_so() {
    let error = Certificate::parse(include_bytes!("../keys/brainpool.asc")).unwrap_err();
    assert_eq!(error, KeyError::Unsupported);
}

#[test]
fn a_name_that_was_revoked_is_no_name() {
    assert_eq!(parse(include_bytes!("../keys/name-revoked.asc")).addresses(), ["alice@home.example"]);
}

#[test]
fn a_key_of_rfc_9580_is_taken() {
    let alice = reader(Kind::Version6);
    assert_eq!(alice.certificate.fingerprint().len(), 64);
    assert_eq!(alice.certificate.addresses(), ["alice@party.example", "alice@home.example"]);
    assert_eq!(alice.certificate.usable(now()), Ok(()));
}

#[test]
fn text_around_the_block_is_passed_over() {
    let letter = [b"\xef\xbb\xbfHere is my key:\r\n\r\n".as_slice(), CURVE25519, b"\r\nRegards\r\n"].concat();
    assert_eq!(parse(&letter).fingerprint(), parse(CURVE25519).fingerprint());
    let windows = String::from_utf8(CURVE25519.to_vec()).unwrap().replace('\n', "\r\n");
    assert_eq!(parse(windows.as_bytes()).fingerprint(), parse(CURVE25519).fingerprint());
}

#[test]
fn private_keys_are_refused_in_every_form() {
    let secret = reader(Kind::Version4).secret;
    let binary = secret.to_bytes().unwrap();
    let armoured = secret.to_armored_string(ArmorOptions::default()).unwrap();
    let public = reader(Kind::Version4).public().to_bytes().unwrap();
    for key in [
        binary.clone(),
        armoured.clone().into_bytes(),
        armoured.replace("PRIVATE", "PUBLIC").into_bytes(),
        armoured.as_bytes()[..armoured.len() / 2].to_vec(),
        [CURVE25519, armoured.as_bytes()].concat(),
        [public, binary].concat(),
        b"-----BEGIN RSA PRIVATE KEY-----\nAAAA".to_vec(),
    ] {
        let error = Certificate::parse(&key).unwrap_err();
        assert_eq!(error, KeyError::Secret, "{}", String::from_utf8_lossy(&key));
        assert!(error.to_string().contains("must not be on this machine"));
    }
}

#[test]
fn what_is_no_key_is_an_error() {
    for garbage in [b"".as_slice(), b"hello", b"\x00\x01", b"\xff\xff\xff\xff", b"-----BEGIN PGP PUBLIC KEY BLOCK-----"]
    {
        assert!(matches!(Certificate::parse(garbage), Err(KeyError::NotAKey(_))), "{garbage:?}");
    }
    let half = &CURVE25519[..CURVE25519.len() / 4];
    assert!(Certificate::parse(half).is_err());
    let large = vec![b' '; MAX_KEY_BYTES + 1];
    assert_eq!(Certificate::parse(&large).unwrap_err(), KeyError::TooLarge(MAX_KEY_BYTES + 1));
    assert_eq!(Certificate::parse(&CURVE25519.repeat(2)).unwrap_err(), KeyError::Several);
}

#[test]
fn parts_that_the_key_did_not_sign_are_as_if_they_were_not_there() {
    let (alice, mallory) = (reader(Kind::Version4).public(), parse(CURVE25519));
    let mut forged = alice.clone();
    // A key whose only encryption subkey came from somebody else's key: whoever wrote that could read the mail.
    let other = crate::support::public(CURVE25519);
    forged.public_subkeys.clone_from(&other.public_subkeys);
    let forged = parse(&forged.to_bytes().unwrap());
    assert_eq!(forged.usable(now()), Err(Unusable::NoEncryptionKey));
    assert_eq!(mallory.usable(now()), Ok(()));
    // Names signed by another key are not names of this one.
    let mut named = alice.clone();
    named.details.users.clone_from(&other.details.users);
    assert_eq!(Certificate::parse(&named.to_bytes().unwrap()).unwrap_err(), KeyError::Unbound);
}

#[test]
fn a_flood_of_signatures_is_refused() {
    let mut key = crate::support::public(include_bytes!("../keys/sign-only.asc"));
    let signature = key.details.users[0].signatures[0].clone();
    key.details.users[0].signatures = vec![signature; 600];
    assert_eq!(Certificate::parse(&key.to_bytes().unwrap()).unwrap_err(), KeyError::TooManySignatures);
}
