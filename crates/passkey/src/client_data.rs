//! What the browser signed beside the key: the page, the challenge, the frame (Web Authentication Level 3, §5.8.1). Read here before the
//! library does, because it parses origins as addresses, in which `https://id.example` and `https://me@id.example:443/login` are the same,
//! and asks nothing about frames when somebody signs in.

use data_encoding::BASE64URL_NOPAD;
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, IgnoredAny},
};

use crate::refused::Refused;

/// Unknown members are passed over, as the standard asks.
#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default, rename = "crossOrigin")]
    cross_origin: Option<bool>,
    /// Whether it is there at all: browsers write it only where `crossOrigin` is true.
    #[serde(default, rename = "topOrigin", deserialize_with = "is_there")]
    has_top_origin: bool,
    #[serde(default, rename = "tokenBinding")]
    token_binding: Option<TokenBinding>,
}

/// Level 2, §5.8.1; reserved in Level 3. `supported` says that it was not used; `present`, that it was.
#[derive(Deserialize)]
struct TokenBinding {
    status: String,
}

/// Checks client data of a ceremony (`webauthn.create` or `webauthn.get`) against what was asked, and where.
pub(crate) fn check(bytes: &[u8], kind: &str, challenge: &[u8; 32], origin: &str) -> Result<(), Refused> {
    let data: ClientData = serde_json::from_slice(bytes).map_err(|_| Refused::ClientData)?;
    if data.kind != kind {
        return Err(Refused::ClientDataType);
    }
    if data.challenge != BASE64URL_NOPAD.encode(challenge) {
        return Err(Refused::Challenge);
    }
    if data.origin != origin {
        return Err(Refused::Origin);
    }
    if data.cross_origin == Some(true) || data.has_top_origin {
        return Err(Refused::CrossOrigin);
    }
    match data.token_binding {
        Some(binding) if !matches!(binding.status.as_str(), "supported" | "not-supported") => {
            Err(Refused::TokenBinding)
        }
        _ => Ok(()),
    }
}

fn is_there<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true).map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "https://id.example";

    fn of(more: &str) -> Result<(), Refused> {
        let text = format!(
            r#"{{"type":"webauthn.get","challenge":"{}","origin":"{ORIGIN}"{more}}}"#,
            BASE64URL_NOPAD.encode(&[7; 32])
        );
        check(text.as_bytes(), "webauthn.get", &[7; 32], ORIGIN)
    }

    #[test]
    fn what_browsers_write_passes() {
        assert_eq!(of(""), Ok(()));
        assert_eq!(of(r#","crossOrigin":false"#), Ok(()));
        assert_eq!(of(r#","crossOrigin":false,"other_keys_can_be_added_here":"do not compare""#), Ok(()));
        assert_eq!(of(r#","tokenBinding":{"status":"supported"}"#), Ok(()));
    }

    #[test]
    fn frames_and_tokens_do_not() {
        assert_eq!(of(r#","crossOrigin":true"#), Err(Refused::CrossOrigin));
        assert_eq!(of(r#","crossOrigin":false,"topOrigin":"https://evil.example""#), Err(Refused::CrossOrigin));
        assert_eq!(of(r#","topOrigin":null"#), Err(Refused::CrossOrigin));
        assert_eq!(of(r#","tokenBinding":{"status":"present","id":"AAAA"}"#), Err(Refused::TokenBinding));
        assert_eq!(of(r#","crossOrigin":"false""#), Err(Refused::ClientData));
        assert_eq!(of(r#","origin":"https://id.example""#), Err(Refused::ClientData), "a member twice");
    }
}
