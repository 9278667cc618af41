//! Who comes in: by a link once, from these pages alone, into the desk's and no other.

use crate::{browser::Browser, world::World};

const ROOMS: [&str; 7] = ["/", "/import", "/objects", "/objects/indicator--1", "/audience", "/drafts", "/audit"];

#[test]
fn a_link_is_good_once_and_whoever_has_none_sees_nothing() {
    let world = World::open();
    let mut stranger = Browser::stranger(world.port);
    for path in ROOMS {
        let page = stranger.get(path);
        assert_eq!((page.status, page.location()), (303, "/closed"), "{path}: {page:?}");
    }
    let closed = stranger.get("/closed");
    assert_eq!(closed.status, 401);
    closed.says(&["vauban hub desk link"]);
    for path in ["/objects/review", "/objects/grant", "/import", "/drafts", "/audience/parties", "/audience/people"] {
        let posted = stranger.post(path, &[("name", "x"), ("form", "party")]);
        assert_eq!((posted.status, posted.location()), (303, "/closed"), "{path}: {posted:?}");
    }

    let link = world.link("claire");
    let mut browser = Browser::stranger(world.port);
    assert_eq!(browser.get(&link).location(), "/");
    assert!(browser.cookies[0].starts_with("vauban-desk="), "not the guard's: {:?}", browser.cookies);
    let again = stranger.get(&link);
    assert_eq!(again.location(), "/closed");
    assert!(stranger.cookies.is_empty(), "{again:?}");
    assert_eq!(browser.get("/").status, 200);
    assert_eq!(browser.post("/leave", &[]).location(), "/closed");
    assert_eq!(browser.get("/").location(), "/closed");
}

#[test]
fn forms_of_other_pages_and_other_names_are_turned_away() {
    let world = World::open();
    let mut claire = world.enter("claire");
    let page = claire.get("/");
    assert_eq!(page.status, 200);
    for header in ["content-security-policy: default-src 'none'", "cache-control: no-store", "x-frame-options: DENY"] {
        assert!(page.header.contains(header), "{header}: {}", page.header);
    }
    assert!(!page.body.contains("<script"), "{}", page.body);
    let host = claire.host();
    let kind = "Content-Type: application/x-www-form-urlencoded\r\n";
    for origin in ["", "Origin: http://evil.example\r\n", "Origin: null\r\n", "Origin: http://127.0.0.1:9\r\n"] {
        for path in ["/audience/parties", "/objects/review", "/drafts", "/import"] {
            let page = claire.ask("POST", path, &host, &format!("{origin}{kind}"), b"form=party&name=Mallory");
            assert_eq!(page.status, 403, "{origin} {path}");
        }
    }
    assert_eq!(claire.ask("GET", "/", "evil.example", "", b"").status, 403);
    assert!(!claire.get("/audience").body.contains("Mallory"));
    assert_eq!(claire.get("/drafts/not-an-id").status, 404);
    assert_eq!(claire.get("/drafts/00000000-0000-4000-8000-000000000000").status, 404);
    assert_eq!(claire.get("/nowhere").status, 404);
}
