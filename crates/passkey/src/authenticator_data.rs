//! The shape of what a key signed (Web Authentication Level 3, §6.1): its parts fill it, and nothing is left over. The library reads the
//! parts; it takes whatever follows them, and does not say which model a key is of when nobody vouches for it.

use serde::{Deserialize, de::IgnoredAny};
use serde_cbor_2::Deserializer;

use crate::refused::Refused;

/// A hash, flags, a counter.
const HEAD: usize = 37;
const ATTESTED: u8 = 0b0100_0000;
const EXTENSIONS: u8 = 0b1000_0000;
const LONGEST_ID: usize = 1_023;

/// The formats that are read. The others vouch for no model, cannot be verified by this version of the library (`tpm`), or are of keys
/// that verify nobody (`fido-u2f`); browsers send them only where they are asked for.
const FORMATS: [&str; 2] = ["none", "packed"];

/// What is told of a key when it is made (§6.5.1).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Attested<'a> {
    pub(crate) model: [u8; 16],
    pub(crate) id: &'a [u8],
}

/// An attestation object (§6.5.4): the format of what its maker states, and what the key signed.
#[derive(Deserialize)]
struct AttestationObject<'a> {
    #[serde(borrow)]
    fmt: &'a str,
    #[serde(rename = "authData", borrow)]
    auth_data: &'a [u8],
}

/// What an attestation object tells of a new key.
pub(crate) fn of_enrolment(object: &[u8]) -> Result<Attested<'_>, Refused> {
    let object: AttestationObject<'_> = serde_cbor_2::from_slice(object).map_err(|_| Refused::AttestationObject)?;
    if !FORMATS.contains(&object.fmt) {
        return Err(Refused::AttestationFormat);
    }
    let (flags, rest) = head(object.auth_data)?;
    if flags & ATTESTED == 0 {
        return Err(Refused::AuthenticatorData);
    }
    let (model, rest) = rest.split_first_chunk::<16>().ok_or(Refused::AuthenticatorData)?;
    let (length, rest) = rest.split_first_chunk::<2>().ok_or(Refused::AuthenticatorData)?;
    let length = usize::from(u16::from_be_bytes(*length));
    if length == 0 || length > LONGEST_ID {
        return Err(Refused::IdLength);
    }
    let (id, rest) = rest.split_at_checked(length).ok_or(Refused::AuthenticatorData)?;
    extensions(flags, after_item(rest)?)?;
    Ok(Attested { model: *model, id })
}

/// Checks the data of an assertion, which tell nothing of the key.
pub(crate) fn of_assertion(data: &[u8]) -> Result<(), Refused> {
    let (flags, rest) = head(data)?;
    if flags & ATTESTED != 0 {
        return Err(Refused::AuthenticatorData);
    }
    extensions(flags, rest)
}

fn head(data: &[u8]) -> Result<(u8, &[u8]), Refused> {
    let (head, rest) = data.split_first_chunk::<HEAD>().ok_or(Refused::AuthenticatorData)?;
    Ok((head[32], rest))
}

/// Extensions to the end where the flag says so, else nothing.
fn extensions(flags: u8, rest: &[u8]) -> Result<(), Refused> {
    let left = if flags & EXTENSIONS == 0 { rest } else { after_item(rest)? };
    if left.is_empty() { Ok(()) } else { Err(Refused::AuthenticatorData) }
}

/// What follows one item of CBOR.
fn after_item(bytes: &[u8]) -> Result<&[u8], Refused> {
    let mut reader = Deserializer::from_slice(bytes);
    IgnoredAny::deserialize(&mut reader).map_err(|_| Refused::AuthenticatorData)?;
    bytes.get(reader.byte_offset()..).ok_or(Refused::AuthenticatorData)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(flags: u8, rest: &[u8]) -> Vec<u8> {
        [&[0; 32], &[flags][..], &[0; 4], rest].concat()
    }

    #[test]
    fn an_assertion_is_filled_by_its_parts() {
        assert_eq!(of_assertion(&data(0b101, &[])), Ok(()));
        assert_eq!(of_assertion(&data(EXTENSIONS | 0b101, &[0xa0])), Ok(()), "an empty map");
        for wrong in [
            data(0b101, &[0]),
            data(0b101, &[])[..36].to_vec(),
            data(EXTENSIONS, &[]),
            data(EXTENSIONS, &[0xa0, 0]),
            data(EXTENSIONS, &[0xbf]),
            data(EXTENSIONS, &[0x9b, 255, 255, 255, 255, 255, 255, 255, 255]),
            data(EXTENSIONS, &[0x81; 4_000]),
            data(ATTESTED, &[0; 64]),
        ] {
            assert_eq!(of_assertion(&wrong), Err(Refused::AuthenticatorData));
        }
    }
}
