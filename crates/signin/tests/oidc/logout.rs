//! Modelled on the modules of the certification of logout, by a tool's wish and behind the browser's back; each test has its module's
//! name.

use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use serde_json::Value;
use vauban_oidc::paths;
use vauban_signin::{SignIn, provider::Desk};
use vauban_softkey::honest;

use crate::{
    browser::Browser,
    house::House,
    tool::{Landed, Tool, follow, form, text},
};

/// Somebody who signed in to a tool, and its ID token.
fn signed_in(name: &str) -> (House, Tool, String) {
    let mut house = House::new();
    let tool = house.add(name, |new| new.told_of_logout = Some("https://told.example/logout".parse().unwrap()));
    let tokens = tool.tokens(&mut house.ana.browser, &[]);
    let hint = text(&tokens, "id_token").to_owned();
    (house, tool, hint)
}

fn out(house: &mut House, params: &[(&str, &str)]) -> Landed {
    let came = house.ana.browser.get(&format!("{}?{}", paths::LOGOUT, form(params)));
    follow(&mut house.ana.browser, came)
}

fn is_in(house: &mut House) -> bool {
    house.ana.browser.get("/mine").status == 200
}

/// Presses the button of the page that asks.
fn confirm(house: &mut House, page: &str) -> Landed {
    let (_, rest) = page.split_once("name=\"name\" value=\"").unwrap();
    let (name, _) = rest.split_once('"').unwrap();
    let headers = format!("Origin: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n", house.origin());
    let came = house.ana.browser.send("POST", "/oidc/logout/confirm", &headers, form(&[("name", name)]).as_bytes());
    follow(&mut house.ana.browser, came)
}

#[test]
fn oidcc_rp_initiated_logout_discovery_endpoint_verification() {
    let house = House::new();
    let metadata = house.world.browser().get(paths::DISCOVERY).json();
    assert_eq!(metadata["end_session_endpoint"], format!("{}{}", house.origin(), paths::LOGOUT));
}

#[test]
fn oidcc_rp_initiated_logout() {
    let (mut house, tool, hint) = signed_in("out");
    let refresh = text(&tool.tokens(&mut house.ana.browser, &[]), "refresh_token").to_owned();
    let to = "https://out.example/out";
    let landed = out(&mut house, &[("id_token_hint", &hint), ("post_logout_redirect_uri", to), ("state", "s t")]);
    assert_eq!((landed.at.as_deref(), landed.params["state"].as_str()), (Some(to), "s t"));
    assert!(!is_in(&mut house), "the session is over");
    assert_eq!(text(&tool.refresh(&refresh).json(), "error"), "invalid_grant", "and all that it let in");
    assert!(tool.ask(&mut house.ana.browser, &[]).is_sign_in());
}

#[test]
fn oidcc_rp_initiated_logout_bad_post_logout_redirect_uri() {
    let (mut house, _, hint) = signed_in("out");
    for bad in
        ["https://evil.example/out", "https://out.example/out/", "https://out.example/cb", "HTTPS://out.example/out"]
    {
        let landed = out(&mut house, &[("id_token_hint", &hint), ("post_logout_redirect_uri", bad)]);
        assert_eq!((landed.at, landed.page.status), (None, 400), "{bad}");
    }
    assert!(is_in(&mut house));
}

#[test]
fn who_wants_out_is_let_out_whatever_the_tool_says() {
    for (bad, why) in [
        (("id_token_hint", "x"), "id_token_hint"),
        (("post_logout_redirect_uri", "https://evil.example/out"), "post_logout_redirect_uri"),
    ] {
        let (mut house, _, hint) = signed_in("out");
        let with_hint = [("id_token_hint", hint.as_str()), bad];
        let params = if bad.0 == "id_token_hint" { &with_hint[1..] } else { &with_hint };
        let landed = out(&mut house, params);
        assert!(landed.page.body.contains(why) && !landed.page.body.contains("evil"), "{landed:?}");
        assert!(is_in(&mut house));
        let landed = confirm(&mut house, &landed.page.body);
        assert!(landed.at.is_none() && landed.page.body.contains("Your session has ended"), "{landed:?}");
        assert!(!is_in(&mut house));
    }
}

