//! Keys of tools: proofs of possession (DPoP), signatures in a secret's stead, requests that are pushed.

use jiff::Timestamp;
use jsonwebtoken::{
    Algorithm, EncodingKey, Header, encode,
    jwk::{Jwk, ThumbprintHash},
};
use p256::pkcs8::EncodePrivateKey as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use vauban_oidc::{Authentication, paths};

use crate::{
    browser::Browser,
    house::House,
    tool::{Tool, VERIFIER, challenge, form, text},
};

/// A key of a tool.
struct OwnKey(EncodingKey, Jwk);

impl OwnKey {
    fn new(seed: u8) -> Self {
        let der = p256::SecretKey::from_slice(&[seed; 32]).unwrap().to_pkcs8_der().unwrap();
        let key = EncodingKey::from_ec_der(der.as_bytes());
        let public = Jwk::from_encoding_key(&key, Algorithm::ES256).unwrap();
        Self(key, public)
    }

    fn thumbprint(&self) -> String {
        self.1.thumbprint(ThumbprintHash::SHA256).unwrap()
    }

    /// A proof, with some of its claims otherwise.
    fn proof(&self, address: &str, method: &str, over: Value) -> String {
        static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let jti = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed).to_string();
        let mut claims = json!({ "jti": jti, "htm": method, "htu": address, "iat": Timestamp::now().as_second() });
        for (name, value) in over.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let header =
            Header { typ: Some("dpop+jwt".to_owned()), jwk: Some(self.1.clone()), ..Header::new(Algorithm::ES256) };
        encode(&header, &claims, &self.0).unwrap()
    }
}

fn endpoint(house: &House, path: &str) -> String {
    format!("{}{path}", house.origin())
}

/// Redeems a new code with this proof.
fn redeem(house: &mut House, tool: &Tool, proof: &str) -> crate::browser::Came {
    let landed = tool.ask(&mut house.ana.browser, &[]);
    let params = [
        ("grant_type", "authorization_code"),
        ("code", landed.code()),
        ("redirect_uri", &tool.redirect),
        ("code_verifier", VERIFIER),
    ];
    tool.post(paths::TOKEN, &format!("{}DPoP: {proof}\r\n", tool.basic()), &params)
}

#[test]
fn a_token_that_is_bound_is_worth_nothing_without_its_key() {
    let mut house = House::new();
    let (tool, key, thief) = (house.tool(), OwnKey::new(1), OwnKey::new(2));
    let at = endpoint(&house, paths::TOKEN);
    let tokens = redeem(&mut house, &tool, &key.proof(&at, "POST", json!({}))).json();
    assert_eq!(text(&tokens, "token_type"), "DPoP");
    let (access, refresh) = (text(&tokens, "access_token").to_owned(), text(&tokens, "refresh_token").to_owned());
    let info = endpoint(&house, paths::USERINFO);
    let ath = data_encoding::BASE64URL_NOPAD.encode(&Sha256::digest(&access));
    let ask = |proof: &str| {
        let headers = format!("Authorization: DPoP {access}\r\nDPoP: {proof}\r\n");
        Browser::new(&tool.address).send("GET", paths::USERINFO, &headers, b"").status
    };
    assert_eq!(tool.userinfo(&access).status, 401, "as if it were not bound");
    assert_eq!(ask(&thief.proof(&info, "GET", json!({ "ath": ath }))), 400 + 1);
    assert_eq!(ask(&key.proof(&info, "GET", json!({}))), 401, "for no token");
    assert_eq!(ask(&key.proof(&info, "GET", json!({ "ath": "x" }))), 401, "for another token");
    let proof = key.proof(&info, "GET", json!({ "ath": ath }));
    assert_eq!(ask(&proof), 200);
    assert_eq!(ask(&proof), 401, "a replay");

    let refreshed = |proof: Option<&str>| {
        let header = proof.map(|proof| format!("DPoP: {proof}\r\n")).unwrap_or_default();
        let params = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
        tool.post(paths::TOKEN, &format!("{}{header}", tool.basic()), &params)
    };
    assert_eq!(refreshed(None).status, 400);
    assert_eq!(text(&refreshed(Some(&thief.proof(&at, "POST", json!({})))).json(), "error"), "invalid_dpop_proof");
    assert_eq!(refreshed(Some(&key.proof(&at, "POST", json!({})))).status, 200, "whom the thief did not harm");
}

