//! Flaws that other providers had, and what phishers try, each by its name.

use vauban_oidc::paths;

use crate::{
    browser::Browser,
    house::House,
    tool::{Tool, VERIFIER, challenge, form, sign_in, text},
};

#[test]
fn code_check_with_the_wrong_operator() {
    // "Unless all of them differ" where it had to be "unless none of them does": each alone has to be enough to refuse.
    let mut house = House::new();
    let (tool, other) = (house.tool(), house.add("other", |_| {}));
    for over in [
        [("code_verifier", "another-verifier-that-is-as-long-as-it-has-1")],
        [("code_verifier", "")],
        [("code_verifier", challenge().as_str())],
        [("redirect_uri", "https://cloud.example/other")],
        [("redirect_uri", "")],
        [("code", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")],
    ] {
        let landed = tool.ask(&mut house.ana.browser, &[]);
        let came = tool.redeem(landed.code(), &over);
        assert_eq!(came.status, 400, "{over:?}: {came:?}");
    }
    let landed = tool.ask(&mut house.ana.browser, &[]);
    let came = Tool { redirect: tool.redirect.clone(), ..other }.redeem(landed.code(), &[]);
    assert_eq!(text(&came.json(), "error"), "invalid_grant", "another client, with all the rest");
    let landed = tool.ask(&mut house.ana.browser, &[]);
    let mistaken = tool.redeem(landed.code(), &[("code_verifier", "another-verifier-that-is-as-long-as-it-has-1")]);
    assert_eq!(mistaken.status, 400);
    assert_eq!(tool.redeem(landed.code(), &[]).status, 400, "nobody tries twice");
}

#[test]
fn refresh_after_the_account_was_disabled_cve_2026_43983() {
    let mut house = House::new();
    let tool = house.tool();
    let tokens = tool.tokens(&mut house.bob.browser, &[]);
    assert_eq!(tool.userinfo(text(&tokens, "access_token")).status, 200);
    house.suspend("Bob");
    let came = tool.refresh(text(&tokens, "refresh_token"));
    assert_eq!((came.status, text(&came.json(), "error")), (400, "invalid_grant"));
    assert_eq!(tool.userinfo(text(&tokens, "access_token")).status, 401);
}

#[test]
fn a_code_of_somebody_who_was_suspended_a_moment_ago_is_worth_nothing() {
    let mut house = House::new();
    let tool = house.tool();
    let landed = tool.ask(&mut house.bob.browser, &[]);
    house.suspend("Bob");
    assert_eq!(text(&tool.redeem(landed.code(), &[]).json(), "error"), "invalid_grant");
}

#[test]
fn group_check_skipped_on_refresh() {
    let mut house = House::new();
    let tool = house.tool();
    let tokens = tool.tokens(&mut house.ana.browser, &[]);
    let landed = tool.ask(&mut house.ana.browser, &[]);
    house.closed.lock().unwrap().insert("cloud.example".to_owned());
    assert_eq!(text(&tool.refresh(text(&tokens, "refresh_token")).json(), "error"), "invalid_grant");
    assert_eq!(tool.userinfo(text(&tokens, "access_token")).status, 401);
    assert_eq!(text(&tool.redeem(landed.code(), &[]).json(), "error"), "invalid_grant");
    assert_eq!(tool.ask(&mut house.ana.browser, &[]).error(), "access_denied");
    house.closed.lock().unwrap().clear();
    assert_eq!(tool.refresh(text(&tokens, "refresh_token")).status, 400, "what is over stays over");
}

#[test]
fn pkce_downgrade_cve_2023_48228() {
    let mut house = House::new();
    let tool = house.legacy("old");
    // Its own challenge: somebody on the way cannot leave the verifier out.
    let with = [("code_challenge", challenge()), ("code_challenge_method", "S256".to_owned())];
    let with: Vec<(&str, &str)> = with.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let landed = tool.ask(&mut house.ana.browser, &with);
    assert_eq!(text(&tool.redeem(landed.code(), &[]).json(), "error"), "invalid_grant");
    // The challenge was taken out of the request: the verifier shows that.
    let landed = tool.ask(&mut house.ana.browser, &[]);
    let came = tool.redeem(landed.code(), &[("code_verifier", VERIFIER)]);
    assert_eq!(text(&came.json(), "error"), "invalid_grant");
    for strict in [house.tool(), tool] {
        for method in ["plain", "", "none"] {
            let plain = [("code_challenge", VERIFIER), ("code_challenge_method", method)];
            assert_eq!(strict.ask(&mut house.ana.browser, &plain).error(), "invalid_request", "{method}");
        }
    }
}

#[test]
fn device_code_phishing() {
    // There is no code to talk anybody into typing, and no endpoint that would give one.
    let house = House::new();
    let tool = house.tool();
    for grant in [
        "urn:ietf:params:oauth:grant-type:device_code",
        "urn:openid:params:grant-type:ciba",
        "password",
        "client_credentials",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "implicit",
    ] {
        let params = [("grant_type", grant), ("device_code", "x"), ("username", "Ana"), ("password", "x")];
        let came = tool.post(paths::TOKEN, &tool.basic(), &params);
        assert_eq!((came.status, text(&came.json(), "error")), (400, "unsupported_grant_type"), "{grant}");
    }
    let metadata = house.world.browser().get(paths::DISCOVERY).json();
    assert!(metadata.get("device_authorization_endpoint").is_none() && metadata.get("registration_endpoint").is_none());
    for path in ["/oidc/device", "/device", "/oidc/register"] {
        assert_eq!(house.world.browser().get(path).status, 404);
    }
}

#[test]
fn consent_phishing() {
    // A tool that no administrator added gets no page on which a person could agree to anything, and none registers itself.
    let mut house = House::new();
    let stranger = Tool { id: "stranger".to_owned(), ..house.tool() };
    let landed = stranger
        .ask(&mut house.ana.browser, &[("prompt", "consent"), ("scope", "openid profile groups offline_access")]);
    assert_eq!((landed.at, landed.page.status), (None, 400));
    assert!(!landed.page.body.contains("<form") && !landed.page.body.contains("stranger"), "{}", landed.page.body);
    let wish = r#"{"redirect_uris":["https://evil.example/"]}"#;
    for path in ["/oidc/register", "/connect/register"] {
        let came = Browser::new(&house.world.address).send(
            "POST",
            path,
            "Content-Type: application/json\r\n",
            wish.as_bytes(),
        );
        assert!([403, 404].contains(&came.status), "{came:?}");
    }
}

#[test]
fn a_mistake_in_a_tools_settings_is_told_from_any_other() {
    let mut house = House::new();
    let tool = house.tool();
    let stranger = Tool { id: "stranger".to_owned(), ..tool.clone() };
    let twice = format!("{}?{}&state=2", paths::AUTHORIZE, tool.params(&[]));
    for (language, told) in [
        ("en", ["not known here", "go back to is not", "request is over", "twice"]),
        ("fr", ["pas connu ici", "retour n'est pas", "plus valable", "deux fois"]),
    ] {
        house.ana.browser.more = format!("Accept-Language: {language}\r\n");
        let browser = &mut house.ana.browser;
        let pages = [
            stranger.ask(browser, &[]).page,
            tool.ask(browser, &[("redirect_uri", "https://cloud.example/sent")]).page,
            tool.ask(browser, &[("request_uri", "urn:ietf:params:oauth:request_uri:sent")]).page,
            browser.get(&twice),
        ];
        for (page, told) in pages.iter().zip(told) {
            assert!(page.status == 400 && page.body.contains(told), "{told}: {page:?}");
            assert!(!page.body.contains("sent") && !page.body.contains("stranger"), "{page:?}");
        }
    }
}

#[test]
fn nothing_in_an_address_sends_anybody_elsewhere() {
    let mut house = House::new();
    let tool = house.tool();
    let mut browser = house.world.browser();
    let asked = tool.ask(&mut browser, &[]);
    let onward = asked.back().to_owned();
    for path in ["/signin?to=https://evil.example/", &format!("{onward}&redirect_uri=https://evil.example/")] {
        let came = browser.get(path);
        assert!(!came.head.contains("evil") && !came.body.contains("evil"), "{came:?}");
    }
    let landed = sign_in(&mut browser, &mut house.ana.key, &asked);
    assert_eq!(landed.at.as_deref(), Some("https://cloud.example/cb"));
    let again = browser.get(&onward);
    assert!(again.status == 410 && again.body.contains("begin again there"), "it is answered once: {again:?}");
    // Of the name, an address has the beginning alone: elsewhere it is worth nothing, and neither is what is none.
    let onward = tool.ask(&mut browser, &[("prompt", "login")]).back().to_owned();
    assert_eq!(house.world.browser().get(&onward).status, 410);
    for none in ["/oidc/continue", "/oidc/continue?r=", "/oidc/continue?r=AAAAAAAA", "/oidc/continue?r=%0d%0aA%3b=b;c"]
    {
        let came = browser.get(none);
        assert!(came.status == 410 && !came.head.contains("set-cookie"), "{none}: {came:?}");
    }
}

#[test]
fn mix_up_is_seen_by_the_issuer_of_the_answer() {
    let mut house = House::new();
    let tool = house.tool();
    let origin = house.origin();
    let good = tool.ask(&mut house.ana.browser, &[]);
    let bad = tool.ask(&mut house.ana.browser, &[("scope", "profile")]);
    assert_eq!((good.params["iss"].as_str(), bad.params["iss"].as_str()), (origin.as_str(), origin.as_str()));
    assert_eq!(bad.error(), "invalid_scope");
}

#[test]
fn rubbish_is_refused_by_the_standards_words_and_repeated_nowhere() {
    let mut house = House::new();
    let tool = house.tool();
    let twice = format!("{}?{}&state=2", paths::AUTHORIZE, tool.params(&[]));
    assert_eq!(house.ana.browser.get(&twice).status, 400, "a parameter twice");
    let form_type = "Content-Type: application/x-www-form-urlencoded\r\n";
    let mut program = Browser::new(&tool.address);
    for (body, error) in [
        ("", "invalid_request"),
        ("grant_type=authorization_code", "invalid_client"),
        ("grant_type=authorization_code&client_id=cloud&client_secret=wrong-secret", "invalid_client"),
        ("grant_type=authorization_code&client_id=cloud", "invalid_client"),
        ("grant_type=refresh_token&grant_type=refresh_token", "invalid_request"),
        ("%ff%fe=%00", "invalid_request"),
    ] {
        let came = program.send("POST", paths::TOKEN, form_type, body.as_bytes());
        assert_eq!(text(&came.json(), "error"), error, "{body}");
        assert!(!came.body.contains("wrong-secret"), "{came:?}");
    }
    assert_eq!(program.send("POST", paths::TOKEN, form_type, &vec![b'a'; 1 << 20]).status, 413);
    assert_eq!(program.send("POST", paths::TOKEN, "Content-Type: application/json\r\n", b"{}").status, 400);
    let long = format!("{}?{}", paths::AUTHORIZE, form(&[("client_id", &"a".repeat(20_000))]));
    assert!([400, 414, 431].contains(&program.get(&long).status));
    program.host = "evil.example".to_owned();
    assert_eq!(program.send("POST", paths::TOKEN, form_type, b"").status, 403, "by another name");
    let came = Browser::new(&tool.address).send(
        "POST",
        paths::TOKEN,
        &format!("{form_type}Origin: https://evil.example\r\n"),
        b"",
    );
    assert!(!came.head.contains("access-control-"), "no page of others reads an answer: {}", came.head);
}
