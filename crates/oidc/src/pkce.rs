//! Proof Key for Code Exchange (RFC 7636) with S256 alone: whoever redeems a code shows that it is the one that asked for it.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::{Form, Refusal};

/// What a client sent with its request: the SHA-256 of what it will show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Challenge([u8; 32]);

impl Challenge {
    /// The challenge of a request. `plain`, which is what a request without a method means, is none that we take (section 4.3).
    pub(crate) fn of(form: &Form) -> Result<Option<Self>, Refusal> {
        let (challenge, method) = (form.get("code_challenge"), form.get("code_challenge_method"));
        let Some(challenge) = challenge else {
            return if method.is_none() { Ok(None) } else { Err(Refusal::Missing("code_challenge")) };
        };
        if method != Some("S256") {
            return Err(Refusal::Invalid("code_challenge_method"));
        }
        let bytes = BASE64URL_NOPAD.decode(challenge.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(|bytes| Some(Self(bytes))).ok_or(Refusal::Invalid("code_challenge"))
    }
}

/// Whether a verifier is this challenge's. Where there was no challenge there may be no verifier: a client that sends one had its
/// challenge taken out of the request (CVE-2023-48228 was the other way round).
pub(crate) fn check(challenge: Option<&Challenge>, verifier: Option<&str>) -> Result<(), Refusal> {
    match (challenge, verifier) {
        (None, None) => Ok(()),
        (Some(Challenge(digest)), Some(verifier)) if is_verifier(verifier) => {
            let shown = Sha256::digest(verifier.as_bytes());
            if bool::from(shown.as_slice().ct_eq(digest)) { Ok(()) } else { Err(Refusal::Verifier) }
        }
        _ => Err(Refusal::Verifier),
    }
}

/// Section 4.1: 43 to 128 characters, none of them reserved.
fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn challenge(method: &str) -> Result<Option<Challenge>, Refusal> {
        Challenge::of(
            &Form::read(format!("code_challenge={CHALLENGE}&code_challenge_method={method}").as_bytes()).unwrap(),
        )
    }

    #[test]
    fn the_standards_example_holds_and_nothing_near_it() {
        let asked = challenge("S256").unwrap();
        assert_eq!(check(asked.as_ref(), Some(VERIFIER)), Ok(()));
        for wrong in
            [CHALLENGE, &VERIFIER.to_lowercase(), &format!("{VERIFIER}A"), "", &VERIFIER[..42], &"a".repeat(129)]
        {
            assert_eq!(check(asked.as_ref(), Some(wrong)), Err(Refusal::Verifier), "{wrong}");
        }
        assert_eq!(check(asked.as_ref(), None), Err(Refusal::Verifier));
        assert_eq!(check(None, Some(VERIFIER)), Err(Refusal::Verifier));
    }

    #[test]
    fn plain_is_no_method_whatever_its_letters() {
        for method in ["plain", "", "s256", "S256 "] {
            assert!(challenge(method).is_err(), "{method:?}");
        }
    }
}