#[test]
fn a_proof_is_for_one_request_of_now() {
    let mut house = House::new();
    let (tool, key) = (house.tool(), OwnKey::new(1));
    let at = endpoint(&house, paths::TOKEN);
    let now = Timestamp::now().as_second();
    let good = key.proof(&at, "POST", json!({}));
    let bad_key =
        encode(&Header { typ: Some("dpop+jwt".to_owned()), ..Header::new(Algorithm::ES256) }, &json!({}), &key.0)
            .unwrap();
    for bad in [
        key.proof(&at, "GET", json!({})),
        key.proof(&endpoint(&house, paths::USERINFO), "POST", json!({})),
        key.proof(&at.replace("localhost", "evil.example"), "POST", json!({})),
        key.proof(&at, "POST", json!({ "iat": now - 120 })),
        key.proof(&at, "POST", json!({ "iat": now + 120 })),
        key.proof(&at, "POST", json!({ "jti": "" })),
        key.proof(&at, "POST", json!({ "jti": "x".repeat(1_000) })),
        bad_key,
        good[..good.len() - 3].to_owned(),
        "x".to_owned(),
        format!("{good}\r\nDPoP: {good}"),
    ] {
        let came = redeem(&mut house, &tool, &bad);
        assert_eq!((came.status, text(&came.json(), "error")), (400, "invalid_dpop_proof"), "{bad}");
    }
    assert_eq!(redeem(&mut house, &tool, &good).status, 200);
    assert_eq!(redeem(&mut house, &tool, &good).status, 400, "seen before");
}

#[test]
fn algorithm_confusion() {
    let mut house = House::new();
    let key = OwnKey::new(1);
    let tool = house.add("signs", |new| {
        new.authentication = Authentication::Keys(serde_json::from_value(json!({ "keys": [key.1] })).unwrap());
    });
    let encoded = |value: &Value| data_encoding::BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let shared = EncodingKey::from_secret(serde_json::to_string(&key.1).unwrap().as_bytes());
    let at = endpoint(&house, paths::TOKEN);
    let now = Timestamp::now().as_second();
    // Proofs: no signature, a shared secret, a private key that shows itself.
    let claims = json!({ "jti": "1", "htm": "POST", "htu": at, "iat": now });
    let typ = Some("dpop+jwt".to_owned());
    let hs = Header { typ: typ.clone(), jwk: Some(key.1.clone()), ..Header::new(Algorithm::HS256) };
    let oct: Jwk = serde_json::from_value(json!({ "kty": "oct", "k": "AAAA" })).unwrap();
    let oct = Header { typ, jwk: Some(oct), ..Header::new(Algorithm::HS256) };
    let mut private = serde_json::to_value(&key.1).unwrap();
    private["d"] = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE".into();
    let proofs = [
        format!("{}.{}.", encoded(&json!({ "alg": "none", "typ": "dpop+jwt", "jwk": key.1 })), encoded(&claims)),
        encode(&hs, &claims, &shared).unwrap(),
        encode(&oct, &claims, &EncodingKey::from_secret(&[0; 3])).unwrap(),
        format!("{}.{}.x", encoded(&json!({ "alg": "ES256", "typ": "dpop+jwt", "jwk": private })), encoded(&claims)),
    ];
    let plain = house.tool();
    for proof in proofs {
        assert_eq!(text(&redeem(&mut house, &plain, &proof).json(), "error"), "invalid_dpop_proof", "{proof}");
    }
    // Assertions: the same, with the public key as the secret.
    let claims = json!({ "iss": "signs", "sub": "signs", "aud": house.origin(), "exp": now + 60, "jti": "2" });
    let assertions = [
        format!("{}.{}.", encoded(&json!({ "alg": "none" })), encoded(&claims)),
        encode(&Header::new(Algorithm::HS256), &claims, &shared).unwrap(),
        encode(&Header::new(Algorithm::ES256), &claims, &OwnKey::new(2).0).unwrap(),
    ];
    for assertion in assertions {
        assert_eq!(assert_with(&mut house, &tool, &assertion).status, 401, "{assertion}");
    }
    // Hints.
    let tokens = plain.tokens(&mut house.ana.browser, &[]);
    let hint = house.claims(text(&tokens, "id_token"));
    let keys = house.world.browser().get(paths::KEYS).body;
    let hint = encode(&Header::new(Algorithm::HS256), &hint, &EncodingKey::from_secret(keys.as_bytes())).unwrap();
    assert_eq!(plain.ask(&mut house.ana.browser, &[("id_token_hint", &hint)]).error(), "invalid_request");
}

fn assert_with(house: &mut House, tool: &Tool, assertion: &str) -> crate::browser::Came {
    let landed = tool.ask(&mut house.ana.browser, &[]);
    tool.redeem(
        landed.code(),
        &[
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion),
        ],
    )
}

