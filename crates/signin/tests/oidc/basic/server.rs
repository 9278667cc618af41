//! The way as it is meant: a code, tokens, and what they tell.

use vauban_oidc::paths;

use crate::{
    browser::Browser,
    house::House,
    tool::{form, text},
};

#[test]
fn oidcc_server() {
    let mut house = House::new();
    let (tool, landed) = house.module("server", &[]);
    assert_eq!(landed.at.as_ref(), Some(&tool.redirect));
    assert_eq!(landed.params["state"], "a state & more");
    assert_eq!(landed.params["iss"], house.origin());
    let came = tool.redeem(landed.code(), &[]);
    assert_eq!(came.status, 200, "{came:?}");
    assert!(came.head.contains("cache-control: no-store"), "{}", came.head);
    let tokens = came.json();
    assert_eq!((text(&tokens, "token_type"), &tokens["expires_in"]), ("Bearer", &300.into()));
    let claims = house.claims(text(&tokens, "id_token"));
    assert_eq!(claims["iss"], house.origin());
    assert_eq!(claims["sub"], house.person("Ana").to_string());
    assert_eq!((text(&claims, "aud"), text(&claims, "nonce"), text(&claims, "acr")), ("server", "a nonce", "phr"));
    assert!(claims["exp"].as_i64() > claims["iat"].as_i64() && claims["auth_time"].as_i64() <= claims["iat"].as_i64());
    assert_eq!(claims["amr"], serde_json::json!(["pop", "user", "mfa"]));
    assert!(claims.get("at_hash").is_some() && claims.get("sid").is_some(), "{claims}");
    assert!(claims.get("name").is_none(), "nobody asked: {claims}");
}

#[test]
fn oidcc_idtoken_signature() {
    let mut house = House::new();
    let (tool, landed) = house.module("signature", &[]);
    let tokens = tool.redeem(landed.code(), &[]).json();
    let token = text(&tokens, "id_token");
    house.claims(token);
    let header = jsonwebtoken::decode_header(token).unwrap();
    assert!(header.kid.is_some() && header.jwk.is_none());
    assert_eq!(header.alg, jsonwebtoken::Algorithm::ES256);
}

#[test]
fn oidcc_idtoken_unsigned() {
    // A tool cannot have its ID tokens unsigned: no algorithm of the kind can be registered, and none is published.
    let house = House::new();
    let metadata = house.world.browser().get(paths::DISCOVERY).json();
    let algorithms = metadata["id_token_signing_alg_values_supported"].as_array().unwrap();
    assert!(
        !algorithms.iter().any(|word| word == "none" || word.as_str().unwrap().starts_with("HS")),
        "{algorithms:?}"
    );
    assert!(serde_json::from_str::<vauban_oidc::Algorithm>("\"none\"").is_err());
}

#[test]
fn oidcc_userinfo_get() {
    let mut house = House::new();
    let (tool, landed) = house.module("get", &[]);
    let tokens = tool.redeem(landed.code(), &[]).json();
    let came = tool.userinfo(text(&tokens, "access_token"));
    assert_eq!((came.status, &came.json()["sub"]), (200, &house.person("Ana").to_string().into()));
    assert!(came.head.contains("content-type: application/json"), "{}", came.head);
}

#[test]
fn oidcc_userinfo_post_header() {
    let mut house = House::new();
    let (tool, landed) = house.module("post-header", &[]);
    let tokens = tool.redeem(landed.code(), &[]).json();
    let header = format!("Authorization: Bearer {}\r\n", text(&tokens, "access_token"));
    assert_eq!(tool.post(paths::USERINFO, &header, &[]).json()["sub"], house.person("Ana").to_string());
}

#[test]
fn oidcc_userinfo_post_body() {
    let mut house = House::new();
    let (tool, landed) = house.module("post-body", &[]);
    let tokens = tool.redeem(landed.code(), &[]).json();
    let access = text(&tokens, "access_token");
    assert_eq!(
        tool.post(paths::USERINFO, "", &[("access_token", access)]).json()["sub"],
        house.person("Ana").to_string()
    );
    let in_address = format!("{}?{}", paths::USERINFO, form(&[("access_token", access)]));
    let came = Browser::new(&tool.address).get(&in_address);
    assert_eq!(came.status, 401, "never in an address, which logs keep: {came:?}");
}

#[test]
fn oidcc_server_client_secret_post() {
    let mut house = House::new();
    let (tool, landed) = house.module("secret-post", &[]);
    let secret = tool.secret.clone().unwrap();
    let params = [
        ("grant_type", "authorization_code"),
        ("code", landed.code()),
        ("redirect_uri", &tool.redirect),
        ("client_id", &tool.id),
        ("client_secret", &secret),
    ];
    assert_eq!(tool.post(paths::TOKEN, "", &params).status, 200);
}
