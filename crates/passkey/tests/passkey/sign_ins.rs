//! Lies of whoever signs in.

use uuid::Uuid;
use vauban_passkey::{Attestation, Refused, claim};
use vauban_softkey::{Assertion, NoKey, SoftKey, flag, honest};

use crate::support::{ORIGIN, ana, damaged, door, edited, enrol, nonce, now, sign_in};

fn refused(lie: impl FnOnce(&mut Assertion)) -> Refused {
    let (mut key, credential) = enrol(honest).unwrap();
    sign_in(&mut key, &credential, lie).unwrap_err()
}

#[test]
fn of_the_host_and_the_flags() {
    assert_eq!(refused(|lie| lie.host = "evil.example".to_owned()), Refused::Host);
    assert_eq!(refused(|lie| lie.host = "example".to_owned()), Refused::Host, "a parent domain");
    assert_eq!(refused(|lie| lie.flags &= !flag::PRESENT), Refused::NotPresent);
    assert_eq!(refused(|lie| lie.flags &= !flag::VERIFIED), Refused::NotVerified);
    assert_eq!(refused(|lie| lie.flags |= flag::CAN_BE_COPIED), Refused::BackupChanged);
    assert_eq!(refused(|lie| lie.flags |= flag::COPIED), Refused::BackupFlags);
    assert_eq!(refused(|lie| lie.flags |= flag::ATTESTED), Refused::AuthenticatorData);
    assert_eq!(refused(|lie| lie.rest = vec![0; 100]), Refused::AuthenticatorData);
    let extended = |lie: &mut Assertion| {
        lie.flags |= flag::EXTENSIONS;
        lie.rest = vec![0xa1, 0x61, b'x', 0xf5];
    };
    let (mut key, credential) = enrol(honest).unwrap();
    assert!(sign_in(&mut key, &credential, extended).is_ok(), "an extension that nobody asked for is passed over");
}

#[test]
fn of_another_challenge() {
    let (mut key, credential) = enrol(honest).unwrap();
    let (before, after) = (door().sign_in(nonce(2)).unwrap(), door().sign_in(nonce(3)).unwrap());
    let response = key.sign(&before.options, ORIGIN, honest).unwrap();
    assert_eq!(door().signed_in(&after.state, response.as_bytes(), &credential), Err(Refused::Challenge), "a replay");
    assert_eq!(refused(|lie| lie.client_data.challenge.push('=')), Refused::Challenge);
    assert_eq!(refused(|lie| lie.client_data.challenge.clear()), Refused::Challenge);
}

#[test]
fn of_the_counter() {
    let (mut key, credential) = enrol(|lie| lie.counter = 41).unwrap();
    let used = sign_in(&mut key, &credential, honest).unwrap().credential;
    assert_eq!(used.counter(), 42);
    for counter in [0, 41, 42] {
        let verdict = sign_in(&mut key, &used, |lie| lie.counter = counter);
        assert_eq!(verdict, Err(Refused::Counter), "{counter}: a copy that was left behind");
    }
    assert!(sign_in(&mut key, &used, |lie| lie.counter = u32::MAX).is_ok());
}

#[test]
fn of_another_person() {
    assert_eq!(refused(|lie| lie.handle = Some(vec![2; 16])), Refused::OtherPerson);
    assert_eq!(refused(|lie| lie.handle = Some(vec![1; 15])), Refused::OtherPerson);
    assert_eq!(refused(|lie| lie.handle = Some(Vec::new())), Refused::OtherPerson);
    assert_eq!(refused(|lie| lie.handle = None), Refused::NoHandle);
    assert_eq!(refused(|lie| lie.id[0] ^= 1), Refused::OtherCredential);
}

