//! Which doors there are.

use vauban_passkey::{Door, NoDoor};

fn door(host: &str, origin: &str) -> Result<(), NoDoor> {
    Door::new(host, origin, "Example").map(|_| ())
}

#[test]
fn one_host_with_one_origin() {
    assert_eq!(door("id.example", "https://id.example"), Ok(()));
    assert_eq!(door("id.example", "https://id.example:8443"), Ok(()));
    assert_eq!(door("localhost", "http://localhost:8080"), Ok(()));
    assert_eq!(door("localhost", "https://localhost"), Ok(()));
    assert_eq!(door("xn--e1afmkfd.example", "https://xn--e1afmkfd.example"), Ok(()));
}

#[test]
fn no_parent_no_sibling_no_address() {
    assert_eq!(door("example", "https://id.example"), Err(NoDoor::OtherHost), "siblings could sign");
    assert_eq!(door("other.example", "https://id.example"), Err(NoDoor::OtherHost));
    for (host, origin) in [
        ("192.0.2.1", "https://192.0.2.1"),
        ("[2001:db8::1]", "https://[2001:db8::1]"),
        ("ID.example", "https://id.example"),
        ("пример.example", "https://пример.example"),
        ("id.example.", "https://id.example."),
        ("", "https://id.example"),
    ] {
        assert_eq!(door(host, origin), Err(NoDoor::Host), "{host}");
    }
}

#[test]
fn the_origin_as_a_browser_writes_it() {
    for origin in [
        "https://id.example/",
        "https://id.example:443",
        "https://ana@id.example",
        "https://id.example/login",
        "HTTPS://id.example",
        "id.example",
        "",
    ] {
        assert_eq!(door("id.example", origin), Err(NoDoor::Origin), "{origin}");
    }
    assert_eq!(door("id.example", "http://id.example"), Err(NoDoor::NoTls));
    assert_eq!(door("app.localhost", "http://app.localhost"), Err(NoDoor::NoTls));
    assert_eq!(door("id.example", "ftp://id.example"), Err(NoDoor::NoTls));
    assert_eq!(Door::new("id.example", "https://id.example", "").map(|_| ()), Err(NoDoor::Name));
    assert_eq!(Door::new("id.example", "https://id.example", "a\u{7}").map(|_| ()), Err(NoDoor::Name));
}
