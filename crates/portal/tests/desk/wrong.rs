//! A form that is wrong is shown again, in either language, with the reason beside the field and what was filled in.

use crate::{
    browser::Page,
    world::{World, id, indicator},
};

/// The reason that stands beside a field.
fn reason(page: &Page, field: &str) -> String {
    assert_eq!(page.status, 422, "{page:?}");
    page.between(&format!("role=\"alert\" id=\"wrong-{field}\">"), "</p>")
}

#[test]
fn every_field_says_what_is_wrong_with_it() {
    let world = World::open();
    let mut claire = world.enter("claire");
    let ([a, b], [all, alone]) = world.audience(&mut claire);
    world.take(
        &mut claire,
        &[
            indicator(1, "name", "[domain-name:value = 'one.example']"),
            indicator(2, "address", "[ipv4-addr:value = '198.51.100.7']"),
            indicator(3, "both", "[domain-name:value = 'a.example' AND ipv4-addr:value = '198.51.100.8']"),
        ],
    );
    let (one, two, three) = (id(1), id(2), id(3));
    let review = |more: &[(&'static str, &'static str)], object: Option<&str>| {
        let mut fields = vec![("state", "imported")];
        fields.extend(object.map(|object| ("object", object)));
        fields.extend(more.iter().map(|(name, value)| (*name, *value)));
        let mut browser = world.enter("claire");
        browser.post("/objects/review", &fields)
    };
    let whole = [("marking", "TLP:GREEN"), ("tier", "open")];
    assert!(reason(&review(&whole, None), "object").contains("Tick one"));
    assert!(reason(&review(&[("tier", "open")], Some(&one)), "marking").contains("who may know"));
    assert!(reason(&review(&[("tier", "open"), ("marking", "TLP:PURPLE")], Some(&one)), "marking").contains("who may"));
    assert!(reason(&review(&[("marking", "TLP:GREEN")], Some(&one)), "tier").contains("in what form"));
    let past = [whole[0], whole[1], ("until", "2020-01-01")];
    let page = review(&past, Some(&one));
    assert!(reason(&page, "until").contains("past"));
    page.says(&["value=\"2020-01-01\"", "value=\"open\" checked", "<option value=\"TLP:GREEN\" selected"]);
    assert!(page.body.contains(&format!("value=\"{one}\" checked")), "what was ticked stays so: {}", page.body);
    assert!(reason(&review(&[whole[0], whole[1], ("until", "soon")], Some(&one)), "until").contains("2026-12-31"));
    let blind = [("marking", "TLP:GREEN"), ("tier", "blind")];
    let cannot = reason(&review(&blind, Some(&two)), "tier");
    assert!(cannot.contains("address") && cannot.contains("all of them could be tried"), "{cannot}");
    assert!(reason(&review(&blind, Some(&three)), "tier").contains("no plain choice"));
    assert!(review(&blind, Some(&one)).location().ends_with("done=1"));

    // RED leaves nowhere, AMBER+STRICT not where two read.
    for (object, marking) in [(&two, "TLP:RED"), (&three, "TLP:AMBER+STRICT")] {
        let fields = [("state", "imported"), ("object", object), ("marking", marking), ("tier", "open")];
        assert_eq!(claire.post("/objects/review", &fields).status, 303);
    }
    let mut grant = |object: &str, stream: &str| {
        claire.post("/objects/grant", &[("state", "reviewed"), ("object", object), ("stream", stream)])
    };
    assert!(reason(&grant(&two, &alone), "stream").contains("TLP:RED never leaves the desk"));
    assert!(reason(&grant(&three, &all), "stream").contains("one organisation reads"));
    assert!(reason(&grant(&one, "nonsense"), "stream").contains("Choose one stream"));
    assert_eq!(grant(&three, &alone).status, 303);

    // People, parties, streams, documents, drafts.
    let mut post = |path: &str, fields: &[(&str, &str)]| claire.post(path, fields);
    let party = ("form", "party");
    assert!(reason(&post("/audience/parties", &[party, ("name", " ")]), "name").contains("Give a name"));
    assert!(reason(&post("/audience/parties", &[party, ("name", "Parti A")]), "name").contains("under the same name"));
    assert!(reason(&post("/audience/parties", &[party, ("name", "C"), ("budget", "-1")]), "budget").contains("number"));
    let person = [("form", "person"), ("name", "x"), ("key", "RWnonsense")];
    assert!(reason(&post("/audience/people", &person), "key").contains("no public key of minisign"));
    let stream = [("form", "stream"), ("title", "T"), ("one", "yes"), ("party", &*a), ("party", &*b)];
    assert!(reason(&post("/audience/streams", &stream), "party").contains("for one party"));
    assert!(reason(&post("/audience/streams", &[("form", "stream")]), "title").contains("title"));
    assert!(reason(&post("/drafts", &[("stream", &all), ("days", "0")]), "days").contains("365"));
    assert!(reason(&post("/drafts", &[("stream", "?"), ("days", "3")]), "stream").contains("Choose a stream"));
    assert!(reason(&post("/drafts", &[("stream", &all), ("days", "3")]), "stream").contains("called claire"));
    let nothing = claire.send("/import", &[("source", "x"), ("marking", "TLP:GREEN")], &[("files", "", b"")]);
    assert!(reason(&nothing, "files").contains("one file"));
    let nobody = claire.send("/import", &[("marking", "TLP:GREEN")], &[("files", "a.txt", b"x.example")]);
    assert!(reason(&nobody, "source").contains("whom"));
    claire.lang = "fr";
    let page = claire.post("/objects/review", &[("state", "imported"), ("marking", "TLP:GREEN"), ("tier", "open")]);
    assert!(reason(&page, "object").contains("Cochez"));
    // The same refusal of the desk itself, in French.
    let page = claire.post("/drafts", &[("stream", &all), ("days", "3")]);
    assert!(reason(&page, "stream").contains("personne qui puisse rédiger"));
}

#[test]
fn many_objects_come_page_by_page_and_are_decided_on_at_once() {
    let world = World::open();
    let mut claire = world.enter("claire");
    let many: Vec<String> =
        (1..=120).map(|number| indicator(number, "n", &format!("[domain-name:value = 'n{number}.example']"))).collect();
    world.take(&mut claire, &many);
    let (mut path, mut seen) = ("/objects?state=imported".to_owned(), Vec::new());
    loop {
        let page = claire.get(&path);
        let ids =
            page.body.split("name=\"object\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
        seen.extend(ids);
        let Some((before, _)) = page.body.split_once("\">Next page") else { break };
        path = before.rsplit_once("href=\"").unwrap().1.replace("&amp;", "&");
    }
    let all: Vec<String> = (1..=120).map(id).collect();
    assert_eq!(seen, all);
    let review = [("state", "imported"), ("every", "yes"), ("marking", "TLP:CLEAR"), ("tier", "blind")];
    assert_eq!(claire.post("/objects/review", &review).location(), "/objects?state=imported&done=120");
    claire.get("/objects?state=imported").says(&["Nothing here."]);
}
