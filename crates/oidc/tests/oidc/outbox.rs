//! Clients that are told of logouts, or cannot be.

use vauban_oidc::SealingKey;

use crate::house::{House, SESSION};

#[test]
fn who_cannot_be_told_is_tried_again_later_each_time_and_then_given_up() {
    let mut house = House::new();
    let code = house.code();
    house.redeem(&code).unwrap();
    house.provider.session_ended(SESSION, house.now).unwrap();
    house.provider.session_ended(SESSION, house.now).unwrap();
    for minutes in [1, 4, 16, 64, 256] {
        let due = house.provider.deliveries(10, house.now).unwrap();
        assert_eq!(due.len(), 1, "once each: {due:?}");
        house.provider.not_delivered(due[0].number, house.now).unwrap();
        house.later(minutes * 60 - 1);
        assert!(house.provider.deliveries(10, house.now).unwrap().is_empty(), "{minutes}");
        house.later(1);
    }
    let last = house.provider.deliveries(10, house.now).unwrap();
    house.provider.not_delivered(last[0].number, house.now).unwrap();
    house.later(30 * 24 * 3_600);
    assert!(house.provider.deliveries(10, house.now).unwrap().is_empty());
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
