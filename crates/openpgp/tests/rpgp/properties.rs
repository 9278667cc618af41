//! Laws: no input makes us panic, and what goes in comes out.

use std::sync::LazyLock;

use proptest::prelude::*;
use vauban_openpgp::{Autocrypt, Certificate, PreferEncrypt, autocrypt_header, is_encrypted};

use crate::support::{Kind, Reader, now, position, reader};

static ALICE: LazyLock<Reader> = LazyLock::new(|| reader(Kind::Version4));
static CLARA: LazyLock<Reader> = LazyLock::new(|| reader(Kind::Version6));

const KEYS: [&[u8]; 7] = [
    include_bytes!("../keys/curve25519.asc"),
    include_bytes!("../keys/rsa3072.asc"),
    include_bytes!("../keys/name-revoked.asc"),
    include_bytes!("../keys/revoked.asc"),
    include_bytes!("../keys/nistp256.asc"),
    include_bytes!("../keys/brainpool.asc"),
    include_bytes!("../keys/dsa-elgamal.asc"),
];

/// Bytes with some of them replaced, dropped or repeated.
fn mutated(seed: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let length = seed.len();
    proptest::collection::vec((0..length, any::<u8>(), 0..4_u8), 1..8).prop_map(move |changes| {
        let mut bytes = seed.clone();
        for (at, byte, how) in changes {
            let at = at.min(bytes.len().saturating_sub(1));
            match how {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, byte),
                2 if !bytes.is_empty() => drop(bytes.remove(at)),
                _ => bytes.iter_mut().skip(at).take(1).for_each(|old| *old = byte),
            }
        }
        bytes
    })
}

fn key() -> impl Strategy<Value = Vec<u8>> {
    use pgp::ser::Serialize as _;
    let binary = KEYS.iter().map(|key| crate::support::public(key).to_bytes().unwrap());
    let six = [CLARA.public().to_bytes().unwrap(), ALICE.public().to_bytes().unwrap()];
    let seeds: Vec<Vec<u8>> = KEYS.iter().map(|key| key.to_vec()).chain(binary).chain(six).collect();
    proptest::sample::select(seeds).prop_flat_map(mutated)
}

/// Header lines of all kinds, good and bad, and a body.
fn message() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        Just(b"Subject: topsecret\r\n".to_vec()),
        Just(b"Content-Type: multipart/mixed; boundary=\"x\"\r\n".to_vec()),
        Just(b"Content-Type:\n".to_vec()),
        Just(b" continued; \"topsecret\r\n".to_vec()),
        Just(b"To: a@b.example\r".to_vec()),
        Just(b"From: topsecret\0\r\n".to_vec()),
        Just(b"\t\r\n".to_vec()),
        "[A-Za-z-]{0,12}: ?[ -~]{0,40}\r?\n?".prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..40),
    ];
    let header = proptest::collection::vec(line, 0..8).prop_map(|lines| lines.concat());
    (header, any::<bool>(), proptest::collection::vec(any::<u8>(), 0..200)).prop_map(|(header, empty_line, body)| {
        [header.as_slice(), if empty_line { b"\r\n\r\n" } else { b"" }, &body].concat()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_key_makes_us_panic(key in key()) {
        if let Ok(certificate) = Certificate::parse(&key) {
            let _ = certificate.usable(now());
            let _ = certificate.expires(now());
            let _ = autocrypt_header("alice@party.example", &certificate, PreferEncrypt::Mutual, now());
            let _ = vauban_openpgp::encrypt(
                b"To: a@b.example\r\n\r\nx", &[&certificate], now(), &mut crate::support::random(), &Default::default(),
            );
        }
    }

    #[test]
    fn no_autocrypt_field_makes_us_panic(value in mutated(
        autocrypt_header("alice@party.example", &ALICE.certificate, PreferEncrypt::Mutual, now()).unwrap().into_bytes()
    )) {
        let _ = Autocrypt::parse(&value);
    }

    #[test]
    fn no_sealed_message_makes_us_panic(message in mutated(ALICE.seal(b"Subject: x\r\n\r\nsecret"))) {
        let _ = is_encrypted(&message);
    }

    #[test]
    fn no_bytes_make_us_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Certificate::parse(&bytes);
        let _ = Autocrypt::parse(&bytes);
        let _ = is_encrypted(&bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_goes_in_comes_out(message in message(), new in any::<bool>()) {
        let reader = if new { &*CLARA } else { &*ALICE };
        let sealed = reader.seal(&message);
        prop_assert!(is_encrypted(&sealed), "what we seal is sealed");
        let plain = reader.open(&sealed);
        let body = &plain[position(&plain, b"\r\n\r\n").unwrap() + 4..];
        prop_assert!(message.ends_with(body), "the body is the end of the message, byte for byte");
        let lines: Vec<&[u8]> = sealed.split_inclusive(|byte| *byte == b'\n').collect();
        prop_assert!(lines.iter().all(|line| line.ends_with(b"\r\n")), "every line ends with CRLF");
    }
}
