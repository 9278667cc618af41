//! Clients that are told of logouts, or cannot be.

use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;
use vauban_oidc::SealingKey;

use crate::house::{House, SESSION};

#[test]
fn who_cannot_be_told_is_tried_again_later_each_time_and_then_given_up() {
    let mut house = House::new();
    let code = house.code();
    house.redeem(&code).unwrap();
    house.provider.session_ended(SESSION, house.now).unwrap();
    house.provider.session_ended(SESSION, house.now).unwrap();
    let first = house.now;
    for minutes in [1, 4, 16, 64, 256, 1_024] {
        let due = house.provider.deliveries(10, house.now).unwrap();
        assert_eq!(due.len(), 1, "once each: {due:?}");
        house.provider.not_delivered(due[0].number, house.now).unwrap();
        house.later(minutes * 60 - 1);
        assert!(house.provider.deliveries(10, house.now).unwrap().is_empty(), "{minutes}");
        house.later(1);
    }
    let last = house.provider.deliveries(10, house.now).unwrap();
    assert_eq!(last.len(), 1, "once more");
    assert!(house.now.duration_since(first).as_hours() >= 12, "who was down for a night hears of it");
    house.provider.not_delivered(last[0].number, house.now).unwrap();
    house.later(30 * 24 * 3_600);
    assert!(house.provider.deliveries(10, house.now).unwrap().is_empty());
}

/// What ends a grant before its session does.
type Ending = fn(&mut House, &str, &Value);

#[test]
fn a_session_whose_grant_ended_before_it_is_told_all_the_same() {
    let endings: [(&str, Ending); 5] = [
        ("the tool asked first, and was told no", |house, _, tokens| {
            house.door.0.set(false);
            assert!(house.refresh(tokens).is_err());
        }),
        ("the tool asked who it is", |house, _, tokens| {
            house.door.0.set(false);
            assert!(house.userinfo(tokens).is_err());
        }),
        ("a token came twice", |house, _, tokens| {
            assert!(house.refresh(tokens).is_ok() && house.refresh(tokens).is_err());
        }),
        ("a code came twice", |house, code, _| assert!(house.redeem(code).is_err())),
        ("the tool gave it back", |house, _, tokens| house.revoke(tokens).unwrap()),
    ];
    for (why, end) in endings {
        let mut house = House::new();
        let code = house.code();
        let tokens = house.redeem(&code).unwrap();
        end(&mut house, &code, &tokens);
        assert!(house.userinfo(&tokens).is_err(), "{why}");
        // A bound session may last for days after that.
        house.later(3 * 24 * 3_600);
        let told = usize::from(!house.door.0.get());
        house.provider.tend(&house.door, house.now).unwrap();
        assert_eq!(house.provider.deliveries(10, house.now).unwrap().len(), told, "{why}: no sooner than it ended");
        house.door.0.set(false);
        for _ in 0..2 {
            house.provider.tend(&house.door, house.now).unwrap();
            assert_eq!(house.provider.deliveries(10, house.now).unwrap().len(), 1, "{why}: once");
        }
        house.later(25 * 3_600);
        house.provider.tend(&house.door, house.now).unwrap();
        let path = house.folder.path().join("oidc.sqlite");
        let left = rusqlite::Connection::open(path).unwrap();
        let left = left.query_row("SELECT count(*) FROM grants", [], |row| row.get::<_, i64>(0));
        assert_eq!(left, Ok(0), "{why}: and is forgotten then");
    }
}

#[test]
fn a_token_of_logout_is_of_the_moment_it_is_sent() {
    let mut house = House::new();
    let code = house.code();
    house.redeem(&code).unwrap();
    house.provider.session_ended(SESSION, house.now).unwrap();
    let due = house.provider.deliveries(10, house.now).unwrap();
    // Others were told before, and took their time.
    house.later(600);
    let form = house.provider.logout_form(&due[0], house.now).unwrap();
    let claims = form.strip_prefix("logout_token=").unwrap().split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&BASE64URL_NOPAD.decode(claims.as_bytes()).unwrap()).unwrap();
    assert_eq!(claims["iat"], house.now.as_second());
    let cloud = "cloud".parse().unwrap();
    house.provider.unreachable(&cloud, house.now).unwrap();
    assert!(house.provider.deliveries(10, house.now).unwrap().is_empty());
    house.later(60);
    assert_eq!(house.provider.deliveries(10, house.now).unwrap().len(), 1);
    house.provider.remove_client(&cloud).unwrap();
    assert!(house.provider.logout_form(&due[0], house.now).is_err());
}

#[test]
fn what_is_to_be_told_survives_the_process() {
    let mut house = House::new();
    let code = house.code();
    house.redeem(&code).unwrap();
    house.door.0.set(false);
    house.provider.tend(&house.door, house.now).unwrap();
    let path = house.folder.path().join("oidc.sqlite");
    house.provider = vauban_oidc::Provider::open(&path, "https://id.example", SealingKey::new([9; 32])).unwrap();
    assert_eq!(house.provider.deliveries(10, house.now).unwrap().len(), 1);
}
