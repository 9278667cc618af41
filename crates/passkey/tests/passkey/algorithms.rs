//! The three algorithms, and what is taken for one of them.

use std::collections::BTreeMap;

use rcgen::{KeyPair, PKCS_ECDSA_P384_SHA384, PKCS_RSA_SHA256, PublicKeyData as _, SigningKey as _};
use serde_cbor_2::Value;
use vauban_passkey::{Credential, Refused};
use vauban_softkey::{SoftKey, honest};

use crate::support::{enrol, sign_in};

/// A key of nobody's, for these tests.
const RSA: &[u8] = include_bytes!("rsa.pk8");

fn cose(members: &[(i32, Value)]) -> Vec<u8> {
    let map: BTreeMap<_, _> = members.iter().map(|(label, value)| (Value::from(*label), value.clone())).collect();
    serde_cbor_2::to_vec(&Value::Map(map)).unwrap()
}

fn point(algorithm: i32, curve: i32, x: &[u8], y: &[u8]) -> Vec<u8> {
    let bytes = |part: &[u8]| Value::Bytes(part.to_vec());
    cose(&[(1, 2.into()), (3, algorithm.into()), (-1, curve.into()), (-2, bytes(x)), (-3, bytes(y))])
}

fn rsa(algorithm: i32, n: &[u8], e: &[u8]) -> Vec<u8> {
    let bytes = |part: &[u8]| Value::Bytes(part.to_vec());
    cose(&[(1, 3.into()), (3, algorithm.into()), (-1, bytes(n)), (-2, bytes(e))])
}

fn with(public: Vec<u8>) -> Result<(SoftKey, Credential), Refused> {
    enrol(move |lie| lie.key = public)
}

fn refused(public: Vec<u8>) -> Refused {
    with(public).map(|(_, credential)| credential).unwrap_err()
}

/// The modulus of the key above: 257 bytes after the heads of the sequence and of the number.
fn modulus() -> (KeyPair, Vec<u8>) {
    let key = KeyPair::from_pkcs8_der_and_sign_algo(&RSA.into(), &PKCS_RSA_SHA256).unwrap();
    let n = key.der_bytes()[9..9 + 256].to_vec();
    (key, n)
}

#[test]
fn es384_and_rs256_sign_in() {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
    let (x, y) = key.der_bytes()[1..].split_at(48);
    let (mut soft, credential) = with(point(-35, 2, x, y)).unwrap();
    soft.signer = Box::new(move |message| key.sign(message).unwrap());
    assert!(sign_in(&mut soft, &credential, honest).is_ok());

    let (key, n) = modulus();
    let (mut soft, credential) = with(rsa(-257, &n, &[1, 0, 1])).unwrap();
    let copy = Credential::from_bytes(&credential.to_bytes()).unwrap();
    soft.signer = Box::new(move |message| key.sign(message).unwrap());
    assert!(sign_in(&mut soft, &copy, honest).is_ok());
}

#[test]
fn a_curve_belongs_to_its_algorithm() {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
    let (x, y) = key.der_bytes()[1..].split_at(48);
    assert_eq!(refused(point(-7, 2, x, y)), Refused::Algorithm, "ES256 on P-384");
    let key = KeyPair::generate().unwrap();
    let (x, y) = key.der_bytes()[1..].split_at(32);
    assert!(with(point(-7, 1, x, y)).is_ok());
    assert_eq!(refused(point(-35, 1, x, y)), Refused::Algorithm, "ES384 on P-256");
}

#[test]
fn what_was_not_asked_for() {
    let (_, n) = modulus();
    assert_eq!(refused(rsa(-65_535, &n, &[1, 0, 1])), Refused::Algorithm, "RS1");
    assert_eq!(refused(rsa(-37, &n, &[1, 0, 1])), Refused::Algorithm, "PS256");
    assert_eq!(refused(rsa(-7, &n, &[1, 0, 1])), Refused::Algorithm, "ES256 with an RSA key");
    let edwards = cose(&[(1, 1.into()), (3, (-8).into()), (-1, 6.into()), (-2, Value::Bytes(vec![7; 32]))]);
    assert_eq!(refused(edwards), Refused::Algorithm, "EdDSA");
    assert_eq!(
        refused(cose(&[(1, 4.into()), (3, 5.into()), (-1, Value::Bytes(vec![7; 32]))])),
        Refused::Algorithm,
        "HMAC"
    );
}

#[test]
fn what_is_no_key() {
    let key = KeyPair::generate().unwrap();
    let (x, y) = key.der_bytes()[1..].split_at(32);
    assert_eq!(refused(point(-7, 1, y, x)), Refused::PublicKey, "not on the curve");
    assert_eq!(refused(point(-7, 1, &[0; 32], &[0; 32])), Refused::PublicKey, "the point at infinity");
    assert_eq!(refused(point(-7, 1, &x[1..], y)), Refused::PublicKey);
    assert_eq!(refused(point(-7, 8, x, y)), Refused::PublicKey, "an unknown curve");
    let compressed = cose(&[
        (1, 2.into()),
        (3, (-7).into()),
        (-1, 1.into()),
        (-2, Value::Bytes(x.to_vec())),
        (-3, Value::Bool(true)),
    ]);
    assert_eq!(refused(compressed), Refused::PublicKey, "§5.8.5 wants both coordinates");
    assert_eq!(refused(cose(&[(1, 2.into()), (3, (-7).into())])), Refused::PublicKey);

    let (_, n) = modulus();
    assert_eq!(refused(rsa(-257, &n[..128], &[1, 0, 1])), Refused::PublicKey, "1,024 bits");
    assert_eq!(refused(rsa(-257, &n, &[0, 0, 1])), Refused::PublicKey, "with this exponent, anybody signs");
    assert_eq!(refused(rsa(-257, &n, &[0, 0, 0])), Refused::PublicKey);
    assert_eq!(refused(rsa(-257, &[0; 256], &[1, 0, 1])), Refused::PublicKey);
}

#[test]
fn the_signature_of_another_algorithm() {
    let (mut soft, credential) = enrol(honest).unwrap();
    let (key, _) = modulus();
    soft.signer = Box::new(move |message| key.sign(message).unwrap());
    assert_eq!(sign_in(&mut soft, &credential, honest), Err(Refused::Signature), "RS256 for a key of ES256");
    let key = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
    soft.signer = Box::new(move |message| key.sign(message).unwrap());
    assert_eq!(sign_in(&mut soft, &credential, honest), Err(Refused::Signature), "ES384 for a key of ES256");
    for signature in [vec![0; 64], vec![0x30, 6, 2, 1, 0, 2, 1, 0], vec![0x30, 0x80], vec![0xff; 512]] {
        soft.signer = Box::new(move |_| signature.clone());
        assert_eq!(sign_in(&mut soft, &credential, honest), Err(Refused::Signature), "numbers that are no signature");
    }
}
