//! What a browser hands over: bounded before it is parsed, then the library's types (Web Authentication Level 3, §5.1:
//! `RegistrationResponseJSON` and `AuthenticationResponseJSON`, what `PublicKeyCredential.toJSON()` gives).

use data_encoding::BASE64URL_NOPAD;
use uuid::Uuid;
use webauthn_rs_core::proto::{PublicKeyCredential, RegisterPublicKeyCredential};

use crate::refused::Refused;

/// No response is longer, in bytes: a chain of certificates takes some 8 KiB.
pub const LONGEST_RESPONSE: usize = 64 * 1_024;

const LONGEST_ID: usize = 1_023;
const LONGEST_CLIENT_DATA: usize = 4_096;
const LONGEST_OBJECT: usize = 32 * 1_024;
const LONGEST_DATA: usize = 4_096;
/// An RSA signature with a key of 2,048 bits has 256 bytes, the longest of ours.
const LONGEST_SIGNATURE: usize = 512;

/// Who a response says it is from. Nothing of it is proven: it serves to look a credential up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The person: the user handle.
    pub person: Uuid,
    /// The id of the credential.
    pub credential: Vec<u8>,
}

/// Reads who a response says it is from.
///
/// # Errors
///
/// [`Refused`] for what is no response to a sign-in, and [`Refused::NoHandle`] where it does not say whose it is: a key that is not
/// discoverable.
pub fn claim(response: &[u8]) -> Result<Claim, Refused> {
    let response = assertion(response)?;
    let person = handle(&response)?.ok_or(Refused::NoHandle)?;
    Ok(Claim { person, credential: response.raw_id })
}

/// The user handle, where there is one. Ours are all UUIDs; another's is somebody else's.
pub(crate) fn handle(response: &PublicKeyCredential) -> Result<Option<Uuid>, Refused> {
    match response.response.user_handle.as_deref() {
        None => Ok(None),
        Some(bytes) => Uuid::from_slice(bytes).map(Some).map_err(|_| Refused::OtherPerson),
    }
}

pub(crate) fn enrolment(bytes: &[u8]) -> Result<RegisterPublicKeyCredential, Refused> {
    let parsed: RegisterPublicKeyCredential = parse(bytes)?;
    identity(&parsed.id, &parsed.raw_id, &parsed.type_)?;
    at_most(&parsed.response.client_data_json, LONGEST_CLIENT_DATA)?;
    at_most(&parsed.response.attestation_object, LONGEST_OBJECT)?;
    Ok(parsed)
}

pub(crate) fn assertion(bytes: &[u8]) -> Result<PublicKeyCredential, Refused> {
    let parsed: PublicKeyCredential = parse(bytes)?;
    identity(&parsed.id, &parsed.raw_id, &parsed.type_)?;
    at_most(&parsed.response.client_data_json, LONGEST_CLIENT_DATA)?;
    at_most(&parsed.response.authenticator_data, LONGEST_DATA)?;
    at_most(&parsed.response.signature, LONGEST_SIGNATURE)?;
    Ok(parsed)
}

fn parse<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, Refused> {
    at_most(bytes, LONGEST_RESPONSE)?;
    serde_json::from_slice(bytes).map_err(|_| Refused::NotACredential)
}

/// The library looks at `rawId` alone; a response that says two things is not from a browser.
fn identity(id: &str, raw: &[u8], kind: &str) -> Result<(), Refused> {
    if kind != "public-key" {
        return Err(Refused::NotAPublicKey);
    }
    if raw.is_empty() || raw.len() > LONGEST_ID {
        return Err(Refused::IdLength);
    }
    if id == BASE64URL_NOPAD.encode(raw) { Ok(()) } else { Err(Refused::TwoIds) }
}

fn at_most(bytes: &[u8], most: usize) -> Result<(), Refused> {
    if bytes.len() > most { Err(Refused::TooLong) } else { Ok(()) }
}
