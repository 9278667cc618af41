//! The client: against our own server in one loop, and against servers that are wrong or mean harm.

use std::num::NonZeroU32;

use proptest::prelude::*;
use vauban_taxii::{
    Ask, Bounds, Call, Credentials, Filter, Found, Overlooked, Reply, Request, SpecVersion, SpecVersions, Stamp, TAXII,
    Versions, Walk, WalkError, Wanted, read,
};

use super::{
    default_data::settings,
    small::{Made, NOW, OBJECTS, add, held, id, store},
    store::Store,
};

const DISCOVERY: &str = "https://hub.example/taxii2/";

fn nobody() -> Option<Credentials> {
    Some(Credentials::Basic { user: String::new(), password: String::new().into() })
}

fn walk(wanted: Wanted) -> Walk {
    Walk::new(DISCOVERY, nobody(), wanted, Bounds::default()).unwrap()
}

/// Path and query of a URL of our server.
fn split(ask: &Ask) -> (&str, &str) {
    let rest = ask.url.strip_prefix("https://hub.example").unwrap();
    rest.split_once('?').unwrap_or((rest, ""))
}

/// Walks through our own server, and gives the sequences of all objects.
fn walked(store: &mut Store, mut walk: Walk) -> (Vec<u64>, Vec<Overlooked>) {
    let mut came = Vec::new();
    while let Some(ask) = walk.ask() {
        let (path, query) = split(&ask);
        let accept = Some(Ask::ACCEPT);
        let request = Request { method: "GET", path, query, accept, content_type: None, body: b"" };
        let authorization = ask.authorization.as_ref().map(|text| text.as_str());
        let response = store.serve(authorization, &request, NOW.parse().unwrap());
        let reply = Reply {
            status: response.status,
            content_type: response.header("Content-Type"),
            added_last: response.header("X-TAXII-Date-Added-Last"),
            body: &response.body,
        };
        if let Found::Objects { objects, .. } = walk.feed(&reply).unwrap() {
            let read = |object: &&serde_json::value::RawValue| serde_json::from_str::<serde_json::Value>(object.get());
            came.extend(objects.iter().map(|object| read(object).unwrap()["x_sequence"].as_u64().unwrap()));
        }
    }
    (came, walk.overlooked().to_vec())
}

fn wanted() -> impl Strategy<Value = Wanted> {
    let at = prop::collection::btree_set(0..6i64, 0..3);
    let chosen = (any::<bool>(), any::<bool>(), at)
        .prop_filter("it names something", |(first, last, at)| *first || *last || !at.is_empty());
    let chosen = chosen.prop_map(|(first, last, at)| {
        let at = at.into_iter().map(|second| Stamp::taxii(jiff::Timestamp::from_second(second).unwrap())).collect();
        Versions::Chosen { first, last, at }
    });
    let versions = prop_oneof![Just(Versions::All), chosen];
    let specs = prop_oneof![
        Just(SpecVersions::Latest),
        Just(SpecVersions::Among(vec![SpecVersion::V20])),
        Just(SpecVersions::Among(vec![SpecVersion::V20, SpecVersion::V21])),
    ];
    let ids = prop::option::of(prop::collection::btree_set(0..6u8, 1..4));
    let after = prop::option::of(0..5i64);
    (versions, specs, ids, after, 1..6u32).prop_map(|(versions, spec_versions, ids, after, limit)| {
        let after = after.map(|micros| Stamp::taxii(jiff::Timestamp::from_microsecond(micros).unwrap()));
        let mut ids: Option<Vec<_>> = ids.map(|ids| ids.into_iter().map(id).collect());
        ids.iter_mut().for_each(|ids| ids.sort());
        Wanted {
            collections: None,
            filter: Filter { after, ids, types: None, spec_versions, versions },
            limit: NonZeroU32::new(limit).unwrap(),
        }
    })
}

