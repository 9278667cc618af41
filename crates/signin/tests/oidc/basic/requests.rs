//! What else stands in a request.

use crate::{
    house::House,
    tool::{challenge, follow, form, text},
};
use vauban_oidc::paths;

/// Lands with a code that is good.
fn lands(name: &str, over: &[(&str, &str)]) {
    let mut house = House::new();
    let (tool, landed) = house.module(name, over);
    assert_eq!(tool.redeem(landed.code(), &[]).status, 200, "{over:?}");
}

#[test]
fn oidcc_response_type_missing() {
    let mut house = House::new();
    for tool in [house.legacy("old"), house.tool()] {
        let landed = tool.ask(&mut house.ana.browser, &[("response_type", "")]);
        assert_eq!((landed.at.as_ref(), landed.error()), (Some(&tool.redirect), "invalid_request"));
        for other in ["token", "id_token", "code token", "code id_token", "CODE"] {
            let landed = tool.ask(&mut house.ana.browser, &[("response_type", other)]);
            assert_eq!(landed.error(), "unsupported_response_type", "{other}");
        }
    }
}

#[test]
fn oidcc_ensure_request_without_nonce_succeeds_for_code_flow() {
    let mut house = House::new();
    let (tool, landed) = house.module("nonce", &[("nonce", "")]);
    let tokens = tool.redeem(landed.code(), &[]).json();
    assert!(house.claims(text(&tokens, "id_token")).get("nonce").is_none());
}

#[test]
fn oidcc_display_page() {
    lands("page", &[("display", "page")]);
}

#[test]
fn oidcc_display_popup() {
    lands("popup", &[("display", "popup")]);
}

#[test]
fn oidcc_ensure_request_with_unknown_parameter_succeeds() {
    lands("unknown", &[("extra", "foobar")]);
}

#[test]
fn oidcc_login_hint() {
    lands("login-hint", &[("login_hint", "ana@campagne.example")]);
}

#[test]
fn oidcc_ui_locales() {
    lands("locales", &[("ui_locales", "se fr en")]);
    let house = House::new();
    let came = house.world.browser().get(&format!(
        "{}?{}",
        paths::AUTHORIZE,
        house.tool().params(&[("ui_locales", "fr-CA en")])
    ));
    assert!(came.body.contains("Continuer"), "{came:?}");
}

#[test]
fn oidcc_claims_locales() {
    lands("claims-locales", &[("claims_locales", "se")]);
}

#[test]
fn oidcc_ensure_request_with_acr_values_succeeds() {
    lands("acr", &[("acr_values", "1 2")]);
}

#[test]
fn oidcc_ensure_post_request_succeeds() {
    let mut house = House::new();
    let tool = house.legacy("post");
    for over in [&[][..], &[("code_challenge", challenge().as_str()), ("code_challenge_method", "S256")]] {
        // From the tool's own page, which is another origin.
        let headers = "Origin: https://post.example\r\nContent-Type: application/x-www-form-urlencoded\r\n";
        let came = house.ana.browser.send("POST", paths::AUTHORIZE, headers, tool.params(over).as_bytes());
        let landed = follow(&mut house.ana.browser, came);
        assert!(!landed.code().is_empty(), "{landed:?}");
    }
    let strict = crate::tool::Tool { has_pkce: false, ..house.tool() };
    let headers = "Content-Type: application/x-www-form-urlencoded\r\n";
    let came = house.ana.browser.send("POST", paths::AUTHORIZE, headers, strict.params(&[]).as_bytes());
    assert_eq!(follow(&mut house.ana.browser, came).error(), "invalid_request");
}

#[test]
fn oidcc_ensure_registered_redirect_uri() {
    let mut house = House::new();
    for tool in [house.legacy("old"), house.tool()] {
        let own = tool.redirect.clone();
        for other in [
            "",
            "https://evil.example/cb",
            &format!("{own}/"),
            &format!("{own}?a=b"),
            &format!("{own}#x"),
            &own.to_uppercase(),
            &own.replace("https", "http"),
            &own.replace("/cb", "/../cb"),
            &own.replace(".example", ".example.evil.example"),
            &own.replace("https://", "https://evil.example\\@"),
        ] {
            let landed = tool.ask(&mut house.ana.browser, &[("redirect_uri", other)]);
            assert_eq!((landed.at.as_deref(), landed.page.status), (None, 400), "{other}: {landed:?}");
            assert!(other.is_empty() || !landed.page.body.contains("evil"), "nothing of it is shown");
        }
    }
}

#[test]
fn oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported() {
    let mut house = House::new();
    let object = "eyJhbGciOiJub25lIn0.eyJzY29wZSI6Im9wZW5pZCJ9.";
    for tool in [house.legacy("old"), house.tool()] {
        assert_eq!(tool.ask(&mut house.ana.browser, &[("request", object)]).error(), "request_not_supported");
    }
}

#[test]
fn oidcc_ensure_request_object_with_redirect_uri() {
    // What a request object says of where to answer is not looked at.
    let mut house = House::new();
    let object = "eyJhbGciOiJub25lIn0.eyJyZWRpcmVjdF91cmkiOiJodHRwczovL2V2aWwuZXhhbXBsZS8ifQ.";
    for tool in [house.legacy("old"), house.tool()] {
        let landed = tool.ask(&mut house.ana.browser, &[("request", object)]);
        assert_eq!((landed.at.as_ref(), landed.error()), (Some(&tool.redirect), "request_not_supported"));
        let nowhere = tool.ask(&mut house.ana.browser, &[("request", object), ("redirect_uri", "")]);
        assert_eq!((nowhere.at, nowhere.page.status), (None, 400));
    }
}

#[test]
fn oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported() {
    let mut house = House::new();
    for tool in [house.legacy("old"), house.tool()] {
        let landed = tool.ask(&mut house.ana.browser, &[("request_uri", "https://evil.example/request.jwt")]);
        assert_eq!(landed.error(), "request_uri_not_supported");
    }
}

#[test]
fn oidcc_ensure_request_with_valid_pkce_succeeds() {
    let mut house = House::new();
    let tool = house.tool();
    let landed = tool.ask(&mut house.ana.browser, &[]);
    assert_eq!(tool.redeem(landed.code(), &[]).status, 200);
    assert!(form(&[("a", "")]).is_empty());
}
