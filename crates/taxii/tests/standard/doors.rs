//! What is let in and what is refused, with which status; and that nothing makes the door fall.

use proptest::prelude::*;
use vauban_taxii::{Request, TAXII, read};

use super::{
    default_data::settings,
    small::{MANIFEST, OBJECTS, get, id, serve, store},
};

fn status(request: &Request<'_>) -> u16 {
    read(request, &settings()).map_or_else(|refusal| refusal.status(), |_| 200)
}

#[test]
fn each_endpoint_has_its_parameters() {
    let object = format!("{OBJECTS}{}/", id(0));
    let versions = format!("{object}versions/");
    let delete = Request { method: "DELETE", ..get(&object, "") };
    let requests = [
        get(OBJECTS, ""),
        get(MANIFEST, ""),
        get(&object, ""),
        get(&versions, ""),
        delete,
        get("/group/collections/", ""),
    ];
    let allowed = [
        ("added_after=2016-01-01T01:01:01.000Z", "11110."),
        ("limit=7", "11110."),
        ("match[id]=indicator--00000000-0000-4000-8000-000000000000", "11000."),
        ("match[type]=indicator", "11000."),
        ("match[version]=all", "11101."),
        ("match[spec_version]=2.1", "11111."),
        ("match[name]=x", "00000."),
        ("x", "00000."),
    ];
    for (query, allowed) in allowed {
        for (request, allowed) in requests.iter().zip(allowed.chars()) {
            let expected = if allowed == '1' { 200 } else { 400 };
            assert_eq!(status(&Request { query, ..*request }), expected, "{} {}?{query}", request.method, request.path);
        }
    }
}

#[test]
fn what_is_malformed_is_400() {
    for query in [
        "limit=0",
        "limit=-20",
        "limit=",
        "limit=1.5",
        "limit=00",
        "limit=1&limit=1",
        "next=",
        "next=x",
        "next=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "added_after=yesterday",
        "added_after=2016-01-01T01:01:01.000Z,2016-01-01T01:01:01.000Z",
        "added_after=2016-01-01T01:01:01%2B00:00",
        "match[id]=indicator",
        "match[id]=",
        "match[type]=a,,b",
        "match[type]=%ff",
        "match[spec_version]=2",
        "match[spec_version]=+2.1",
        "match[version]=all,last",
        "match[version]=last,last",
        "match[version]=2016-01-01T01:01:01Z,2016-01-01T01:01:01.000Z",
        "match[version]=newest",
        "match[type]=a&match%5Btype%5D=b",
    ] {
        assert_eq!(status(&get(OBJECTS, query)), 400, "{query}");
    }
    for query in
        ["limit=99999999999999999999999", "limit=007", "match%5Btype%5D=a%2Cb", "&&", "match[version]=first,last"]
    {
        assert_eq!(status(&get(OBJECTS, query)), 200, "{query}");
    }
    assert_eq!(status(&get(OBJECTS, &"x".repeat(20_000))), 414);
}

#[test]
fn paths_end_in_a_slash_and_name_an_endpoint() {
    for (path, expected) in [
        ("/taxii2/", 200),
        ("/group/", 200),
        ("/group/status/2223/", 200),
        ("/group/collections/%39/", 200),
        ("/taxii2", 404),
        ("/group/collections", 404),
        ("/", 404),
        ("", 404),
        ("//", 404),
        ("group/", 404),
        ("/group//", 404),
        ("/../", 404),
        ("/%2e%2e/", 404),
        ("/group/collections/a%2fb/", 404),
        ("/taxii2/collections/", 404),
        ("/group/collections/1/manifest/x/", 404),
        ("/group/collections/1/objects/x/", 404),
        ("/group/collections/%ff/", 404),
    ] {
        assert_eq!(status(&get(path, "")), expected, "{path}");
    }
}

