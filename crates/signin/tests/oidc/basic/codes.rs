//! Codes and refresh tokens are good once.

use crate::{house::House, tool::text};

#[test]
fn oidcc_codereuse() {
    let mut house = House::new();
    let (tool, landed) = house.module("reuse", &[]);
    let tokens = tool.redeem(landed.code(), &[]).json();
    let again = tool.redeem(landed.code(), &[]);
    assert_eq!((again.status, text(&again.json(), "error")), (400, "invalid_grant"));
    assert_eq!(tool.userinfo(text(&tokens, "access_token")).status, 401, "what came of the first use is revoked");
    assert_eq!(tool.refresh(text(&tokens, "refresh_token")).status, 400);
}

#[test]
fn oidcc_codereuse_30seconds() {
    // Half a minute later it is no other: that a used code stays used has no end within its life. The clock is turned in the provider's own tests.
    let mut house = House::new();
    let tool = house.tool();
    let landed = tool.ask(&mut house.ana.browser, &[]);
    let tokens = tool.redeem(landed.code(), &[]).json();
    std::thread::sleep(std::time::Duration::from_secs(2));
    assert_eq!(text(&tool.redeem(landed.code(), &[]).json(), "error"), "invalid_grant");
    assert_eq!(tool.userinfo(text(&tokens, "access_token")).status, 401);
}

#[test]
fn oidcc_refresh_token() {
    let mut house = House::new();
    let (tool, landed) = house.module("refresh", &[("scope", "openid offline_access")]);
    let first = tool.redeem(landed.code(), &[]).json();
    let second = tool.refresh(text(&first, "refresh_token")).json();
    assert_ne!(text(&first, "access_token"), text(&second, "access_token"));
    assert_ne!(text(&first, "refresh_token"), text(&second, "refresh_token"));
    let (before, after) = (house.claims(text(&first, "id_token")), house.claims(text(&second, "id_token")));
    for same in ["iss", "sub", "aud", "auth_time"] {
        assert_eq!(before[same], after[same]);
    }
    assert!(after.get("nonce").is_none(), "{after}");
    let other = house.legacy("other");
    assert_eq!(other.refresh(text(&second, "refresh_token")).json()["error"], "invalid_grant", "bound to its client");
    assert_eq!(tool.refresh(text(&second, "refresh_token")).status, 200, "whom the other did not harm");
}