proptest! {
    #[test]
    fn our_client_gets_from_our_server_what_it_wants(
        entries in prop::collection::vec((0..6u8, 0..5u8, any::<bool>(), 0..2i64), 0..20),
        wanted in wanted(),
    ) {
        let mut store = store();
        for (object, version, is_new, added) in entries {
            add(held(&mut store), Made { object, version, is_new, added });
        }
        let filter = wanted.filter.clone();
        let (came, overlooked) = walked(&mut store, walk(wanted));
        let all = held(&mut store).entries.iter().map(|(entry, _)| entry);
        let expected: Vec<u64> = filter.select(all).iter().map(|entry| entry.sequence.0).collect();
        prop_assert_eq!(came, expected);
        prop_assert_eq!(overlooked, vec![]);
    }

    #[test]
    fn the_server_reads_what_the_client_writes(wanted in wanted()) {
        let root = Walk::of_root("https://hub.example/group/", None, wanted.clone(), Bounds::default());
        let mut walk = root.unwrap();
        walk.feed(&good(br#"{"title":"g","versions":["application/taxii+json;version=2.1"],"max_content_length":1}"#)).unwrap();
        walk.feed(&good(COLLECTIONS)).unwrap();
        let ask = walk.ask().unwrap();
        let (path, query) = split(&ask);
        prop_assert_eq!(path, OBJECTS);
        let request = Request { method: "GET", path, query, accept: Some(TAXII), content_type: None, body: b"" };
        let Ok(Call::Objects { filter, page, .. }) = read(&request, &settings()) else { panic!("{query} is not read") };
        prop_assert_eq!(filter, wanted.filter);
        prop_assert_eq!(page.limit, wanted.limit);
    }

    #[test]
    fn no_server_makes_the_client_fall(
        replies in prop::collection::vec((prop::sample::select(vec![200u16, 200, 200, 302, 401, 404, 500]), "[ -~]{0,40}|\\{\"(more|objects|api_roots|collections|title)\":[\\[\\]a-z\"{}]{0,20}\\}"), 1..6),
    ) {
        let mut walk = walk(Wanted::default());
        for (status, body) in &replies {
            let _ = walk.feed(&Reply { status: *status, ..good(body.as_bytes()) });
        }
    }
}

const COLLECTIONS: &[u8] =
    br#"{"collections":[{"id":"91a7b528-80eb-42ed-a74d-c6fbd5a26116","title":"t","can_read":true,"can_write":false}]}"#;

fn good(body: &[u8]) -> Reply<'_> {
    Reply { status: 200, content_type: Some(TAXII), added_last: None, body }
}

/// A walk that is at the first page of its only collection.
fn at_objects(bounds: Bounds) -> Walk {
    let mut walk = Walk::of_root("https://hub.example/group/", nobody(), Wanted::default(), bounds).unwrap();
    walk.feed(&good(br#"{"title":"g","versions":["application/taxii+json;version=2.1"],"max_content_length":1}"#))
        .unwrap();
    walk.feed(&good(COLLECTIONS)).unwrap();
    walk
}

#[test]
fn a_redirect_is_not_followed() {
    let mut walk = walk(Wanted::default());
    assert_eq!(walk.feed(&Reply { status: 308, ..good(b"") }).unwrap_err(), WalkError::Redirect(308));
    assert_eq!(walk.ask(), None);
}

#[test]
fn nobody_else_is_asked() {
    let mut walk = walk(Wanted::default());
    let body = br#"{"title":"t","api_roots":["https://evil.example/a/","//evil.example/b/","/one/","https://hub.example/one/","/two"]}"#;
    walk.feed(&good(body)).unwrap();
    let elsewhere = ["https://evil.example/a/", "//evil.example/b/"].map(|url| Overlooked::Elsewhere(url.to_owned()));
    assert_eq!(walk.overlooked(), elsewhere);
    for root in ["https://hub.example/one/", "https://hub.example/two/"] {
        assert_eq!(walk.ask().unwrap().url, root);
        walk.feed(&Reply { status: 404, ..good(b"") }).unwrap();
    }
    assert_eq!(walk.ask(), None);
}

#[test]
fn a_cursor_that_stays_is_followed_while_pages_change() {
    let mut walk = at_objects(Bounds::default());
    for body in [&br#"{"more":true,"next":"a","objects":[1]}"#[..], br#"{"more":true,"next":"a","objects":[2]}"#] {
        walk.feed(&good(body)).unwrap();
        assert!(walk.ask().unwrap().url.ends_with("?limit=1000&next=a"));
    }
    assert_eq!(walk.feed(&good(br#"{"more":true,"next":"a","objects":[1]}"#)).unwrap_err(), WalkError::Circle);
}

#[test]
fn without_a_cursor_the_last_date_leads_on() {
    let mut walk = at_objects(Bounds::default());
    let page = |added_last, body| Reply { added_last, ..good(body) };
    walk.feed(&page(Some("2016-11-03T12:30:59.001000Z"), br#"{"more":true,"objects":[1]}"#)).unwrap();
    assert!(walk.ask().unwrap().url.ends_with("?added_after=2016-11-03T12%3A30%3A59.001000Z&limit=1000"));
    let again = page(Some("2016-11-03T12:30:59.001Z"), br#"{"more":true,"objects":[2]}"#);
    assert_eq!(walk.feed(&again).unwrap_err(), WalkError::NoWayOn);
    assert_eq!(at_objects(Bounds::default()).feed(&good(br#"{"more":true}"#)).unwrap_err(), WalkError::NoWayOn);
}

#[test]
fn bounds_hold() {
    let bounds = Bounds::default();
    let small = Bounds { reply: 120, bytes: 300, replies: 4, places: 1 };
    let page = |number: u32| format!(r#"{{"more":true,"next":"{number}","objects":[]}}"#);
    let mut walk = at_objects(Bounds { replies: 4, ..bounds });
    walk.feed(&good(page(1).as_bytes())).unwrap();
    walk.feed(&good(page(2).as_bytes())).unwrap();
    assert_eq!(walk.feed(&good(page(3).as_bytes())).unwrap_err(), WalkError::TooManyReplies(4));
    let long = " ".repeat(121);
    assert_eq!(at_objects(small).feed(&good(long.as_bytes())).unwrap_err(), WalkError::ReplyTooLong(120));
    let mut walk = at_objects(Bounds { bytes: 210, ..bounds });
    assert_eq!(walk.feed(&good(page(1).as_bytes())).unwrap_err(), WalkError::TooManyBytes(210));
    let mut walk = Walk::new(DISCOVERY, None, Wanted::default(), small).unwrap();
    assert_eq!(
        walk.feed(&good(br#"{"title":"t","api_roots":["/a/","/b/"]}"#)).unwrap_err(),
        WalkError::TooManyPlaces(1)
    );
}

#[test]
fn what_is_not_taxii_is_said() {
    let fed = |reply: Reply<'_>| walk(Wanted::default()).feed(&reply).unwrap_err();
    assert_eq!(
        fed(Reply { content_type: Some("text/html"), ..good(b"") }),
        WalkError::MediaType("text/html".to_owned())
    );
    assert_eq!(fed(Reply { status: 401, ..good(b"") }), WalkError::Unauthenticated);
    assert_eq!(fed(good(b"[]")), WalkError::Malformed("discovery"));
    let title = fed(Reply { status: 503, ..good(br#"{"title":"closed\u001b[31m"}"#) });
    assert_eq!(title, WalkError::Status { status: 503, title: "closed[31m".to_owned() });
}
