//! The road from a document to a published release, by forms alone, with the minisign of the distribution.

use std::fs;

use crate::world::{World, has_minisign, id, indicator};

#[test]
fn a_release_goes_from_a_document_to_the_front_through_the_pages() {
    if !has_minisign() {
        return;
    }
    let world = World::open();
    let mut claire = world.enter("claire");
    assert!(claire.get("/").body.contains("Two people have to be able to sign"));
    for name in ["claire", "marc"] {
        world.person(&mut claire, name);
    }
    let (parties, [all, alone]) = world.audience(&mut claire);

    let taken = world.take(
        &mut claire,
        &[
            indicator(1, "loud", "[domain-name:value = 'loud.example']"),
            indicator(2, "quiet", "[domain-name:value = 'quiet.example']"),
            indicator(3, "broken", "[domain-name:value = 'broken.example'"),
            indicator(4, "strict", "[domain-name:value = 'strict.example']"),
            indicator(5, "everyday", "[domain-name:value = 'google.com']"),
            indicator(6, "address", "[ipv4-addr:value = '198.51.100.7']"),
        ],
    );
    taken.says(&["<dt>to review</dt><dd>4</dd>", &id(3), "STIX 2.1", &id(5), "google.com"]);
    claire.get("/objects?state=imported").says(&["loud", "[domain-name:value = 'quiet.example']", "CERT-FR"]);

    // Reviewed: one of each tier that leaves, and one for one organisation.
    let review = |number: u32, marking: &str, tier: &str| {
        let (id, mut claire) = (id(number), twin(&claire));
        let fields =
            [("state", "imported"), ("object", &*id), ("marking", marking), ("tier", tier), ("until", "2099-12-31")];
        let done = claire.post("/objects/review", &fields);
        assert_eq!(done.location(), "/objects?state=imported&done=1", "{done:?}");
    };
    review(1, "TLP:GREEN", "open");
    review(2, "TLP:AMBER", "blind");
    review(4, "TLP:AMBER+STRICT", "open");
    review(6, "TLP:GREEN", "open");
    let both = [("state", "reviewed"), ("object", &*id(1)), ("object", &*id(2)), ("stream", &*all)];
    assert_eq!(claire.post("/objects/grant", &both).location(), "/objects?state=reviewed&done=2");
    let one = [("state", "reviewed"), ("object", &*id(4)), ("stream", &*alone)];
    assert_eq!(claire.post("/objects/grant", &one).location(), "/objects?state=reviewed&done=1");
    claire.get(&format!("/objects/{}", id(1))).says(&["TLP:GREEN", "Tous", "2100-01-01"]);

    // What each would see, to the letter.
    let first = claire.get(&format!("/audience/parties/{}", parties[0]));
    first.says(&["loud.example", "strict.example", "1 readable object, 1 blind", "&quot;object_marking_refs&quot;"]);
    assert!(!first.body.contains("quiet"), "{}", first.body);
    let second = claire.get(&format!("/audience/parties/{}", parties[1]));
    assert!(!second.body.contains("strict") && !second.body.contains("A seul"), "{}", second.body);

    // Drafted by Claire; her own signature is not enough.
    let fields = [("stream", &*all), ("days", "30"), ("fr", "À lire <vite>."), ("en", "Read this.")];
    let drafted = claire.post("/drafts", &fields);
    let draft = drafted.location().to_owned();
    assert!(draft.starts_with("/drafts/"), "{drafted:?}");
    let page = claire.get(&draft);
    page.says(&["loud.example", "quiet.example", "waits for a second person", "Read this.", "À lire &lt;vite&gt;."]);
    assert!(!page.body.contains("/publish"), "nobody approved it: {}", page.body);
    let unapproved = claire.post(&format!("{draft}/publish"), &[]);
    assert_eq!(unapproved.status, 422);
    unapproved.says(&["this needs a second person"]);
    let manifest = claire.get(&format!("{draft}/manifest.json"));
    assert!(manifest.header.contains("attachment"), "{manifest:?}");
    let approve = format!("{draft}/approve");
    let own = claire.send(&approve, &[("signature", &world.sign("claire", manifest.body.as_bytes()))], &[]);
    assert_eq!(own.status, 422);
    own.says(&["this needs a second person"]);
    let other = claire.send(&approve, &[("signature", &world.sign("marc", b"something else"))], &[]);
    assert_eq!(other.status, 422);
    other.says(&["nobody who may approve made this signature over this manifest"]);

    // Marc reads it in his own session, and hands his signature in: pasted with the breaks of a browser.
    let mut marc = world.enter("marc");
    let signature = world.sign("marc", marc.get(&format!("{draft}/manifest.json")).body.as_bytes());
    let approved = marc.send(&approve, &[("signature", &signature.replace('\n', "\r\n"))], &[("file", "", b"")]);
    assert_eq!(approved.location(), draft, "{approved:?}");
    let published = marc.post(&format!("{draft}/publish"), &[]);
    assert_eq!(published.status, 200, "{published:?}");
    published.says(&["number 1"]);

    // The stick is whole, and says nothing of the blind one or of names.
    let stick = world.path("desk/releases").join(&all).join("00000001");
    assert!(stick.join("manifest.json").exists());
    assert_eq!(fs::read_to_string(stick.join("manifest.json")).unwrap(), manifest.body, "what was signed is what left");
    for entry in fs::read_dir(&stick).unwrap().chain(fs::read_dir(world.folder.path()).unwrap()) {
        let path = entry.unwrap().path();
        let is_out = path.parent() == Some(&*stick) || path.to_string_lossy().contains("front.sqlite");
        let bytes = if is_out { fs::read(&path).unwrap() } else { Vec::new() };
        for secret in ["quiet", "Parti A", "strict.example"] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}: {path:?}");
        }
    }

    // The next one says what changes: one leaves, one comes, the blind one stays.
    let withdrawn = marc.post("/objects/withdraw", &[("state", "granted"), ("object", &id(1))]);
    assert_eq!(withdrawn.location(), "/objects?state=granted&done=1");
    let grant = [("state", "reviewed"), ("every", "yes"), ("stream", &*all)];
    assert_eq!(marc.post("/objects/grant", &grant).location(), "/objects?state=reviewed&done=1");
    let next = marc.post("/drafts", &[("stream", &all), ("days", "30")]).location().to_owned();
    let page = marc.get(&next);
    let (readable, blind) = page.body.split_once("What is blind").unwrap();
    for (part, figures) in [(readable, [1, 0, 1, 0]), (blind, [0, 0, 0, 1])] {
        for (word, number) in ["Added", "Changed", "Gone", "Unchanged"].iter().zip(figures) {
            assert!(part.contains(&format!("<dt>{word}</dt><dd>{number}</dd>")), "{word} {number}: {part}");
        }
    }
    assert!(readable.contains("198.51.100.7") && readable.contains("loud.example"), "{readable}");
    // By file, this time.
    let signature = world.sign("claire", marc.get(&format!("{next}/manifest.json")).body.as_bytes());
    let approved =
        marc.send(&format!("{next}/approve"), &[("signature", "")], &[("file", "a.minisig", signature.as_bytes())]);
    assert_eq!(approved.location(), next, "{approved:?}");
    assert_eq!(marc.post(&format!("{next}/publish"), &[]).status, 200);
    marc.get("/drafts").says(&["number 2"]);

    // Who did what.
    let trail = marc.get("/audit");
    trail.says(&["The trail is whole", "release 1 of stream", "reviewed: TLP:AMBER+STRICT, open"]);
    for (who, what) in
        [("claire", "drafted"), ("marc", "approved"), ("marc", "published"), ("marc", "signature of claire over draft")]
    {
        let found = trail.body.split("<tr>").any(|row| row.contains(who) && row.contains(what));
        assert!(found, "{who} {what}: {}", trail.body);
    }
}

/// The same browser once more, for forms inside a closure.
fn twin(browser: &crate::browser::Browser) -> crate::browser::Browser {
    crate::browser::Browser { port: browser.port, cookies: browser.cookies.clone(), lang: browser.lang }
}
