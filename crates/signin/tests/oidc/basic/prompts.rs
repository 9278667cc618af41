//! Whether somebody has to touch a key, and may be asked to.

use std::{thread::sleep, time::Duration};

use crate::{
    house::House,
    tool::{sign_in, text},
};

#[test]
fn oidcc_prompt_login() {
    let mut house = House::new();
    let (tool, first) = house.module("login", &[]);
    let before = house.claims(text(&tool.redeem(first.code(), &[]).json(), "id_token"))["auth_time"].as_i64().unwrap();
    sleep(Duration::from_millis(1_100));
    let asked = tool.ask(&mut house.ana.browser, &[("prompt", "login")]);
    let landed = sign_in(&mut house.ana.browser, &mut house.ana.key, &asked);
    let claims = house.claims(text(&tool.redeem(landed.code(), &[]).json(), "id_token"));
    assert!(claims["auth_time"].as_i64().unwrap() > before, "{claims}");
    assert_eq!(claims["sub"], house.person("Ana").to_string());
}

#[test]
fn oidcc_prompt_none_not_logged_in() {
    let house = House::new();
    let tool = house.legacy("none");
    let landed = tool.ask(&mut house.world.browser(), &[("prompt", "none")]);
    assert_eq!((landed.at.as_ref(), landed.error()), (Some(&tool.redirect), "login_required"));
    assert_eq!(landed.params["state"], "a state & more");
    assert!(!landed.params.contains_key("code"));
    let strict = house.add("strict", |_| {});
    assert_eq!(strict.ask(&mut house.world.browser(), &[("prompt", "none")]).error(), "login_required");
}

#[test]
fn oidcc_prompt_none_logged_in() {
    let mut house = House::new();
    let (tool, first) = house.module("silent", &[]);
    let first = house.claims(text(&tool.redeem(first.code(), &[]).json(), "id_token"));
    let landed = tool.ask(&mut house.ana.browser, &[("prompt", "none")]);
    let second = house.claims(text(&tool.redeem(landed.code(), &[]).json(), "id_token"));
    for same in ["sub", "auth_time", "sid"] {
        assert_eq!(first[same], second[same]);
    }
    let both = tool.ask(&mut house.ana.browser, &[("prompt", "none login")]);
    assert_eq!(both.error(), "invalid_request");
}

#[test]
fn oidcc_max_age_1() {
    let mut house = House::new();
    let (tool, first) = house.module("age", &[]);
    let before = house.claims(text(&tool.redeem(first.code(), &[]).json(), "id_token"))["auth_time"].as_i64().unwrap();
    sleep(Duration::from_millis(2_100));
    let asked = tool.ask(&mut house.ana.browser, &[("max_age", "1")]);
    let landed = sign_in(&mut house.ana.browser, &mut house.ana.key, &asked);
    let claims = house.claims(text(&tool.redeem(landed.code(), &[]).json(), "id_token"));
    assert!(claims["auth_time"].as_i64().unwrap() > before, "{claims}");
    for bad in ["-1", "1.5", "+1", "99999999999", "x"] {
        assert_eq!(tool.ask(&mut house.ana.browser, &[("max_age", bad)]).error(), "invalid_request", "{bad}");
    }
}

#[test]
fn oidcc_max_age_10000() {
    let mut house = House::new();
    let (tool, landed) = house.module("old", &[("max_age", "10000")]);
    let claims = house.claims(text(&tool.redeem(landed.code(), &[]).json(), "id_token"));
    assert!(claims["auth_time"].is_i64(), "{claims}");
}

#[test]
fn oidcc_id_token_hint() {
    let mut house = House::new();
    let (tool, first) = house.module("hint", &[]);
    let tokens = tool.redeem(first.code(), &[]).json();
    let hint = [("prompt", "none"), ("id_token_hint", text(&tokens, "id_token"))];
    let landed = tool.ask(&mut house.ana.browser, &hint);
    assert_eq!(tool.redeem(landed.code(), &[]).status, 200);
    assert_eq!(tool.ask(&mut house.bob.browser, &hint).error(), "login_required", "somebody else is signed in");
    let forged = [("prompt", "none"), ("id_token_hint", "e30.e30.e30")];
    assert_eq!(tool.ask(&mut house.ana.browser, &forged).error(), "invalid_request");
}
