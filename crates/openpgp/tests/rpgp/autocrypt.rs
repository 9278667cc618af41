//! The `Autocrypt:` field, in the shape that Autocrypt Level 1 section 2.1 gives it.

use data_encoding::BASE64;
use pgp::ser::Serialize as _;
use vauban_openpgp::{Autocrypt, AutocryptError, KeyError, PreferEncrypt, Unusable, autocrypt_header};

use crate::support::{Kind, now, public, reader};

fn keydata() -> String {
    BASE64.encode(&public(include_bytes!("../keys/curve25519.asc")).to_bytes().unwrap())
}

fn error(value: &str) -> AutocryptError {
    Autocrypt::parse(value.as_bytes()).unwrap_err()
}

#[test]
fn the_shape_of_the_specification() {
    // A field as in its example: folded, the key last and spread over lines.
    let lines: Vec<String> =
        keydata().as_bytes().chunks(64).map(|line| String::from_utf8(line.to_vec()).unwrap()).collect();
    let value =
        format!(" addr=Alice@Autocrypt.Example; prefer-encrypt=mutual;\r\n keydata=\r\n {}", lines.join("\r\n "));
    let read = Autocrypt::parse(value.as_bytes()).unwrap();
    assert_eq!(read.address, "alice@autocrypt.example");
    assert_eq!(read.prefer_encrypt, PreferEncrypt::Mutual);
    assert_eq!(read.certificate.usable(now()), Ok(()));
}

#[test]
fn attributes_as_level_1_wants_them() {
    let key = keydata();
    let preference = |value: &str| Autocrypt::parse(value.as_bytes()).unwrap().prefer_encrypt;
    assert_eq!(preference(&format!("addr=a@b.example; keydata={key}")), PreferEncrypt::NoPreference);
    assert_eq!(
        preference(&format!("addr=a@b.example; prefer-encrypt=often; keydata={key};")),
        PreferEncrypt::NoPreference
    );
    assert_eq!(preference(&format!("addr=a@b.example; _optional=1; keydata={key}")), PreferEncrypt::NoPreference);
    assert_eq!(error(&format!("addr=a@b.example; critical=1; keydata={key}")), AutocryptError::UnknownCritical);
    assert_eq!(error(&format!("addr=a@b.example; addr=c@d.example; keydata={key}")), AutocryptError::Twice("addr"));
    assert_eq!(error(&format!("addr=a@b.example; keydata={key}; keydata={key}")), AutocryptError::Twice("keydata"));
    assert_eq!(error(&format!("keydata={key}")), AutocryptError::Missing("addr"));
    assert_eq!(error("addr=a@b.example"), AutocryptError::Missing("keydata"));
    assert_eq!(error(&format!("addr; keydata={key}")), AutocryptError::Malformed);
    assert_eq!(error(&format!("addr=nobody; keydata={key}")), AutocryptError::Address);
    assert_eq!(error("addr=a@b.example; keydata=%%%"), AutocryptError::Base64);
    assert!(matches!(error("addr=a@b.example; keydata=AAAA"), AutocryptError::Key(KeyError::NotAKey(_))));
    assert!(matches!(Autocrypt::parse(&vec![b' '; 1 << 20]), Err(AutocryptError::TooLarge(_))));
    let secret = BASE64.encode(&reader(Kind::Version4).secret.to_bytes().unwrap());
    assert_eq!(error(&format!("addr=a@b.example; keydata={secret}")), AutocryptError::Key(KeyError::Secret));
}

#[test]
fn what_we_write_we_read_and_it_is_the_smallest_key() {
    for kind in [Kind::Version4, Kind::Version6] {
        let alice = reader(kind);
        let value = autocrypt_header("Alice@Home.Example", &alice.certificate, PreferEncrypt::Mutual, now()).unwrap();
        assert!(value.starts_with("addr=alice@home.example; prefer-encrypt=mutual;\r\n keydata=\r\n "), "{value}");
        assert!(value.lines().all(|line| line.len() <= 78));
        assert!(value.split("\r\n").skip(1).all(|line| line.starts_with(' ')), "every line continues the field");
        let read = Autocrypt::parse(value.as_bytes()).unwrap();
        assert_eq!(read.certificate.fingerprint(), alice.certificate.fingerprint());
        assert_eq!(read.certificate.addresses(), ["alice@home.example"], "the other names stay at home");
        assert_eq!(read.certificate.usable(now()), Ok(()));
    }
}

#[test]
fn nothing_is_written_that_would_do_harm() {
    let alice = reader(Kind::Version4);
    let write = |address: &str| autocrypt_header(address, &alice.certificate, PreferEncrypt::NoPreference, now());
    for address in ["a@b.example\r\nBcc: c@d.example", "a@b.example; keydata=AAAA", "a@b@c.example", "", "é@b.example"]
    {
        assert_eq!(write(address), Err(AutocryptError::Address), "{address:?}");
    }
    let revoked = vauban_openpgp::Certificate::parse(include_bytes!("../keys/revoked.asc")).unwrap();
    let written = autocrypt_header("alice@party.example", &revoked, PreferEncrypt::Mutual, now());
    assert_eq!(written, Err(AutocryptError::Unusable(Unusable::Revoked)));
}
