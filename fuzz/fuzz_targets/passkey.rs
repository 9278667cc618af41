//! Responses to the ceremonies of passkeys, as a browser or key could write them that means harm, statements of models, and kept bytes that rotted. The first
//! byte chooses what the others stand for; the rest of the response is honest and signed, so that they are reached.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use serde_cbor_2::Value;
use uuid::Uuid;
use vauban_passkey::{Asked, Attestation, Credential, Door, Models, Nonce, State, claim};
use vauban_softkey::{Assertion, Enrolment, SoftKey, flag, honest, packed};

const ORIGIN: &str = "https://id.example";

struct Fixed {
    door: Door,
    enrolment: Asked,
    sign_in: Asked,
    credential: Credential,
}

static FIXED: LazyLock<Fixed> = LazyLock::new(|| {
    let door = Door::new("id.example", ORIGIN, "Example").expect("a door");
    let nonce = Nonce::new([1; 32]);
    let enrolment = door.enrol(Uuid::from_bytes([1; 16]), "Ana", &[], Attestation::Any, nonce).expect("asked");
    let sign_in = door.sign_in(nonce).expect("asked");
    let (_, response) = SoftKey::make(&enrolment.options, ORIGIN, [1; 32], honest).expect("made");
    let credential = door.enrolled(&enrolment.state, response.as_bytes(), now()).expect("enrolled");
    Fixed { door, enrolment, sign_in, credential }
});

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let bytes = bytes.to_vec();
    match choice % 12 {
        0 => enrolled(&bytes),
        1 => signed_in(&bytes),
        2 => enrol(|lie| lie.key = bytes),
        3 => enrol(|lie| (lie.flags, lie.rest) = (lie.flags | flag::EXTENSIONS, bytes)),
        4 => enrol(|lie| lie.client_data.raw = Some(bytes)),
        5 => {
            if let Ok(statement) = serde_cbor_2::from_slice::<Value>(&bytes) {
                enrol(|lie| lie.statement = Box::new(|_| ("packed".to_owned(), statement)));
            }
        }
        6 => enrol(|lie| lie.statement = packed(-7, |_| vec![0x30, 0], vec![bytes])),
        7 => sign(|lie| (lie.flags, lie.rest) = (lie.flags | flag::EXTENSIONS, bytes)),
        8 => sign(|lie| lie.client_data.raw = Some(bytes)),
        9 => sign(|lie| (lie.flags, lie.handle, lie.id) = (bytes.len() as u8, Some(bytes.clone()), bytes)),
        10 => {
            let _ = Models::default().trust_statement(&bytes);
        }
        _ => kept(&bytes),
    }
});

fn enrol(lie: impl FnOnce(&mut Enrolment)) {
    let (_, response) = SoftKey::make(&FIXED.enrolment.options, ORIGIN, [2; 32], lie).expect("made");
    enrolled(response.as_bytes());
}

fn enrolled(response: &[u8]) {
    if let Ok(credential) = FIXED.door.enrolled(&FIXED.enrolment.state, response, now()) {
        assert_eq!(Credential::from_bytes(&credential.to_bytes()), Ok(credential));
    }
}

fn sign(lie: impl FnOnce(&mut Assertion)) {
    let (mut key, _) = SoftKey::make(&FIXED.enrolment.options, ORIGIN, [1; 32], honest).expect("made");
    let response = key.sign(&FIXED.sign_in.options, ORIGIN, lie).expect("signed");
    signed_in(response.as_bytes());
}

fn signed_in(response: &[u8]) {
    let verified = FIXED.door.signed_in(&FIXED.sign_in.state, response, &FIXED.credential);
    assert!(verified.is_err() || claim(response).is_ok());
}

fn kept(bytes: &[u8]) {
    if let Ok(state) = State::from_bytes(bytes) {
        assert_eq!(State::from_bytes(&state.to_bytes()), Ok(state));
    }
    let _ = FIXED.door.proof_holds(bytes, &FIXED.credential, [0; 32]);
    if let Ok(credential) = Credential::from_bytes(bytes) {
        let _ = FIXED.door.proof_holds(bytes, &credential, [0; 32]);
    }
}

fn now() -> jiff::Timestamp {
    jiff::Timestamp::UNIX_EPOCH
}
