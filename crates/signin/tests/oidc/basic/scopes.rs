//! What is told of a person, by what was asked for.

use serde_json::{Map, Value};

use crate::{house::House, tool::text};

/// What the endpoint tells for a scope.
fn told(house: &mut House, name: &str, scope: &str) -> Map<String, Value> {
    let (tool, landed) = house.module(name, &[("scope", scope)]);
    let tokens = tool.redeem(landed.code(), &[]).json();
    let came = tool.userinfo(text(&tokens, "access_token"));
    assert_eq!(came.status, 200, "{came:?}");
    came.json().as_object().unwrap().clone()
}

fn names(claims: &Map<String, Value>) -> Vec<&str> {
    // In whatever order JSON is kept.
    let mut names: Vec<&str> = claims.keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

#[test]
fn oidcc_scope_profile() {
    let claims = told(&mut House::new(), "profile", "openid profile");
    assert_eq!(names(&claims), ["name", "preferred_username", "sub"]);
    assert_eq!(claims["name"], "Ana");
}

#[test]
fn oidcc_scope_email() {
    // No address of mail is known here, and none is made up.
    assert_eq!(names(&told(&mut House::new(), "email", "openid email")), ["sub"]);
}

#[test]
fn oidcc_scope_address() {
    assert_eq!(names(&told(&mut House::new(), "address", "openid address")), ["sub"]);
}

#[test]
fn oidcc_scope_phone() {
    assert_eq!(names(&told(&mut House::new(), "phone", "openid phone")), ["sub"]);
}

#[test]
fn oidcc_scope_all() {
    let claims = told(&mut House::new(), "all", "openid profile email address phone groups offline_access");
    assert_eq!(names(&claims), ["groups", "name", "preferred_username", "sub"]);
}

#[test]
fn oidcc_ensure_other_scope_order_succeeds() {
    let claims = told(&mut House::new(), "order", "profile  openid");
    assert_eq!(names(&claims), ["name", "preferred_username", "sub"]);
}

#[test]
fn oidcc_claims_essential() {
    let mut house = House::new();
    let wish = r#"{"userinfo":{"name":{"essential":true}}}"#;
    let (tool, landed) = house.module("essential", &[("claims", wish), ("scope", "openid profile")]);
    let tokens = tool.redeem(landed.code(), &[]).json();
    assert_eq!(tool.userinfo(text(&tokens, "access_token")).json()["name"], "Ana");
}
