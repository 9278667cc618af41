//! Families of tokens: rotation, theft, revocation.

use vauban_oidc::{Authentication, ClientError, paths};

use crate::{
    house::House,
    tool::{Tool, text},
};

#[test]
fn a_refresh_token_that_comes_again_ends_its_family() {
    let mut house = House::new();
    let tool = house.tool();
    let first = tool.tokens(&mut house.ana.browser, &[]);
    let apart = tool.tokens(&mut house.ana.browser, &[]);
    let second = tool.refresh(text(&first, "refresh_token")).json();
    let third = tool.refresh(text(&second, "refresh_token")).json();
    let stolen = tool.refresh(text(&first, "refresh_token"));
    assert_eq!((stolen.status, text(&stolen.json(), "error")), (400, "invalid_grant"));
    for tokens in [&first, &second, &third] {
        assert_eq!(tool.userinfo(text(tokens, "access_token")).status, 401);
    }
    assert_eq!(tool.refresh(text(&third, "refresh_token")).status, 400);
    assert_eq!(tool.refresh(text(&apart, "refresh_token")).status, 200, "another family lives");
}

#[test]
fn of_a_hundred_who_redeem_one_code_at_most_one_gets_tokens() {
    let mut house = House::new();
    let tool = house.tool();
    let code = tool.ask(&mut house.ana.browser, &[]).code().to_owned();
    let attempts: Vec<_> = (0..100)
        .map(|_| {
            let (tool, code) = (tool.clone(), code.clone());
            std::thread::spawn(move || tool.redeem(&code, &[]))
        })
        .collect();
    let came: Vec<_> = attempts.into_iter().map(|attempt| attempt.join().unwrap()).collect();
    let got: Vec<_> = came.iter().filter(|came| came.status == 200).collect();
    assert!(got.len() <= 1, "{}", got.len());
    for came in got {
        assert_eq!(tool.userinfo(text(&came.json(), "access_token")).status, 401, "and they are revoked");
    }
}

#[test]
fn a_scope_never_grows() {
    let mut house = House::new();
    let tool = house.tool();
    let tokens = tool.tokens(&mut house.ana.browser, &[("scope", "openid profile")]);
    let ask = |token: &str, scope: &str| {
        let params = [("grant_type", "refresh_token"), ("refresh_token", token), ("scope", scope)];
        tool.post(paths::TOKEN, &tool.basic(), &params)
    };
    let more = ask(text(&tokens, "refresh_token"), "openid profile groups");
    assert_eq!(text(&more.json(), "error"), "invalid_scope");
    let less = ask(text(&tokens, "refresh_token"), "openid").json();
    assert_eq!(text(&less, "scope"), "openid");
    assert!(house.claims(text(&less, "id_token")).get("name").is_none());
    assert!(tool.userinfo(text(&less, "access_token")).json().get("name").is_none());
    assert_eq!(tool.userinfo(text(&tokens, "access_token")).json()["name"], "Ana");
    let again = ask(text(&less, "refresh_token"), "openid profile");
    assert_eq!(text(&again.json(), "scope"), "openid profile", "what was granted stays granted: {again:?}");
}

#[test]
fn a_tool_gives_a_token_back() {
    let mut house = House::new();
    let (tool, other) = (house.tool(), house.add("other", |_| {}));
    let tokens = tool.tokens(&mut house.ana.browser, &[]);
    let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
    assert_eq!(other.post(paths::REVOKE, &other.basic(), &[("token", refresh)]).status, 200);
    assert_eq!(tool.userinfo(access).status, 200, "not another's");
    assert_eq!(tool.post(paths::REVOKE, "", &[("token", refresh)]).status, 401);
    assert_eq!(tool.post(paths::REVOKE, &tool.basic(), &[("token", "x")]).status, 200, "RFC 7009, section 2.2");
    assert_eq!(tool.post(paths::REVOKE, &tool.basic(), &[("token", access)]).status, 200);
    assert_eq!(tool.userinfo(access).status, 401);
    assert_eq!(tool.refresh(refresh).status, 400);
}

#[test]
fn a_client_that_was_removed_or_got_another_secret_is_out() {
    let mut house = House::new();
    let tool = house.tool();
    let tokens = tool.tokens(&mut house.ana.browser, &[]);
    let secret = house.provider.renew_secret(&"cloud".parse().unwrap(), &mut crate::world::rng().unwrap()).unwrap();
    assert_eq!(tool.refresh(text(&tokens, "refresh_token")).status, 401);
    let tool = Tool { secret: Some(secret.text().to_string()), ..tool };
    assert_eq!(tool.refresh(text(&tokens, "refresh_token")).status, 200);
    house.provider.remove_client(&"cloud".parse().unwrap()).unwrap();
    assert_eq!(tool.userinfo(text(&tokens, "access_token")).status, 401);
    assert_eq!(tool.ask(&mut house.ana.browser, &[]).page.status, 400);
}

#[test]
fn a_native_application_has_any_port_of_this_machine_and_no_secret() {
    let mut house = House::new();
    let tool = house.add("native", |new| {
        new.authentication = Authentication::None;
        new.redirects = vec!["http://127.0.0.1:*/cb".parse().unwrap()];
    });
    let unsafe_then = house.provider.set_legacy(&"native".parse().unwrap(), true);
    assert!(matches!(unsafe_then, Err(ClientError::NeedsChallenge)), "{unsafe_then:?}");
    let tool = Tool { redirect: "http://127.0.0.1:49152/cb".to_owned(), ..tool };
    let landed = tool.ask(&mut house.ana.browser, &[]);
    assert_eq!(landed.at.as_deref(), Some("http://127.0.0.1:49152/cb"));
    let other_port = tool.redeem(landed.code(), &[("redirect_uri", "http://127.0.0.1:49153/cb")]);
    assert_eq!(other_port.status, 400, "the port of the request is the one");
    let landed = tool.ask(&mut house.ana.browser, &[]);
    assert_eq!(tool.redeem(landed.code(), &[]).status, 200);
    let evil = tool.ask(&mut house.ana.browser, &[("redirect_uri", "http://127.0.0.1:1@evil.example/cb")]);
    assert_eq!((evil.at, evil.page.status), (None, 400));
    let landed = tool.ask(&mut house.ana.browser, &[]);
    let with_secret = tool.redeem(landed.code(), &[("client_secret", "made up")]);
    assert_eq!(with_secret.status, 401, "it has no secret to show");
}
