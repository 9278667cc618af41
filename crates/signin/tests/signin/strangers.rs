//! Whoever may not see the pages of administrators, and what nobody should send them.

use vauban_people::Standing;

use crate::world::World;

/// What the pages have, for a person of this id.
fn pages(id: &str) -> [String; 6] {
    ["/people", "/people/invite", "/people/glass", "/people/ID", "/people/ID/leave", "/audit"]
        .map(|path| path.replace("ID", id))
}

/// What the forms do.
fn forms(id: &str) -> [String; 10] {
    [
        "recover",
        "role",
        "suspend",
        "resume",
        "groups",
        "end",
        "leave",
        "sessions/end",
        "keys/AAAA/remove",
        "sessions/ID/end",
    ]
    .map(|deed| format!("/people/{id}/{}", deed.replace("ID", id)))
}

#[test]
fn nobody_gets_in_without_a_session_that_administers() {
    let (world, mut founders) = World::with_founders();
    let mut cleo = world.member("Cleo", &mut founders, 3).browser;
    let [mut ana, _] = founders;
    let bob = world.people.find("Bob").unwrap();
    let id = bob.id.to_string();
    let mut stranger = world.browser();
    let wanted: Vec<(String, bool)> = (pages(&id).into_iter().map(|path| (path, false)))
        .chain(forms(&id).into_iter().map(|path| (path, true)))
        .chain(["/people/invite", "/people/glass", "/people/glass/again"].map(|path| (path.to_owned(), true)))
        .collect();
    for (path, is_form) in &wanted {
        let ask =
            |browser: &mut crate::browser::Browser| if *is_form { browser.submit(path, "") } else { browser.get(path) };
        let came = ask(&mut stranger);
        let back =
            if *is_form { String::new() } else { format!("?to={}", path.replace('/', "%2F").replace('?', "%3F")) };
        assert!(came.status == 303 && came.location().starts_with("/signin"), "{path}: {came:?}");
        assert!(*is_form || path.contains('=') || came.location().ends_with(&back), "{path}: {came:?}");
        let came = ask(&mut cleo);
        assert!(came.status == 403 && came.body.contains("Only an administrator"), "{path}: {came:?}");
        assert!(!came.body.contains("Bob") && !came.body.contains("href=\"/audit\""), "{path}: {came:?}");
        let came = ask(&mut ana.browser);
        assert!(came.status == 403 && came.body.contains("bound to no device"), "{path}: {came:?}");
        assert!(came.body.contains("vauban people"), "what to do next: {came:?}");
    }
    assert_eq!(world.people.find("Bob").unwrap(), bob, "nothing was changed");
    assert!(world.people.open_requests(jiff::Timestamp::now()).unwrap().is_empty());
}

#[test]
fn forms_of_other_pages_do_nothing() {
    let (world, [mut ana, _]) = World::with_founders();
    world.bind(&mut ana.browser);
    let id = world.people.find("Bob").unwrap().id;
    for origin in ["", "Origin: null\r\n", "Origin: http://evil.example\r\n"] {
        let came = ana.browser.send("POST", &format!("/people/{id}/suspend"), origin, b"");
        assert_eq!(came.status, 403, "{origin:?}");
    }
    assert_eq!(ana.browser.get(&format!("/people/{id}/suspend")).status, 405, "an address changes nothing");
    assert_eq!(world.people.person(id).unwrap().standing, Standing::Active);
}