#[test]
fn oidcc_rp_initiated_logout_modified_id_token_hint() {
    let (mut house, _, hint) = signed_in("out");
    let claims = hint.split('.').nth(1).unwrap();
    let header = BASE64URL_NOPAD.encode(br#"{"alg":"none","typ":"JWT"}"#);
    for bad in [format!("{header}.{claims}."), format!("{header}.{claims}.x"), hint[..hint.len() - 4].to_owned()] {
        let landed =
            out(&mut house, &[("id_token_hint", &bad), ("post_logout_redirect_uri", "https://out.example/out")]);
        assert_eq!((landed.at, landed.page.status), (None, 400), "{bad}");
    }
    assert!(is_in(&mut house));
}

#[test]
fn oidcc_rp_initiated_logout_no_id_token_hint() {
    let (mut house, _, _) = signed_in("out");
    let params = [("client_id", "out"), ("post_logout_redirect_uri", "https://out.example/out"), ("state", "s")];
    let landed = out(&mut house, &params);
    assert_eq!((landed.at, landed.page.status), (None, 200), "a person is asked first");
    assert!(is_in(&mut house));
    let landed = confirm(&mut house, &landed.page.body);
    assert_eq!((landed.at.as_deref(), landed.params["state"].as_str()), (Some("https://out.example/out"), "s"));
    assert!(!is_in(&mut house));
}

#[test]
fn oidcc_rp_initiated_logout_no_params() {
    let (mut house, _, _) = signed_in("out");
    let landed = out(&mut house, &[]);
    assert!(landed.page.body.contains("Sign me out") && is_in(&mut house), "{landed:?}");
    // A page of others cannot press the button.
    let headers = "Origin: https://evil.example\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    assert_eq!(house.ana.browser.send("POST", "/oidc/logout/confirm", headers, b"name=x").status, 403);
    assert!(is_in(&mut house));
    assert!(confirm(&mut house, &landed.page.body).page.body.contains("Your session has ended"));
    assert!(!is_in(&mut house));
}

#[test]
fn oidcc_rp_initiated_logout_no_post_logout_redirect_uri() {
    let (mut house, _, hint) = signed_in("out");
    let landed = out(&mut house, &[("id_token_hint", &hint), ("state", "s")]);
    assert_eq!((landed.at, landed.page.status), (None, 200));
    assert!(!is_in(&mut house));
}

#[test]
fn oidcc_rp_initiated_logout_no_state() {
    let (mut house, _, hint) = signed_in("out");
    let landed = out(&mut house, &[("id_token_hint", &hint), ("post_logout_redirect_uri", "https://out.example/out")]);
    assert_eq!(landed.at.as_deref(), Some("https://out.example/out"));
    assert!(landed.params.is_empty() && !is_in(&mut house));
}

#[test]
fn oidcc_rp_initiated_logout_only_state() {
    let (mut house, _, _) = signed_in("out");
    let landed = out(&mut house, &[("state", "s")]);
    assert!(landed.at.is_none() && landed.page.body.contains("Sign me out") && is_in(&mut house));
}

#[test]
fn oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri() {
    let (mut house, _, hint) = signed_in("out");
    let added = "https://out.example/out?foo=bar";
    let landed = out(&mut house, &[("id_token_hint", &hint), ("post_logout_redirect_uri", added)]);
    assert_eq!((landed.at, landed.page.status), (None, 400));
    assert!(is_in(&mut house));
}

#[test]
fn oidcc_rp_initiated_logout_bad_id_token_hint() {
    let (mut house, _, hint) = signed_in("out");
    let other = House::new();
    let foreign = other.add("out", |_| {}).tokens(&mut { other.ana.browser.clone() }, &[]);
    for bad in ["x", "a.b.c", text(&foreign, "id_token")] {
        let landed = out(&mut house, &[("id_token_hint", bad)]);
        assert_eq!((landed.at, landed.page.status), (None, 400), "{bad}");
    }
    let landed = out(&mut house, &[("id_token_hint", &hint), ("client_id", "somebody-else")]);
    assert_eq!(landed.page.status, 400, "a hint of another client");
    assert!(is_in(&mut house));
}

#[test]
fn a_tool_that_knows_an_earlier_session_signs_out_whoever_is_there_but_asks() {
    let (mut house, tool, hint) = signed_in("out");
    // Signed in anew: the session that the tool knows is over, another one is there.
    assert_eq!(house.ana.browser.sign("/signin", &mut house.ana.key, honest).status, 200);
    let to = "https://out.example/out";
    let params = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", to)];
    let landed = out(&mut house, &params);
    assert!(landed.at.is_none() && landed.page.body.contains("Sign me out"), "{landed:?}");
    assert!(is_in(&mut house), "nobody said so yet");
    assert_eq!(confirm(&mut house, &landed.page.body).at.as_deref(), Some(to));
    assert!(!is_in(&mut house), "who reads that they are out is out");
    // Where nobody is signed in, nobody is asked; and what was wished is done once.
    let once = house.ana.browser.get(&format!("{}?{}", paths::LOGOUT, form(&params)));
    let onward = once.head.lines().find_map(|line| line.strip_prefix("refresh: 0; url=")).unwrap().to_owned();
    let landed = house.ana.browser.get(&onward);
    assert_eq!(follow(&mut house.ana.browser, landed).at.as_deref(), Some(to));
    assert_eq!(house.ana.browser.get(&onward).status, 400);
    // The session of this very tool ends without a question.
    assert_eq!(house.ana.browser.sign("/signin", &mut house.ana.key, honest).status, 200);
    let hint = text(&tool.tokens(&mut house.ana.browser, &[]), "id_token").to_owned();
    assert_eq!(out(&mut house, &[("id_token_hint", &hint), params[1]]).at.as_deref(), Some(to));
    assert!(!is_in(&mut house));
}

#[test]
fn oidcc_backchannel_logout_discovery_endpoint_verification() {
    let house = House::new();
    let metadata = house.world.browser().get(paths::DISCOVERY).json();
    assert_eq!(metadata["backchannel_logout_supported"], true);
    assert_eq!(metadata["backchannel_logout_session_supported"], true);
}

/// What the tool is told, checked as it would.
fn told(house: &House, hint: &str) -> Value {
    let deliveries = house.provider.deliveries(10, Timestamp::now()).unwrap();
    let [delivery] = deliveries.as_slice() else { panic!("{deliveries:?}") };
    assert_eq!(delivery.to, "https://told.example/logout");
    let form = house.provider.logout_form(delivery, Timestamp::now()).unwrap();
    let token = form.strip_prefix("logout_token=").unwrap();
    assert_eq!(jsonwebtoken::decode_header(token).unwrap().typ.as_deref(), Some("logout+jwt"));
    let (claims, before) = (house.claims(token), house.claims(hint));
    for same in ["iss", "sub", "aud", "sid"] {
        assert_eq!(claims[same], before[same]);
    }
    assert!(claims.get("nonce").is_none() && claims["jti"].is_string(), "{claims}");
    assert!(claims["events"]["http://schemas.openid.net/event/backchannel-logout"].is_object(), "{claims}");
    house.provider.delivered(delivery.number).unwrap();
    assert!(house.provider.deliveries(10, Timestamp::now()).unwrap().is_empty());
    claims
}

#[test]
fn oidcc_backchannel_rp_initiated_logout() {
    let (mut house, _, hint) = signed_in("out");
    assert!(house.provider.deliveries(10, Timestamp::now()).unwrap().is_empty());
    out(&mut house, &[("id_token_hint", &hint)]);
    told(&house, &hint);
}

#[test]
fn tending_makes_the_keys_that_sign() {
    let house = House::new();
    let desk = Desk::new(house.site.clone(), Arc::clone(&house.provider));
    desk.tend().unwrap();
    desk.tend().unwrap();
    let keys = house.provider.key_set(Timestamp::now()).unwrap();
    let kinds: Vec<_> = keys["keys"].as_array().unwrap().iter().map(|key| key["alg"].as_str().unwrap()).collect();
    assert_eq!(kinds.len(), 2, "{kinds:?}");
    assert!(kinds.contains(&"RS256") && kinds.contains(&"ES256"), "{kinds:?}");
}

#[test]
fn a_session_that_ends_for_any_reason_is_told() {
    let site = |house: &House| -> SignIn { house.site.clone() };
    let (mut house, _, hint) = signed_in("out");
    house.provider.tend(&site(&house), Timestamp::now()).unwrap();
    assert!(house.provider.deliveries(10, Timestamp::now()).unwrap().is_empty(), "it lives");
    let origin = format!("Origin: {}\r\n", house.origin());
    house.ana.browser.send("POST", "/signin/out", &origin, b"");
    house.provider.tend(&site(&house), Timestamp::now()).unwrap();
    told(&house, &hint);

    let (house, _, hint) = signed_in("out");
    house.suspend("Ana");
    house.provider.tend(&site(&house), Timestamp::now()).unwrap();
    told(&house, &hint);
    assert_eq!(Browser::new(&house.world.address).get("/mine").status, 303);
}
