//! Which kinds of public keys can be used, and which are worth it.
//!
//! Refuses only what is broken or known to fall within the reach of a state: short RSA and DSA. It does not rank what is
//! left.

use pgp::ser::Serialize as _;
use pgp::types::{EcdhPublicParams, EcdsaPublicParams, EddsaLegacyPublicParams, PublicParams};

/// Below this many bits RSA and DSA are within reach (NIST SP 800-131A, RFC 9580 sections 12.4 and 12.5).
const FEWEST_BITS: u16 = 2048;

/// Whether it resists somebody with money.
pub(super) fn is_enough(params: &PublicParams) -> bool {
    let first_number = match params {
        PublicParams::RSA(params) => params.to_bytes(),
        PublicParams::DSA(params) => params.to_bytes(),
        _ => return true,
    };
    // A number in OpenPGP begins with its length in bits (RFC 9580 section 3.2); the modulus is the first one.
    let Ok(bytes) = first_number else { return false };
    bytes.first_chunk().is_some_and(|length| u16::from_be_bytes(*length) >= FEWEST_BITS)
}

/// Whether it can sign, and we can verify that.
pub(super) fn can_sign(params: &PublicParams) -> bool {
    match params {
        PublicParams::RSA(_) | PublicParams::DSA(_) | PublicParams::Ed25519(_) | PublicParams::Ed448(_) => true,
        PublicParams::ECDSA(params) => !matches!(params, EcdsaPublicParams::Unsupported { .. }),
        PublicParams::EdDSALegacy(params) => !matches!(params, EddsaLegacyPublicParams::Unsupported { .. }),
        _ => false,
    }
}

/// Whether it can encrypt, and we can do it.
pub(super) fn can_encrypt(params: &PublicParams) -> bool {
    match params {
        PublicParams::RSA(_) | PublicParams::X25519(_) | PublicParams::X448(_) => true,
        PublicParams::ECDH(params) => matches!(
            params,
            EcdhPublicParams::Curve25519Legacy { .. }
                | EcdhPublicParams::P256 { .. }
                | EcdhPublicParams::P384 { .. }
                | EcdhPublicParams::P521 { .. }
        ),
        _ => false,
    }
}
