//! A door, a person, and their keys in software.

use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;
use uuid::Uuid;
use vauban_passkey::{Attestation, Credential, Door, Nonce, Refused, Verified};
use vauban_softkey::{Assertion, Enrolment, SoftKey};

pub(crate) const HOST: &str = "id.example";
pub(crate) const ORIGIN: &str = "https://id.example";
pub(crate) const NOW: &str = "2026-11-27T09:00:00Z";

pub(crate) fn door() -> Door {
    Door::new(HOST, ORIGIN, "Example").unwrap()
}

pub(crate) fn ana() -> Uuid {
    Uuid::from_bytes([1; 16])
}

pub(crate) fn now() -> jiff::Timestamp {
    NOW.parse().unwrap()
}

pub(crate) fn nonce(number: u8) -> Nonce {
    Nonce::new([number; 32])
}

/// An enrolment of Ana's with a lie in it.
pub(crate) fn enrol(lie: impl FnOnce(&mut Enrolment)) -> Result<(SoftKey, Credential), Refused> {
    enrol_at(&door(), Attestation::Any, lie)
}

pub(crate) fn enrol_at(
    door: &Door,
    attestation: Attestation,
    lie: impl FnOnce(&mut Enrolment),
) -> Result<(SoftKey, Credential), Refused> {
    let asked = door.enrol(ana(), "Ana", &[], attestation, nonce(1)).unwrap();
    let (key, response) = SoftKey::make(&asked.options, ORIGIN, [1; 32], lie).unwrap();
    door.enrolled(&asked.state, response.as_bytes(), now()).map(|credential| (key, credential))
}

/// A sign-in with a lie in it.
pub(crate) fn sign_in(
    key: &mut SoftKey,
    credential: &Credential,
    lie: impl FnOnce(&mut Assertion),
) -> Result<Verified, Refused> {
    let asked = door().sign_in(nonce(2)).unwrap();
    let response = key.sign(&asked.options, ORIGIN, lie).unwrap();
    door().signed_in(&asked.state, response.as_bytes(), credential)
}

/// A response with one of its values edited after it was signed; the path is in the form `/response/signature`.
pub(crate) fn edited(response: &str, path: &str, edit: impl FnOnce(&mut Value)) -> String {
    let mut value: Value = serde_json::from_str(response).unwrap();
    edit(value.pointer_mut(path).unwrap());
    value.to_string()
}

/// The same, for bytes in base64url.
pub(crate) fn damaged(response: &str, path: &str, edit: impl FnOnce(&mut Vec<u8>)) -> String {
    edited(response, path, |value| {
        let mut bytes = BASE64URL_NOPAD.decode(value.as_str().unwrap().as_bytes()).unwrap();
        edit(&mut bytes);
        *value = Value::from(BASE64URL_NOPAD.encode(&bytes));
    })
}
