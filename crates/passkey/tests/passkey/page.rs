//! Where it was signed: the relay's page, siblings, parents, ports, frames. What a browser would never write is refused, too.

use vauban_passkey::{Door, Refused};
use vauban_softkey::{NoKey, honest};

use crate::support::{HOST, ORIGIN, door, enrol, nonce, sign_in};

#[test]
fn one_origin_is_right() {
    let (mut key, credential) = enrol(honest).unwrap();
    for origin in [
        "https://id.example:8443",
        "https://id.example:443",
        "https://id.example/",
        "https://id.example.",
        "https://ID.example",
        "https://ana@id.example",
        "http://id.example",
        "https://example",
        "https://login.id.example",
        "https://id.example.evil.example",
        "https://evil-id.example",
        "https://xn--d-3ka.example",
        "https://id.example\u{0}",
        "https://id.example https://evil.example",
        "android:apk-key-hash:AAAA",
        "null",
        "",
    ] {
        let verdict = sign_in(&mut key, &credential, |lie| lie.client_data.origin = origin.to_owned());
        assert_eq!(verdict, Err(Refused::Origin), "{origin:?}");
    }
    assert!(sign_in(&mut key, &credential, honest).is_ok());
}

/// The browser's half of it: on a relay's page there is no key for our host.
#[test]
fn a_relay_gets_no_signature() {
    let (mut key, _) = enrol(honest).unwrap();
    let asked = door().sign_in(nonce(2)).unwrap();
    for page in ["https://id-example.evil.example", "https://other.example", "https://id.example.evil.example"] {
        assert_eq!(key.sign(&asked.options, page, honest), Err(NoKey::OtherHost));
    }
    let rewritten = asked.options.replace(HOST, "evil.example");
    assert!(key.sign(&rewritten, "https://evil.example", honest).is_ok(), "a signature for the relay's own host");
}

#[test]
fn a_port_is_part_of_the_door() {
    let inside = Door::new(HOST, "https://id.example:8443", "Example").unwrap();
    let (mut key, credential) = enrol(honest).unwrap();
    let asked = inside.sign_in(nonce(2)).unwrap();
    let response = key.sign(&asked.options, ORIGIN, honest).unwrap();
    assert_eq!(inside.signed_in(&asked.state, response.as_bytes(), &credential), Err(Refused::Origin));
    let response = key.sign(&asked.options, "https://id.example:8443", honest).unwrap();
    assert!(inside.signed_in(&asked.state, response.as_bytes(), &credential).is_ok());
}

/// The library asks about frames only when a key is made.
#[test]
fn no_frame_of_others() {
    let (mut key, credential) = enrol(honest).unwrap();
    let mut with = |name: &str, value: serde_json::Value| {
        sign_in(&mut key, &credential, |lie| drop(lie.client_data.more.insert(name.to_owned(), value)))
    };
    assert_eq!(with("crossOrigin", true.into()), Err(Refused::CrossOrigin));
    assert_eq!(with("topOrigin", "https://evil.example".into()), Err(Refused::CrossOrigin));
    assert_eq!(with("topOrigin", ORIGIN.into()), Err(Refused::CrossOrigin));
    assert_eq!(with("crossOrigin", "no".into()), Err(Refused::ClientData));
    assert_eq!(
        with("tokenBinding", serde_json::json!({"status": "present", "id": "AAAA"})),
        Err(Refused::TokenBinding)
    );
    assert!(with("tokenBinding", serde_json::json!({"status": "supported"})).is_ok());
    assert!(with("later", "unknown members are passed over".into()).is_ok());
}

#[test]
fn client_data_are_json_of_one_meaning() {
    let (mut key, credential) = enrol(honest).unwrap();
    let honest_one = {
        let asked = door().sign_in(nonce(2)).unwrap();
        let challenge = serde_json::from_str::<serde_json::Value>(&asked.options).unwrap()["challenge"].clone();
        format!(r#"{{"type":"webauthn.get","challenge":{challenge},"origin":"{ORIGIN}"}}"#)
    };
    let mut with = |raw: String| sign_in(&mut key, &credential, |lie| lie.client_data.raw = Some(raw.into_bytes()));
    assert!(with(honest_one.clone()).is_ok());
    for raw in [
        honest_one.replace('}', r#","origin":"https://evil.example"}"#),
        honest_one.replace('{', r#"{"type":"webauthn.create","#),
        format!("\u{feff}{honest_one}"),
        format!("{honest_one}{honest_one}"),
        "null".to_owned(),
        "[".repeat(4_000),
        String::new(),
    ] {
        assert_eq!(with(raw.clone()), Err(Refused::ClientData), "{raw}");
    }
    assert_eq!(with(format!("{honest_one}{}", " ".repeat(4_096))), Err(Refused::TooLong));
}
