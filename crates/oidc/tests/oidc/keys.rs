//! Keys that come and go.

use serde_json::Value;
use vauban_oidc::{Algorithm, MadeKey, OidcError, Provider, SealingKey};

use crate::house::House;

fn kid(token: &Value) -> String {
    jsonwebtoken::decode_header(token["id_token"].as_str().unwrap()).unwrap().kid.unwrap()
}

fn published(house: &House) -> usize {
    house.provider.key_set(house.now).unwrap()["keys"].as_array().unwrap().len()
}

#[test]
fn oidcc_server_rotate_keys() {
    let mut house = House::new();
    let first = kid(&{
        let code = house.code();
        house.redeem(&code).unwrap()
    });
    let next = MadeKey::random(Algorithm::Es256, &mut house.rng).unwrap();
    house.provider.publish_key(&next, house.now, &mut house.rng).unwrap();
    assert_eq!(published(&house), 2, "published before it signs");
    house.later(24 * 3_600 - 1);
    assert_eq!(
        kid(&{
            let code = house.code();
            house.redeem(&code).unwrap()
        }),
        first
    );
    house.later(1);
    assert_ne!(
        kid(&{
            let code = house.code();
            house.redeem(&code).unwrap()
        }),
        first
    );
    assert_eq!(published(&house), 2, "the last one is kept for what it signed");
    house.later(24 * 3_600);
    house.provider.tend(&house.door, house.now).unwrap();
    assert_eq!(published(&house), 1);
}

#[test]
fn a_key_is_asked_for_before_the_last_one_stops() {
    let mut house = House::new();
    assert_eq!(house.provider.keys_needed(house.now).unwrap(), [Algorithm::Rs256]);
    house.later(89 * 24 * 3_600);
    assert_eq!(house.provider.keys_needed(house.now).unwrap(), Algorithm::ALL);
    house.later(24 * 3_600);
    let code = house.code();
    assert!(matches!(house.redeem(&code), Err(OidcError::NoKey)), "and nothing is signed with one that is over");
}

/// What the minute does.
fn tend(house: &mut House) {
    for algorithm in house.provider.keys_needed(house.now).unwrap() {
        // One for RSA takes long to find without optimisation.
        if algorithm == Algorithm::Es256 {
            let key = MadeKey::random(algorithm, &mut house.rng).unwrap();
            house.provider.publish_key(&key, house.now, &mut house.rng).unwrap();
        }
    }
    house.provider.tend(&house.door, house.now).unwrap();
}

fn signed_now(house: &mut House) -> String {
    let code = house.code();
    kid(&house.redeem(&code).unwrap())
}

#[test]
fn a_clock_that_was_ahead_for_a_minute_stops_nobody() {
    let mut house = House::new();
    let first = signed_now(&mut house);
    house.later(90 * 24 * 3_600 + 24 * 3_600);
    tend(&mut house);
    assert_ne!(signed_now(&mut house), first, "what it would be then");
    house.later(-(81 * 24 * 3_600));
    for _ in 0..200 {
        tend(&mut house);
        assert!(published(&house) <= 3);
        signed_now(&mut house);
        house.later(24 * 3_600);
    }
    house.later(-(100 * 24 * 3_600));
    tend(&mut house);
    signed_now(&mut house);
}

#[test]
fn what_signed_before_the_clock_jumped_signs_on() {
    let mut house = House::new();
    let first = signed_now(&mut house);
    house.later(100 * 24 * 3_600);
    tend(&mut house);
    house.later(-(90 * 24 * 3_600));
    tend(&mut house);
    assert_eq!(signed_now(&mut house), first);
}

#[test]
fn a_clock_that_was_ahead_at_the_first_start_leaves_no_day_without_a_key() {
    let mut house = House::new();
    house.later(-3_600);
    tend(&mut house);
    signed_now(&mut house);
    assert_eq!(house.provider.keys_needed(house.now).unwrap(), [Algorithm::Rs256], "and is content");
}

#[test]
fn another_sealing_key_signs_nothing() {
    let mut house = House::new();
    let path = house.folder.path().join("oidc.sqlite");
    house.provider = Provider::open(&path, "https://id.example", SealingKey::new([8; 32])).unwrap();
    let code = house.code();
    assert!(matches!(house.redeem(&code), Err(OidcError::NoKey)));
}

#[test]
fn an_rsa_key_signs_as_its_public_half_says() {
    let mut house = House::new();
    let key = MadeKey::random(Algorithm::Rs256, &mut house.rng).unwrap();
    house.provider.publish_key(&key, house.now, &mut house.rng).unwrap();
    let keys = house.provider.key_set(house.now).unwrap();
    let rsa = keys["keys"].as_array().unwrap().iter().find(|key| key["kty"] == "RSA").unwrap();
    assert_eq!(
        (rsa["alg"].as_str(), rsa["e"].as_str(), rsa["n"].as_str().unwrap().len()),
        (Some("RS256"), Some("AQAB"), 342)
    );
    assert!(rsa.get("d").is_none() && rsa.get("p").is_none());
}