#[test]
fn ids_that_are_none_and_what_is_another_persons_are_pages_that_say_so() {
    let (world, mut founders) = World::with_founders();
    let mut cleo = world.member("Cleo", &mut founders, 3).browser;
    let mut dora = world.member("Dora", &mut founders, 4).browser;
    let [mut ana, _] = founders;
    world.bind(&mut ana.browser);
    for id in ["x", "00000000-0000-4000-8000-000000000000", "%2e%2e", "%00", "%FF", &"9".repeat(9_000)] {
        let (page, form) =
            (ana.browser.get(&format!("/people/{id}")), ana.browser.submit(&format!("/people/{id}/leave"), ""));
        assert_eq!((page.status, form.status), (404, 404), "{id}");
        assert!(page.body.contains("Check the list"), "{page:?}");
        assert_eq!(ana.browser.get(&format!("/requests/{id}")).status, 404, "{id}");
    }
    ana.browser.more = "Accept-Language: fr-CA, en\r\n".to_owned();
    let french = ana.browser.submit("/people/x/leave", "").body;
    assert!(french.contains("Cela n'a pas été fait") && french.contains("Vérifiez la liste"), "{french}");
    ana.browser.more.clear();
    let person = |name: &str| world.people.find(name).unwrap().id;
    let asked = ana.browser.submit(&format!("/people/{}/recover", person("Cleo")), "");
    let request = asked.location().to_owned();
    assert_eq!(cleo.get(&request).status, 200, "whom it is about");
    assert!(cleo.get("/requests").body.contains(&request) && !dora.get("/requests").body.contains(&request));
    assert_eq!(dora.get(&request).status, 404, "a member whom it is not about");
    assert_eq!(dora.submit(&format!("{request}/veto"), "").status, 404);
    assert_eq!(cleo.submit(&format!("{request}/link"), "").status, 404, "no form makes a link");

    let now = jiff::Timestamp::now();
    let of_cleo = world.people.sessions(person("Cleo"), now).unwrap()[0].id;
    let came = dora.submit(&format!("/mine/sessions/{of_cleo}/end"), "");
    assert!(came.status == 403 && came.body.contains("administrator"), "{came:?}");
    assert_eq!(world.people.sessions(person("Cleo"), now).unwrap().len(), 1);
    let dora_id = person("Dora");
    for (deed, status) in [("sessions/x/end", 400), ("keys/%21/remove", 400), ("role", 400), ("keys/AAAA/remove", 403)]
    {
        assert_eq!(ana.browser.submit(&format!("/people/{dora_id}/{deed}"), "role=emperor").status, status, "{deed}");
    }
}

#[test]
fn a_form_that_is_huge_or_broken_is_a_page_and_names_run_no_script() {
    let (world, [mut ana, _]) = World::with_founders();
    world.bind(&mut ana.browser);
    let huge = format!("name={}", "x".repeat(1 << 20));
    assert_eq!(ana.browser.submit("/people/invite", &huge).status, 413);
    for broken in ["name=a&name=b", "%=%&tie=staff&name=", "tie=staff"] {
        let came = ana.browser.submit("/people/invite", broken);
        assert!([400, 422].contains(&came.status) && came.body.contains("alarm"), "{broken}: {came:?}");
    }
    let origin = format!("Origin: {}\r\nContent-Type: application/json\r\n", ana.browser.origin());
    assert_eq!(ana.browser.send("POST", "/people/invite", &origin, b"{}").status, 415);
    for (fields, said) in [
        ("name=+&tie=staff", "This name will not do"),
        ("name=a%E2%80%AEb&tie=staff", "This name will not do"),
        ("name=Zoe&tie=volunteer", "always has an end"),
        ("name=Zoe&tie=volunteer&until=2000-01-01", "is past"),
        ("name=Zoe&tie=staff&until=2027-02-30", "no such day"),
        ("name=ANA&tie=staff", "has this name already"),
        ("name=Zoe&tie=staff&groups=a%E2%80%8Bb", "A group has a name"),
        ("name=Zoe", "cannot be read"),
        ("name=Zoe&tie=king", "cannot be read"),
    ] {
        let came = ana.browser.submit("/people/invite", fields);
        assert!(came.status == 422 && came.body.contains(said), "{fields}: {came:?}");
    }
    let many: String = (0..40).map(|group| format!("g{group}%0A")).collect();
    let came = ana.browser.submit("/people/invite", &format!("name=Zoe&tie=staff&groups={many}"));
    assert!(came.status == 422 && came.body.contains("too many groups"), "{came:?}");

    let name = "name=%3Cscript%3Ealert(1)%3C%2Fscript%3E%22%27&tie=staff&groups=%3Cb%3E";
    let request = ana.browser.submit("/people/invite", name).location().to_owned();
    assert!(!request.is_empty());
    let wrong = ana.browser.submit("/people/invite", &format!("{name}&until=x"));
    assert_eq!(wrong.status, 422);
    for page in [wrong, ana.browser.get(&request), ana.browser.get("/requests"), ana.browser.get("/audit")] {
        assert!(page.body.contains("&lt;script&gt;") && !page.body.contains("<script>alert"), "{page:?}");
        assert!(!page.body.contains("<b>"), "{page:?}");
    }
}
