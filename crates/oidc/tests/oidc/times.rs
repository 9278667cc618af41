//! How long things last.

use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;
use vauban_oidc::{Decision, Refusal};

use crate::house::House;

#[test]
fn a_code_lasts_a_minute() {
    let mut house = House::new();
    let code = house.code();
    house.later(59);
    assert!(house.redeem(&code).is_ok());
    let code = house.code();
    house.later(60);
    assert_eq!(house.redeem(&code).unwrap_err().refusal(), Some(Refusal::Code));
}

#[test]
fn a_code_that_comes_again_half_a_minute_or_an_hour_later_ends_what_came_of_it() {
    for seconds in [30, 3_600] {
        let mut house = House::new();
        let code = house.code();
        let mut tokens = house.redeem(&code).unwrap();
        house.later(seconds);
        tokens = house.refresh(&tokens).unwrap();
        house.provider.tend(&house.door, house.now).unwrap();
        assert!(house.userinfo(&tokens).is_ok());
        assert_eq!(house.redeem(&code).unwrap_err().refusal(), Some(Refusal::CodeUsed), "{seconds}");
        assert!(house.userinfo(&tokens).is_err() && house.refresh(&tokens).is_err());
    }
}

#[test]
fn an_access_token_lasts_five_minutes_and_a_refresh_token_twelve_hours() {
    let mut house = House::new();
    let code = house.code();
    let tokens = house.redeem(&code).unwrap();
    house.later(299);
    assert!(house.userinfo(&tokens).is_ok());
    house.later(1);
    assert_eq!(house.userinfo(&tokens).unwrap_err().refusal(), Some(Refusal::AccessToken));
    house.later(12 * 3_600 - 301);
    let tokens = house.refresh(&tokens).unwrap();
    assert!(house.userinfo(&tokens).is_ok());
    house.later(12 * 3_600);
    assert_eq!(house.refresh(&tokens).unwrap_err().refusal(), Some(Refusal::Refresh));
}

#[test]
fn the_time_of_a_touch_stays_that_of_the_grant() {
    let mut house = House::new();
    let code = house.code();
    let touched = house.now;
    house.later(30);
    let mut tokens = house.redeem(&code).unwrap();
    // At this door somebody touches a key all the time.
    for _ in 0..2 {
        let token = tokens["id_token"].as_str().unwrap().split('.').nth(1).unwrap();
        let claims: Value = serde_json::from_slice(&BASE64URL_NOPAD.decode(token.as_bytes()).unwrap()).unwrap();
        assert_eq!(claims["auth_time"], touched.as_second());
        assert_eq!(claims["iat"], house.now.as_second());
        house.later(60);
        tokens = house.refresh(&tokens).unwrap();
    }
}

#[test]
fn a_request_waits_ten_minutes_for_somebody() {
    assert!(matches!(House::new().decide(599), Decision::Answer(_)));
    assert_eq!(House::new().decide(600), Decision::Gone);
}

#[test]
fn what_ended_with_its_session_does_not_come_back_with_the_clock() {
    let mut house = House::new();
    let code = house.code();
    let tokens = house.redeem(&code).unwrap();
    house.door.0.set(false);
    assert_eq!(house.refresh(&tokens).unwrap_err().refusal(), Some(Refusal::Over));
    house.door.0.set(true);
    house.later(-30);
    assert!(house.userinfo(&tokens).is_err() && house.refresh(&tokens).is_err());
}

#[test]
fn nobody_fills_the_disk_with_requests() {
    let mut house = House::new();
    for _ in 0..1_005 {
        let request = b"client_id=cloud&redirect_uri=https://cloud.example/cb&response_type=code&scope=openid&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
        house.provider.receive(request, house.now, &mut house.rng).unwrap();
    }
    let path = house.folder.path().join("oidc.sqlite");
    let count =
        rusqlite::Connection::open(path).unwrap().query_row("SELECT count(*) FROM requests", [], |row| row.get(0));
    assert_eq!(count, Ok(1_000));
    let code = house.code();
    assert!(house.redeem(&code).is_ok(), "and keeps nobody out");
}
