//! Digests as they are written down.

use std::fmt::Write as _;

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The fingerprints of a certificate (DER) by which indicators know it: SHA-1 and SHA-256.
pub(crate) fn certificate_fingerprints(der: &[u8]) -> [String; 2] {
    use sha2::Digest as _;
    [hex(&sha1::Sha1::digest(der)), hex(&sha2::Sha256::digest(der))]
}
