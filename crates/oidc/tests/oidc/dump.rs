//! A stolen file opens nothing.

use std::fs;

use data_encoding::BASE64URL_NOPAD;

use crate::house::House;

#[test]
fn a_dump_holds_no_secret_that_was_given_out() {
    let mut house = House::new();
    let code = house.code();
    let tokens = house.redeem(&code).unwrap();
    let unused = house.code();
    let mut secrets = vec![house.secret.clone(), code, unused];
    for name in ["access_token", "refresh_token"] {
        secrets.push(tokens[name].as_str().unwrap().to_owned());
    }
    let mut bytes = Vec::new();
    for name in ["oidc.sqlite", "oidc.sqlite-wal"] {
        bytes.extend(fs::read(house.folder.path().join(name)).unwrap());
    }
    let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    assert!(holds(b"https://cloud.example/cb"), "the right files were read");
    for secret in secrets {
        assert!(!holds(secret.as_bytes()) && !holds(&BASE64URL_NOPAD.decode(secret.as_bytes()).unwrap()), "{secret}");
    }
    // What PKCS #8 has of a P-256 key: its algorithm's identifier, whatever the key is.
    assert!(!holds(&[0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01]), "a private key in the clear");
}
