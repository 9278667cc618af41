//! What honest keys do.

use serde_json::Value;
use uuid::Uuid;
use vauban_passkey::{Attestation, Credential, LONGEST_CREDENTIAL, MOST_KEYS, NotAsked, Refused, State, claim};
use vauban_softkey::{SoftKey, honest};

use crate::support::{HOST, ORIGIN, ana, door, enrol, nonce, now, sign_in};

#[test]
fn a_key_is_made_and_signs_in() {
    let (mut key, credential) = enrol(honest).unwrap();
    assert_eq!(credential.person(), ana());
    assert_eq!(credential.id(), key.id);
    assert_eq!((credential.counter(), credential.is_attested(), credential.can_be_copied()), (0, false, false));
    let first = sign_in(&mut key, &credential, honest).unwrap().credential;
    let second = sign_in(&mut key, &first, honest).unwrap().credential;
    assert_eq!((first.counter(), second.counter()), (1, 2));
}

/// The store keeps bytes of everything.
#[test]
fn it_does_so_through_bytes() {
    let asked = door().sign_in(nonce(4)).unwrap();
    let (mut key, credential) = enrol(honest).unwrap();
    let bytes = credential.to_bytes();
    assert!(bytes.len() <= LONGEST_CREDENTIAL);
    let (state, credential) =
        (State::from_bytes(&asked.state.to_bytes()).unwrap(), Credential::from_bytes(&bytes).unwrap());
    let response = key.sign(&asked.options, ORIGIN, honest).unwrap();
    let claim = claim(response.as_bytes()).unwrap();
    assert_eq!((claim.person, claim.credential.as_slice()), (ana(), credential.id()));
    assert!(door().signed_in(&state, response.as_bytes(), &credential).is_ok());
}

/// A key that is copied between devices does not count, and says where it is.
#[test]
fn a_key_that_does_not_count_signs_in_for_ever() {
    let (mut key, credential) = enrol(|enrolment| enrolment.flags |= 0b0000_1000).unwrap();
    key.step = 0;
    assert!(credential.can_be_copied() && !credential.is_backed_up());
    key.flags |= 0b0001_0000;
    let once = sign_in(&mut key, &credential, honest).unwrap().credential;
    assert!(once.is_backed_up());
    assert_eq!(sign_in(&mut key, &once, honest).unwrap().credential, once);
}

#[test]
fn the_question_asks_for_a_discoverable_key_and_a_verified_user() {
    let known = vec![vec![9; 20]];
    let asked = door().enrol(ana(), "Ana", &known, Attestation::Any, nonce(3)).unwrap();
    let options: Value = serde_json::from_str(&asked.options).unwrap();
    let selection = &options["authenticatorSelection"];
    assert_eq!(options["rp"]["id"], HOST);
    assert_eq!(selection["residentKey"], "required");
    assert_eq!(selection["requireResidentKey"], true);
    assert_eq!(selection["userVerification"], "required");
    assert_eq!(options["attestation"], "none");
    assert_eq!(options["timeout"], 300_000);
    assert_eq!(options["excludeCredentials"].as_array().unwrap().len(), 1);
    assert_eq!(options["extensions"]["credentialProtectionPolicy"], "userVerificationRequired");
    let algorithms: Vec<_> =
        options["pubKeyCredParams"].as_array().unwrap().iter().map(|one| one["alg"].as_i64().unwrap()).collect();
    assert_eq!(algorithms, [-7, -35, -257]);

    let options: Value = serde_json::from_str(&door().sign_in(nonce(3)).unwrap().options).unwrap();
    assert_eq!(options["allowCredentials"], Value::Array(Vec::new()), "nobody learns who has a key");
    assert_eq!((&options["rpId"], &options["userVerification"]), (&HOST.into(), &"required".into()));
}