/// Bea has a key, and says that she is Ana; and she puts Ana's id on what her own key signed.
#[test]
fn of_another_key() {
    let (_, ana_credential) = enrol(honest).unwrap();
    let asked = door().enrol(Uuid::from_bytes([2; 16]), "Bea", &[], Attestation::Any, nonce(1)).unwrap();
    let (mut bea, response) = SoftKey::make(&asked.options, ORIGIN, [2; 32], honest).unwrap();
    let bea_credential = door().enrolled(&asked.state, response.as_bytes(), now()).unwrap();
    let as_ana = |lie: &mut Assertion| lie.handle = Some(ana().into_bytes().to_vec());
    assert_eq!(sign_in(&mut bea, &bea_credential, as_ana), Err(Refused::OtherPerson));
    let with_id_of_ana = |lie: &mut Assertion| {
        as_ana(lie);
        lie.id = ana_credential.id().to_vec();
    };
    assert_eq!(sign_in(&mut bea, &ana_credential, with_id_of_ana), Err(Refused::Signature));
    assert_eq!(sign_in(&mut bea, &ana_credential, as_ana), Err(Refused::OtherCredential));
}

#[test]
fn of_a_response_that_was_changed_on_the_way() {
    let (mut key, credential) = enrol(honest).unwrap();
    let asked = door().sign_in(nonce(2)).unwrap();
    let response = key.sign(&asked.options, ORIGIN, honest).unwrap();
    let verdict = |response: &str| door().signed_in(&asked.state, response.as_bytes(), &credential).unwrap_err();
    let flip_last = |bytes: &mut Vec<u8>| *bytes.last_mut().unwrap() ^= 1;
    assert_eq!(verdict(&damaged(&response, "/response/signature", flip_last)), Refused::Signature);
    assert_eq!(verdict(&damaged(&response, "/response/signature", Vec::clear)), Refused::Signature);
    assert_eq!(verdict(&damaged(&response, "/response/signature", |bytes| bytes.resize(513, 0))), Refused::TooLong);
    assert_eq!(
        verdict(&damaged(&response, "/response/authenticatorData", flip_last)),
        Refused::Signature,
        "the counter"
    );
    let spaced = damaged(&response, "/response/clientDataJSON", |bytes| bytes.push(b' '));
    assert_eq!(verdict(&spaced), Refused::Signature);
    assert_eq!(verdict(&edited(&response, "/type", |value| *value = "x".into())), Refused::NotAPublicKey);
    assert_eq!(verdict(&edited(&response, "/id", |value| *value = "AAAA".into())), Refused::TwoIds);
    assert_eq!(verdict(&format!("{response}{}", " ".repeat(64 * 1_024))), Refused::TooLong);
    assert_eq!(verdict(&"[".repeat(60_000)), Refused::NotACredential);
    assert_eq!(verdict(""), Refused::NotACredential);
    assert_eq!(claim(b"{}"), Err(Refused::NotACredential));
}

/// Somebody who is signed in is asked for their own keys, and no other will do.
#[test]
fn of_whoever_comes_back() {
    let (mut key, credential) = enrol(honest).unwrap();
    let asked = door().refresh(std::slice::from_ref(&credential), nonce(6)).unwrap();
    let response = key.sign(&asked.options, ORIGIN, |lie| lie.handle = None).unwrap();
    assert!(
        door().refreshed(&asked.state, response.as_bytes(), &credential).is_ok(),
        "a named key need not say whose it is"
    );

    let enrolment = door().enrol(ana(), "Ana", &[], Attestation::Any, nonce(1)).unwrap();
    let (mut other, made) = SoftKey::make(&enrolment.options, ORIGIN, [9; 32], honest).unwrap();
    let later = door().enrolled(&enrolment.state, made.as_bytes(), now()).unwrap();
    assert_eq!(other.sign(&asked.options, ORIGIN, honest), Err(NoKey::OtherKey));
    let unnamed = asked.options.replace(&data_encoding::BASE64URL_NOPAD.encode(credential.id()), "");
    let forced = unnamed.replace(r#"{"type":"public-key","id":""}"#, "");
    let response = other.sign(&forced, ORIGIN, honest).unwrap();
    assert_eq!(door().refreshed(&asked.state, response.as_bytes(), &later), Err(Refused::OtherCredential));
}
