//! What the provider says of itself.

use serde_json::Value;
use vauban_oidc::paths;

use crate::house::House;

fn has(metadata: &Value, list: &str, word: &str) -> bool {
    metadata[list].as_array().unwrap().iter().any(|one| one == word)
}

#[test]
fn oidcc_discovery_endpoint_verification() {
    let house = House::new();
    let came = house.world.browser().get(paths::DISCOVERY);
    assert_eq!(came.status, 200);
    assert!(came.head.contains("content-type: application/json"), "{}", came.head);
    let metadata = came.json();
    assert_eq!(metadata["issuer"], house.origin());
    for endpoint in
        ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint"]
    {
        let address = metadata[endpoint].as_str().unwrap();
        assert!(address.starts_with(&format!("{}/", house.origin())), "{address}");
    }
    for (list, word) in [
        ("response_types_supported", "code"),
        ("subject_types_supported", "public"),
        ("id_token_signing_alg_values_supported", "RS256"),
        ("scopes_supported", "openid"),
        ("code_challenge_methods_supported", "S256"),
        ("token_endpoint_auth_methods_supported", "client_secret_basic"),
    ] {
        assert!(has(&metadata, list, word), "{list} {word}");
    }
    assert!(!has(&metadata, "code_challenge_methods_supported", "plain"));
    assert_eq!(metadata["request_parameter_supported"], false);
    assert_eq!(metadata["request_uri_parameter_supported"], false);
    let keys = house.world.browser().get(paths::KEYS).json();
    let key = &keys["keys"][0];
    assert_eq!((&key["kty"], &key["use"], &key["alg"]), (&"EC".into(), &"sig".into(), &"ES256".into()));
    assert!(key.get("d").is_none(), "{key}");
}