#[test]
fn methods_and_media_types() {
    let mut store = store();
    for (path, allow) in [(OBJECTS, "GET, HEAD, POST"), (MANIFEST, "GET, HEAD"), ("/taxii2/", "GET, HEAD")] {
        let response = serve(&mut store, &Request { method: "PATCH", ..get(path, "") });
        assert_eq!((response.status, response.header("Allow")), (405, Some(allow)));
    }
    assert_eq!(status(&Request { method: "HEAD", ..get(OBJECTS, "") }), 200);
    assert_eq!(status(&Request { accept: None, ..get(OBJECTS, "") }), 406);
    assert_eq!(status(&Request { accept: Some("text/html"), ..get(OBJECTS, "") }), 406);
    let body = br#"{"objects":[{"type":"indicator","id":"indicator--00000000-0000-4000-8000-000000000000"}]}"#;
    let post = Request { method: "POST", content_type: Some(TAXII), body, ..get(OBJECTS, "") };
    assert_eq!(serve(&mut store, &post).status, 202);
    assert_eq!(status(&Request { content_type: Some("application/json"), ..post }), 415);
    assert_eq!(status(&Request { content_type: None, ..post }), 415);
    assert_eq!(status(&Request { body: b"{}", ..post }), 422);
    assert_eq!(status(&Request { query: "limit=1", ..post }), 400);
    assert_eq!(status(&Request { body: &vec![b' '; 9_765_626], ..post }), 413);
    assert_eq!(status(&Request { body: &vec![b' '; 9_765_625], ..post }), 422);
}

#[test]
fn a_refusal_says_what_to_do_in_both_languages() {
    let mut store = store();
    let response = serve(&mut store, &get(OBJECTS, "match[nam\"e]=x"));
    let error: serde_json::Value = serde_json::from_slice(&response.body).unwrap();
    assert_eq!(error["http_status"], "400");
    assert_eq!(error["error_code"], "unknown-parameter");
    assert_eq!(error["description"], "This endpoint has no parameter “match[nam\"e]”. Leave it out.");
    assert!(error["details"]["fr"].as_str().unwrap().contains("Retirez-le"));
    let unknown = store.serve(None, &get("/taxii2/", ""), super::small::NOW.parse().unwrap());
    assert_eq!((unknown.status, unknown.header("WWW-Authenticate")), (401, Some("Basic realm=\"test\"")));
}

/// Pieces that are almost right reach further in than noise.
fn almost(pieces: &'static [&'static str], joint: &'static str) -> impl Strategy<Value = String> {
    let piece = prop_oneof![4 => prop::sample::select(pieces).prop_map(str::to_owned), 1 => ".{0,12}"];
    prop::collection::vec(piece, 0..9).prop_map(move |pieces| pieces.join(joint))
}

proptest! {
    #[test]
    fn nothing_makes_the_door_fall(
        method in prop_oneof![Just("GET".to_owned()), Just("POST".to_owned()), Just("DELETE".to_owned()), ".{0,5}"],
        path in almost(&["", "taxii2", "group", "collections", "1", "objects", "manifest", "versions", "status",
            "a--00000000-0000-4000-8000-000000000000", "%", "%f", "%ff"], "/"),
        query in almost(&["match[id]=", "match[type]=a", "match[version]=all,first", "limit=1", "next=AAAA", "added_after=",
            "2016-01-01T01:01:01.000Z", "2016-99-99T99:99:99Z", "%", "%5B", "=", ","], "&"),
        accept in prop::option::of(almost(&["*/*", "application/taxii+json", ";version=2.1", ";q=0.5", "\"", ";", "="], "")),
        body in prop_oneof![prop::collection::vec(any::<u8>(), 0..64), almost(&["{\"objects\":[", "{\"id\":", "\"a\"", ":", "]}", "{", "\\u", "1e9"], "")
            .prop_map(String::into_bytes)],
    ) {
        let (accept, content_type) = (accept.as_deref(), Some(TAXII));
        let request = Request { method: &method, path: &path, query: &query, accept, content_type, body: &body };
        if let Err(refusal) = read(&request, &settings()) {
            let response = refusal.response(Some("1"));
            prop_assert!((400..500).contains(&response.status));
            prop_assert!(serde_json::from_slice::<serde_json::Value>(&response.body).is_ok());
        }
    }
}
