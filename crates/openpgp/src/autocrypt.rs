//! Keys that travel in the header of mail: Autocrypt Level 1, section 2.1.
//!
//! Reads and writes the value of an `Autocrypt:` field. It keeps no state about peers and decides nothing: whether a
//! key from a header is believed is for the caller. In Autocrypt it is only when the mail has one such field, and its
//! address is the one of `From:`.

use jiff::Timestamp;
use pgp::ser::Serialize as _;

use crate::certificate::{Certificate, KeyError, MAX_KEY_BYTES, Unusable, normal_address};

/// The most bytes that a field may have: a key in base64, folded, and a little.
const MAX_HEADER_BYTES: usize = MAX_KEY_BYTES * 3 / 2;

/// How many letters of base64 stand on a line.
const LINE: usize = 72;

/// What one `Autocrypt:` field says.
#[derive(Clone, Debug)]
pub struct Autocrypt {
    /// Whose key it is said to be, in lower case.
    pub address: String,
    /// The key.
    pub certificate: Certificate,
    /// Whether encryption is wished for.
    pub prefer_encrypt: PreferEncrypt,
}

/// Whether the owner of a key wishes for encrypted mail (Autocrypt Level 1 section 2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PreferEncrypt {
    /// Encrypt when both sides wish for it.
    Mutual,
    /// Nothing was said, or something that Level 1 does not know.
    #[default]
    NoPreference,
}

/// Why a field is invalid, or could not be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AutocryptError {
    /// More than a key can need.
    #[error("the Autocrypt field has {0} bytes, and {MAX_HEADER_BYTES} is the most that is read")]
    TooLarge(usize),
    /// An attribute without a value, or bytes that do not belong there.
    #[error("the Autocrypt field is not a list of attributes")]
    Malformed,
    /// An attribute that stands there twice.
    #[error("the Autocrypt field says {0} twice")]
    Twice(&'static str),
    /// An attribute that is needed and is not there.
    #[error("the Autocrypt field does not say {0}")]
    Missing(&'static str),
    /// An attribute that Level 1 does not know and that does not begin with `_`: the field must be ignored.
    #[error("the Autocrypt field has an attribute that is unknown and critical")]
    UnknownCritical,
    /// The address is not one, or one that a header cannot carry.
    #[error("the address in the Autocrypt field is not a plain mail address")]
    Address,
    /// The key is not base64.
    #[error("the key in the Autocrypt field is not base64")]
    Base64,
    /// The key is not one.
    #[error("the key in the Autocrypt field cannot be used")]
    Key(#[from] KeyError),
    /// The key cannot be encrypted to, so it is not announced.
    #[error("the key cannot be announced")]
    Unusable(#[from] Unusable),
    /// The key could not be written.
    #[error("the key could not be written")]
    Unwritable,
}

impl Autocrypt {
    /// Reads the value of the field: what stands behind `Autocrypt:`, folded or not.
    ///
    /// # Errors
    /// See [`AutocryptError`]. Autocrypt wants an invalid field treated as if it were not there.
    pub fn parse(header_value: &[u8]) -> Result<Autocrypt, AutocryptError> {
        if header_value.len() > MAX_HEADER_BYTES {
            return Err(AutocryptError::TooLarge(header_value.len()));
        }
        let text = std::str::from_utf8(header_value).map_err(|_| AutocryptError::Malformed)?;
        let (mut address, mut prefer, mut data) = (None, None, None);
        for attribute in text.split(';').map(str::trim).filter(|attribute| !attribute.is_empty()) {
            let (name, value) = attribute.split_once('=').ok_or(AutocryptError::Malformed)?;
            match name.trim().to_ascii_lowercase().as_str() {
                "addr" => once(&mut address, value, "addr")?,
                "prefer-encrypt" => once(&mut prefer, value, "prefer-encrypt")?,
                "keydata" => once(&mut data, value, "keydata")?,
                optional if optional.starts_with('_') => {}
                _ => return Err(AutocryptError::UnknownCritical),
            }
        }
        let address = address.ok_or(AutocryptError::Missing("addr"))?;
        let address = normal_address(address.trim()).ok_or(AutocryptError::Address)?;
        let data = data.ok_or(AutocryptError::Missing("keydata"))?;
        let data: String = data.chars().filter(|letter| !letter.is_ascii_whitespace()).collect();
        let key = data_encoding::BASE64.decode(data.as_bytes()).map_err(|_| AutocryptError::Base64)?;
        // `Certificate::parse` would take armour as well, which has no place in a header.
        if key.first().is_none_or(|first| first & 0x80 == 0) {
            return Err(AutocryptError::Key(KeyError::NotAKey("it is not in binary form".to_owned())));
        }
        let prefer_encrypt = match prefer.map(str::trim) {
            Some("mutual") => PreferEncrypt::Mutual,
            _ => PreferEncrypt::NoPreference,
        };
        Ok(Autocrypt { address, certificate: Certificate::parse(&key)?, prefer_encrypt })
    }
}

/// Writes the value of an `Autocrypt:` field for a key, folded with CRLF and without a line end behind it.
///
/// Only the smallest key that works goes in: the primary key, one name, the newest part that encrypts
/// (Autocrypt Level 1 section 2.1.1).
///
/// # Errors
/// When the address needs quoting or could inject a field, or the key is not usable now.
pub fn autocrypt_header(
    address: &str,
    certificate: &Certificate,
    prefer_encrypt: PreferEncrypt,
    now: Timestamp,
) -> Result<String, AutocryptError> {
    let address = normal_address(address).filter(|address| address.is_ascii()).ok_or(AutocryptError::Address)?;
    let key = certificate.minimal(&address, now)?.to_bytes().map_err(|_| AutocryptError::Unwritable)?;
    let data = data_encoding::BASE64.encode(&key);
    let mut value = format!("addr={address};");
    if prefer_encrypt == PreferEncrypt::Mutual {
        value.push_str(" prefer-encrypt=mutual;");
    }
    value.push_str("\r\n keydata=");
    for line in data.as_bytes().chunks(LINE) {
        value.push_str("\r\n ");
        value.extend(line.iter().copied().map(char::from));
    }
    Ok(value)
}

fn once<'v>(slot: &mut Option<&'v str>, value: &'v str, name: &'static str) -> Result<(), AutocryptError> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(AutocryptError::Twice(name)),
    }
}