#[test]
fn a_tool_signs_in_a_secrets_stead_once_and_for_us() {
    let mut house = House::new();
    let key = OwnKey::new(3);
    let tool = house.add("signs", |new| {
        new.authentication = Authentication::Keys(serde_json::from_value(json!({ "keys": [key.1] })).unwrap());
    });
    let now = Timestamp::now().as_second();
    let good = json!({ "iss": "signs", "sub": "signs", "aud": house.origin(), "exp": now + 60, "jti": "1" });
    for (name, value) in [
        ("iss", json!("cloud")),
        ("sub", json!("cloud")),
        ("aud", json!("https://other.example")),
        ("aud", json!(endpoint(&house, paths::USERINFO))),
        ("exp", json!(now - 120)),
        ("exp", json!(now + 7_200)),
        ("jti", json!("")),
    ] {
        let mut bad = good.clone();
        bad[name] = value;
        let assertion = encode(&Header::new(Algorithm::ES256), &bad, &key.0).unwrap();
        assert_eq!(assert_with(&mut house, &tool, &assertion).status, 401, "{bad}");
    }
    // Each endpoint's address is us (RFC 9126, section 2), and libraries have an assertion last for an hour.
    for (jti, path) in [("token", paths::TOKEN), ("push", paths::PUSH), ("revoke", paths::REVOKE)] {
        let mut also = good.clone();
        also["aud"] = endpoint(&house, path).into();
        also["exp"] = json!(now + 3_600);
        also["jti"] = jti.into();
        let assertion = encode(&Header::new(Algorithm::ES256), &also, &key.0).unwrap();
        assert_eq!(assert_with(&mut house, &tool, &assertion).status, 200, "{also}");
    }
    let assertion = encode(&Header::new(Algorithm::ES256), &good, &key.0).unwrap();
    assert_eq!(assert_with(&mut house, &tool, &assertion).status, 200);
    assert_eq!(assert_with(&mut house, &tool, &assertion).status, 401, "a replay");
    let landed = tool.ask(&mut house.ana.browser, &[]);
    assert_eq!(tool.redeem(landed.code(), &[]).status, 401, "nothing shown");
}

#[test]
fn a_request_that_is_pushed_is_good_once_for_its_client() {
    let mut house = House::new();
    let (tool, other) = (house.add("pushes", |new| new.pushes = true), house.add("other", |_| {}));
    assert_eq!(tool.ask(&mut house.ana.browser, &[]).error(), "invalid_request", "it has to push");
    let params = |redirect: &str| {
        form(&[
            ("client_id", "pushes"),
            ("redirect_uri", redirect),
            ("response_type", "code"),
            ("scope", "openid"),
            ("code_challenge", &challenge()),
            ("code_challenge_method", "S256"),
        ])
    };
    let push = |headers: &str, body: &str| {
        let headers = format!("Content-Type: application/x-www-form-urlencoded\r\n{headers}");
        Browser::new(&tool.address).send("POST", paths::PUSH, &headers, body.as_bytes())
    };
    assert_eq!(push("", &params(&tool.redirect)).status, 401);
    assert_eq!(push(&tool.basic(), &params("https://evil.example/")).status, 400);
    let nested = format!("{}&request_uri=urn:x", params(&tool.redirect));
    assert_eq!(text(&push(&tool.basic(), &nested).json(), "error"), "request_uri_not_supported");
    let name = || {
        let pushed = push(&tool.basic(), &params(&tool.redirect));
        assert_eq!((pushed.status, &pushed.json()["expires_in"]), (201, &60.into()));
        text(&pushed.json(), "request_uri").to_owned()
    };
    let ask = |house: &mut House, client: &str, name: &str| {
        let came = house.ana.browser.get(&format!(
            "{}?{}",
            paths::AUTHORIZE,
            form(&[("client_id", client), ("request_uri", name)])
        ));
        crate::tool::follow(&mut house.ana.browser, came)
    };
    let first = name();
    let landed = ask(&mut house, "pushes", &first);
    assert_eq!(tool.redeem(landed.code(), &[]).status, 200);
    assert_eq!(ask(&mut house, "pushes", &first).page.status, 400, "good once");
    assert_eq!(ask(&mut house, &other.id, &name()).page.status, 400, "another client's");
}

#[test]
fn a_code_is_bound_to_the_key_that_was_named_for_it() {
    let mut house = House::new();
    let (tool, key, thief) = (house.tool(), OwnKey::new(4), OwnKey::new(5));
    let at = endpoint(&house, paths::TOKEN);
    let named = key.thumbprint();
    for (proof, status) in
        [(None, 400), (Some(thief.proof(&at, "POST", json!({}))), 400), (Some(key.proof(&at, "POST", json!({}))), 200)]
    {
        let landed = tool.ask(&mut house.ana.browser, &[("dpop_jkt", &named)]);
        let header = proof.map(|proof| format!("DPoP: {proof}\r\n")).unwrap_or_default();
        let params = [
            ("grant_type", "authorization_code"),
            ("code", landed.code()),
            ("redirect_uri", &tool.redirect),
            ("code_verifier", VERIFIER),
        ];
        assert_eq!(tool.post(paths::TOKEN, &format!("{}{header}", tool.basic()), &params).status, status);
    }
}
