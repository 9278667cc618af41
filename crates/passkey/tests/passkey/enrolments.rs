//! Lies of a key that is being made.

use vauban_passkey::{Attestation, Refused};
use vauban_softkey::{NoKey, SoftKey, flag, honest, packed};

use crate::support::{ORIGIN, ana, damaged, door, edited, enrol, nonce, now};

fn refused(lie: impl FnOnce(&mut vauban_softkey::Enrolment)) -> Refused {
    enrol(lie).map(|(_, credential)| credential).unwrap_err()
}

#[test]
fn of_the_page() {
    assert_eq!(refused(|lie| lie.client_data.origin = "https://id.example.evil.example".to_owned()), Refused::Origin);
    assert_eq!(refused(|lie| lie.client_data.kind = "webauthn.get".to_owned()), Refused::ClientDataType);
    assert_eq!(refused(|lie| lie.client_data.challenge = "AAAA".to_owned()), Refused::Challenge);
    let framed = |lie: &mut vauban_softkey::Enrolment| {
        lie.client_data.more.insert("crossOrigin".to_owned(), true.into());
    };
    assert_eq!(refused(framed), Refused::CrossOrigin);
}

#[test]
fn of_the_host_and_the_flags() {
    assert_eq!(refused(|lie| lie.host = "example".to_owned()), Refused::Host);
    assert_eq!(refused(|lie| lie.flags &= !flag::PRESENT), Refused::NotPresent);
    assert_eq!(refused(|lie| lie.flags &= !flag::VERIFIED), Refused::NotVerified);
    assert_eq!(refused(|lie| lie.flags |= flag::COPIED), Refused::BackupFlags);
    assert_eq!(refused(|lie| lie.flags &= !flag::ATTESTED), Refused::AuthenticatorData);
    assert_eq!(refused(|lie| lie.flags |= flag::EXTENSIONS), Refused::AuthenticatorData);
    assert_eq!(refused(|lie| lie.rest = vec![0]), Refused::AuthenticatorData, "bytes that nothing announces");
}

#[test]
fn of_the_id() {
    assert_eq!(refused(|lie| lie.id = Vec::new()), Refused::IdLength);
    assert_eq!(refused(|lie| lie.id = vec![1; 1_024]), Refused::IdLength);
    assert!(enrol(|lie| lie.id = vec![1; 1_023]).is_ok());
    assert_eq!(refused(|lie| lie.is_discoverable = Some(false)), Refused::NotDiscoverable);
    assert!(enrol(|lie| lie.is_discoverable = None).is_ok(), "not every browser says");
}

#[test]
fn of_a_response_that_says_two_things() {
    let asked = door().enrol(ana(), "Ana", &[], Attestation::Any, nonce(1)).unwrap();
    let (_, response) = SoftKey::make(&asked.options, ORIGIN, [1; 32], honest).unwrap();
    let verdict = |response: &str| door().enrolled(&asked.state, response.as_bytes(), now()).unwrap_err();
    assert_eq!(verdict(&edited(&response, "/type", |value| *value = "password".into())), Refused::NotAPublicKey);
    assert_eq!(verdict(&edited(&response, "/id", |value| *value = "AAAA".into())), Refused::TwoIds);
    let other = damaged(&damaged(&response, "/id", |id| id[0] ^= 1), "/rawId", |id| id[0] ^= 1);
    assert_eq!(verdict(&other), Refused::TwoIds, "another than the key told");
}

#[test]
fn of_a_key_that_is_known() {
    let (key, credential) = enrol(honest).unwrap();
    let known = vec![credential.id().to_vec()];
    let asked = door().enrol(ana(), "Ana", &known, Attestation::Any, nonce(1)).unwrap();
    let made = SoftKey::make(&asked.options, ORIGIN, [1; 32], honest).map(|_| ());
    assert_eq!(made, Err(NoKey::OtherKey), "an honest key makes no second one");
    let (_, response) = SoftKey::make(&asked.options, ORIGIN, [3; 32], |lie| lie.id = key.id.clone()).unwrap();
    assert_eq!(door().enrolled(&asked.state, response.as_bytes(), now()), Err(Refused::Known));
}

#[test]
fn of_its_maker() {
    let broken = |lie: &mut vauban_softkey::Enrolment| lie.statement = packed(-7, |_| vec![0x30, 0], Vec::new());
    assert_eq!(refused(broken), Refused::Signature);
    let unsigned = |lie: &mut vauban_softkey::Enrolment| {
        lie.statement = packed(-7, |_| vec![0x30, 0], vec![vec![0x30, 0]]);
    };
    assert_eq!(refused(unsigned), Refused::AttestationStatement);
    let unknown = |lie: &mut vauban_softkey::Enrolment| {
        lie.statement = Box::new(|_| ("android-safetynet".to_owned(), serde_cbor_2::Value::Null));
    };
    assert_eq!(refused(unknown), Refused::AttestationFormat);
    let nonsense = |lie: &mut vauban_softkey::Enrolment| {
        lie.statement = Box::new(|_| ("packed".to_owned(), serde_cbor_2::Value::Null));
    };
    assert_eq!(refused(nonsense), Refused::AttestationStatement);
}
