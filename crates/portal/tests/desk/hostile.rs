//! Imported text is somebody else's: nothing of it becomes part of a page.

use crate::world::{World, indicator};

/// What a hostile author might call things.
const NAMES: [&str; 4] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "</pre></details><h1>owned",
    "nice\u{202e}gpj.exe",
];

#[test]
fn hostile_names_are_shown_as_text_on_every_page() {
    let world = World::open();
    let mut claire = world.enter("<b>claire</b>");
    let taken = claire.post("/audience/parties", &[("form", "party"), ("name", "<i>Parti</i>")]);
    assert!(taken.body.contains("&lt;i&gt;Parti"), "{}", taken.body);
    let page = claire.get("/audience");
    let party = page.between("for=\"p-", "\"");
    let stream = [("form", "stream"), ("title", "<u>Tous"), ("about", "<s>x"), ("party", &*party)];
    assert_eq!(claire.post("/audience/streams", &stream).status, 303);
    let objects: Vec<String> = (1..)
        .zip(NAMES)
        .map(|(number, name)| indicator(number, name, &format!("[domain-name:value = 'n{number}.example']")))
        .collect();
    // A file whose name is hostile, too, and one that is no document.
    world.take(&mut claire, &objects);
    let fields = [("source", "<em>source"), ("marking", "TLP:GREEN")];
    let odd = claire.send("/import", &fields, &[("files", "<svg onload=x>.txt", b"odd.example\n\x00\xff<b>\n")]);
    assert_eq!(odd.status, 200);
    let stream = claire.get("/audience").between("id=\"t-", "\"");
    let review = [("state", "imported"), ("every", "yes"), ("marking", "TLP:GREEN"), ("tier", "open")];
    assert_eq!(claire.post("/objects/review", &review).status, 303);
    let before = claire.get("/objects?state=reviewed");
    let grant = [("state", "reviewed"), ("every", "yes"), ("stream", &*stream)];
    assert_eq!(claire.post("/objects/grant", &grant).status, 303);
    let object = claire.get("/objects/indicator--00000000-0000-4000-8000-000000000001");
    let party = claire.get(&format!("/audience/parties/{party}"));
    party.says(&["&lt;script&gt;", "n1.example"]);
    for page in [odd, before, object, party, claire.get("/audience"), claire.get("/audit"), claire.get("/")] {
        for tag in ["<script", "<img", "<h1>owned", "<b>", "<i>", "<u>", "<s>", "<em>", "<svg", "\u{202e}"] {
            assert!(!page.body.contains(tag), "{tag:?} in {}", page.body);
        }
    }
}

#[test]
fn odd_addresses_are_answered() {
    let world = World::open();
    let mut claire = world.enter("claire");
    for path in [
        "/objects?state=%3Cscript%3E&after=%22%3E%3Cscript%3E&done=%3Cscript%3E",
        "/objects?state=granted&after=%F0%9F%92%A9",
        "/objects/%22%3E%3Cscript%3E",
        "/audit?after=18446744073709551615",
        "/audience/parties/%3Cscript%3E",
    ] {
        let page = claire.get(path);
        assert!([200, 404].contains(&page.status), "{path}: {page:?}");
        assert!(!page.body.contains("<script"), "{path}: {}", page.body);
    }
    // A form that is none, and one that says it is another kind.
    let host = claire.host();
    let origin = format!("Origin: http://{host}\r\n");
    for kind in ["", "Content-Type: application/json\r\n", "Content-Type: multipart/form-data; boundary=x\r\n"] {
        let page = claire.ask("POST", "/objects/review", &host, &format!("{origin}{kind}"), b"\x00\xff--x\r\n");
        assert!((400..=503).contains(&page.status), "{kind}: {page:?}");
    }
    assert_eq!(claire.get("/").status, 200);
}