/// The challenge is the caller's nonce: no ceremony draws one of its own.
#[test]
fn the_same_nonce_is_the_same_question() {
    let ask = |number| door().enrol(ana(), "Ana", &[], Attestation::Required, nonce(number)).unwrap();
    assert_eq!(ask(3), ask(3));
    assert_ne!(ask(3).options, ask(4).options);
    assert_eq!(door().sign_in(nonce(3)).unwrap(), door().sign_in(nonce(3)).unwrap());
}

/// Measured, and the reason why a state is consumed before it gets here.
#[test]
fn the_same_response_verifies_twice_with_the_same_state() {
    let (mut key, credential) = enrol(honest).unwrap();
    let asked = door().sign_in(nonce(2)).unwrap();
    let response = key.sign(&asked.options, ORIGIN, honest).unwrap();
    let first = door().signed_in(&asked.state, response.as_bytes(), &credential).unwrap();
    assert!(door().signed_in(&asked.state, response.as_bytes(), &credential).is_ok());
    let counted = door().signed_in(&asked.state, response.as_bytes(), &first.credential);
    assert_eq!(counted, Err(Refused::Counter), "a key that counts is not fooled once its credential is kept");
}

#[test]
fn a_state_serves_its_own_ceremony_alone() {
    let (mut key, credential) = enrol(honest).unwrap();
    let keys = [credential.clone()];
    let door = door();
    let enrolment = door.enrol(ana(), "Ana", &[], Attestation::Any, nonce(5)).unwrap();
    let (_, made) = SoftKey::make(&enrolment.options, ORIGIN, [2; 32], honest).unwrap();
    let asked = [
        door.sign_in(nonce(5)).unwrap(),
        door.refresh(&keys, nonce(5)).unwrap(),
        door.approve(&keys, [7; 32], nonce(5)).unwrap(),
    ];
    for (at, question) in asked.iter().enumerate() {
        let response = key.sign(&question.options, ORIGIN, honest).unwrap();
        let response = response.as_bytes();
        let verdicts = [
            door.signed_in(&question.state, response, &credential).map(|_| ()),
            door.refreshed(&question.state, response, &credential).map(|_| ()),
            door.approved(&question.state, response, &credential, [7; 32]).map(|_| ()),
        ];
        for (other, verdict) in verdicts.into_iter().enumerate() {
            assert_eq!(verdict, if at == other { Ok(()) } else { Err(Refused::OtherCeremony) }, "{at} {other}");
        }
        assert_eq!(door.enrolled(&question.state, made.as_bytes(), now()), Err(Refused::OtherCeremony));
        let with_enrolment = door.signed_in(&enrolment.state, response, &credential);
        assert_eq!(with_enrolment, Err(Refused::OtherCeremony));
    }
}

#[test]
fn what_cannot_be_asked_is_not() {
    let (_, credential) = enrol(honest).unwrap();
    let door = door();
    let many = vec![vec![1; 16]; MOST_KEYS + 1];
    assert_eq!(door.enrol(ana(), "Ana", &many, Attestation::Any, nonce(1)), Err(NotAsked::TooManyKeys));
    for name in ["", "Ana\n", "\u{202e}anA", &"a".repeat(257)] {
        assert_eq!(door.enrol(ana(), name, &[], Attestation::Any, nonce(1)), Err(NotAsked::Name));
    }
    assert_eq!(door.refresh(&[], nonce(1)), Err(NotAsked::NoKey));
    assert_eq!(door.approve(&vec![credential.clone(); MOST_KEYS + 1], [0; 32], nonce(1)), Err(NotAsked::TooManyKeys));

    let asked = door.enrol(Uuid::from_bytes([2; 16]), "Bea", &[], Attestation::Any, nonce(1)).unwrap();
    let (_, response) = SoftKey::make(&asked.options, ORIGIN, [2; 32], honest).unwrap();
    let other = door.enrolled(&asked.state, response.as_bytes(), now()).unwrap();
    assert_eq!(door.refresh(&[credential, other], nonce(1)), Err(NotAsked::SeveralPeople));
}
