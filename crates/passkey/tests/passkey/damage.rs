//! Bytes that were damaged on purpose: nothing panics, nothing is taken that was cut short, and CBOR of every broken kind is refused.

use proptest::prelude::*;
use vauban_passkey::{Attestation, Credential, Models, Refused, State, claim};
use vauban_softkey::{SoftKey, flag, honest};

use crate::support::{ORIGIN, ana, damaged, door, enrol, nonce, now, sign_in};

/// Each is one item of CBOR that is not whole, not allowed, or a bomb.
fn broken() -> Vec<Vec<u8>> {
    vec![
        vec![],
        vec![0xa1],
        vec![0xa1, 0x61],
        vec![0xbf],
        vec![0x5f, 0x41],
        vec![0x7f, 0x61, b'a'],
        vec![0xff],
        vec![0x1c],
        vec![0xfc],
        vec![0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        vec![0x9b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00],
        vec![0xbb, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff],
        vec![0x62, 0xc3, 0x28],
        vec![0x81; 3_000],
        vec![0xa1; 3_000],
        [0xd8, 0x18].repeat(1_000),
    ]
}

#[test]
fn broken_cbor_in_place_of_each_part() {
    let (mut key, credential) = enrol(honest).unwrap();
    let asked = door().enrol(ana(), "Ana", &[], Attestation::Any, nonce(1)).unwrap();
    let (_, whole) = SoftKey::make(&asked.options, ORIGIN, [1; 32], honest).unwrap();
    for bytes in broken() {
        let object = damaged(&whole, "/response/attestationObject", |object| *object = bytes.clone());
        let verdict = door().enrolled(&asked.state, object.as_bytes(), now());
        assert_eq!(verdict, Err(Refused::AttestationObject), "{bytes:02x?}");

        let public = enrol(|lie| lie.key = bytes.clone()).map(|(_, credential)| credential);
        assert_eq!(public, Err(Refused::AuthenticatorData), "{bytes:02x?}");

        let extensions = enrol(|lie| {
            lie.flags |= flag::EXTENSIONS;
            lie.rest = bytes.clone();
        });
        assert_eq!(extensions.map(|(_, credential)| credential), Err(Refused::AuthenticatorData), "{bytes:02x?}");

        let extensions = sign_in(&mut key, &credential, |lie| {
            lie.flags |= flag::EXTENSIONS;
            lie.rest = bytes.clone();
        });
        assert_eq!(extensions, Err(Refused::AuthenticatorData), "{bytes:02x?}");
    }
}

/// Items that are whole, and are not what is expected there.
#[test]
fn cbor_of_another_kind() {
    for bytes in [&[0xf6][..], &[0x00], &[0x80], &[0xa0], &[0x40], &[0x60], &[0xf9, 0x7e, 0x00], &[0xc1, 0x00]] {
        let public = enrol(|lie| lie.key = bytes.to_vec()).map(|(_, credential)| credential);
        assert_eq!(public, Err(Refused::PublicKey), "{bytes:02x?}");
        let asked = door().enrol(ana(), "Ana", &[], Attestation::Any, nonce(1)).unwrap();
        let (_, whole) = SoftKey::make(&asked.options, ORIGIN, [1; 32], honest).unwrap();
        let object = damaged(&whole, "/response/attestationObject", |object| *object = bytes.to_vec());
        let verdict = door().enrolled(&asked.state, object.as_bytes(), now());
        assert_eq!(verdict, Err(Refused::AttestationObject), "{bytes:02x?}");
        let extensions = enrol(|lie| {
            lie.flags |= flag::EXTENSIONS;
            lie.rest = bytes.to_vec();
        });
        assert_eq!(extensions.is_ok(), bytes == [0xa0], "{bytes:02x?}");
    }
}

#[test]
fn nothing_is_taken_that_was_cut_short() {
    let (mut key, credential) = enrol(honest).unwrap();
    let enrolment = door().enrol(ana(), "Ana", &[], Attestation::Any, nonce(1)).unwrap();
    let (_, made) = SoftKey::make(&enrolment.options, ORIGIN, [1; 32], honest).unwrap();
    let asked = door().sign_in(nonce(2)).unwrap();
    let response = key.sign(&asked.options, ORIGIN, honest).unwrap();
    for at in 0..made.len() {
        assert!(door().enrolled(&enrolment.state, &made.as_bytes()[..at], now()).is_err(), "{at}");
    }
    for at in 0..response.len() {
        assert!(door().signed_in(&asked.state, &response.as_bytes()[..at], &credential).is_err(), "{at}");
    }
    for path in ["/response/attestationObject", "/response/clientDataJSON"] {
        for most in 0..400 {
            let mut cut = false;
            let shorter = damaged(&made, path, |bytes| {
                cut = most < bytes.len();
                bytes.truncate(most);
            });
            assert_eq!(door().enrolled(&enrolment.state, shorter.as_bytes(), now()).is_err(), cut, "{path} {most}");
        }
    }
    for path in ["/response/authenticatorData", "/response/clientDataJSON", "/response/signature"] {
        for most in 0..400 {
            let mut cut = false;
            let shorter = damaged(&response, path, |bytes| {
                cut = most < bytes.len();
                bytes.truncate(most);
            });
            let verdict = door().signed_in(&asked.state, shorter.as_bytes(), &credential);
            assert_eq!(verdict.is_err(), cut, "{path} {most}");
        }
    }
}

/// The whole of what was signed is damaged bit by bit, and the signature does not hold.
#[test]
fn each_bit_that_was_signed_counts() {
    let (mut key, credential) = enrol(honest).unwrap();
    let asked = door().sign_in(nonce(2)).unwrap();
    let response = key.sign(&asked.options, ORIGIN, honest).unwrap();
    for (path, length) in [("/response/authenticatorData", 37), ("/response/clientDataJSON", 100)] {
        for bit in 0..length * 8 {
            let wrong = damaged(&response, path, |bytes| bytes[bit / 8] ^= 1 << (bit % 8));
            assert!(door().signed_in(&asked.state, wrong.as_bytes(), &credential).is_err(), "{path} {bit}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn damaged_enrolments_do_not_panic(at in 0_usize..400, byte in any::<u8>(), length in 0_usize..8) {
        let door = door().trusting(Models::default());
        let asked = door.enrol(ana(), "Ana", &[], Attestation::Any, nonce(1)).unwrap();
        let (_, made) = SoftKey::make(&asked.options, ORIGIN, [1; 32], honest).unwrap();
        let wrong = damaged(&made, "/response/attestationObject", |bytes| {
            let at = at % bytes.len();
            let end = (at + length).min(bytes.len());
            bytes.splice(at..end, [byte]);
        });
        let raw = damaged(&wrong, "/rawId", |_| {});
        drop(door.enrolled(&asked.state, raw.as_bytes(), now()));
    }

    #[test]
    fn bytes_of_anybody_do_not_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        drop(claim(&bytes));
        let state = State::from_bytes(&bytes);
        prop_assert!(state.map_or(true, |state| state.to_bytes() == bytes));
        let credential = Credential::from_bytes(&bytes);
        prop_assert!(credential.is_err() || bytes.len() > 60);
        let _ = door().proof_holds(&bytes, &enrol(honest).unwrap().1, [0; 32]);
    }

    /// Bytes that are kept and come back damaged are refused or are others; nothing in them is followed blindly.
    #[test]
    fn kept_bytes_may_rot(at in 0_usize..130, byte in any::<u8>()) {
        let (mut key, credential) = enrol(honest).unwrap();
        let mut bytes = credential.to_bytes();
        let at = at % bytes.len();
        bytes[at] = byte;
        if let Ok(other) = Credential::from_bytes(&bytes) {
            drop(sign_in(&mut key, &other, honest));
        }
    }
}
