//! The client's certificate, as the proxy that ends TLS hands it over. The proxy has verified it, so that nothing of it is read here:
//! its SHA-256 tells one from another.
//!
//! Two spellings of the field `Client-Cert` are understood: the standard's, a byte sequence (RFC 9440, section 2.2), and the PEM with
//! percent signs that nginx has (`$ssl_client_escaped_cert`). Whether the field is believed at all is `SignIn`'s to say.

use axum::http::HeaderMap;
use data_encoding::BASE64;
use percent_encoding::percent_decode_str;
use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use sha2::{Digest as _, Sha256};

use crate::single::only;

const FIELD: &str = "client-cert";
/// A certificate as it is written, at most: one of an RSA key of 4,096 bits takes a quarter of it.
const LONGEST: usize = 16 << 10;

/// The SHA-256 of the certificate. What comes twice or cannot be read is no certificate: whoever needs one is not let in then.
pub(crate) fn fingerprint(headers: &HeaderMap) -> Option<[u8; 32]> {
    let written = only(headers, FIELD)?;
    let der = if written.len() > LONGEST { None } else { byte_sequence(written).or_else(|| escaped_pem(written)) };
    der.filter(|der| !der.is_empty()).map(|der| Sha256::digest(der).into())
}

fn byte_sequence(written: &str) -> Option<Vec<u8>> {
    let base64 = written.strip_prefix(':')?.strip_suffix(':')?;
    BASE64.decode(base64.as_bytes()).ok()
}

fn escaped_pem(written: &str) -> Option<Vec<u8>> {
    let pem: Vec<u8> = percent_decode_str(written).collect();
    let mut certificates = CertificateDer::pem_slice_iter(&pem);
    let only = certificates.next().filter(|_| certificates.next().is_none())?;
    only.ok().map(|der| der.to_vec())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

    use super::*;

    fn of(fields: &[&str]) -> Option<[u8; 32]> {
        let value = |field: &&str| (FIELD.parse().unwrap(), HeaderValue::from_str(field).unwrap());
        fingerprint(&fields.iter().map(value).collect())
    }

    #[test]
    fn both_spellings_of_one_certificate_are_one() {
        let base64 = BASE64.encode(b"a certificate, whatever it is");
        let pem = format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n");
        let escaped = utf8_percent_encode(&pem, NON_ALPHANUMERIC).to_string();
        let standard = of(&[&format!(":{base64}:")]);
        assert_eq!(standard, Some(Sha256::digest(b"a certificate, whatever it is").into()));
        assert_eq!(of(&[&escaped]), standard);
        assert_eq!(of(&[&escaped.repeat(2)]), None, "which of the two?");
    }

    #[test]
    fn what_cannot_be_read_is_no_certificate() {
        let long = format!(":{}:", BASE64.encode(&[7; LONGEST]));
        for bad in ["", "::", ":", ":AAAA", "AAAA", ":AA!A:", ":AAAA:;a=b", ":AAAA:, :AAAA:", "%2D", "(null)", &long] {
            assert_eq!(of(&[bad]), None, "{bad:.40}");
        }
        assert!(of(&[":AAAA:"]).is_some());
        assert_eq!(of(&[":AAAA:", ":AAAA:"]), None, "one of two may be the client's own");
        assert_eq!(of(&[]), None);
    }
}
