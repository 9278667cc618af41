//! Flaws of others, each by its name. Those of OpenID Connect are beside the provider's tests; no directory is searched here, so that the
//! unbounded filters of others have nothing to be.

use std::sync::Arc;

use serde_json::json;
use vauban_people::EventKind;
use vauban_softkey::honest;

use crate::world::World;

#[test]
fn replayed_enrolment_token_cve_2026_37982() {
    let (world, mut founders) = World::with_founders();
    let request = world.asked("Cleo", &mut founders);
    let link = world.link(request);
    let parallel: Vec<bool> = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..16_u8)
            .map(|seed| {
                let (mut browser, link) = (world.browser(), link.as_str());
                scope.spawn(move || browser.enrol(link, 100 + seed).is_ok())
            })
            .collect();
        tries.into_iter().map(|tried| tried.join().unwrap()).collect()
    });
    assert_eq!(parallel.iter().filter(|is_in| **is_in).count(), 1, "of those who come at once, one");
    let cleo = world.people.find("Cleo").unwrap();
    assert_eq!(world.people.keys(cleo.id).unwrap().len(), 1);
    let replayed = world.browser().enrol(&link, 200).err().unwrap();
    assert_eq!((replayed.status, replayed.code().as_str()), (403, "link-used"), "{replayed:?}");
    assert_eq!(world.people.keys(cleo.id).unwrap().len(), 1, "nothing was added");
}

#[test]
fn suffix_confusion_of_origins() {
    let (world, [mut ana, _]) = World::with_founders();
    let own = world.browser().origin();
    let tricks = [
        format!("{own}.evil.example"),
        own.replace("http://", "http://evil-"),
        format!("http://evil.example/{own}"),
        own.replace("localhost", "localhost.evil.example"),
        own.replace("http://", "https://"),
        own.rsplit_once(':').unwrap().0.to_owned(),
        own.to_uppercase(),
    ];
    for origin in tricks {
        let came = world.browser().sign("/signin", &mut ana.key, |assertion| {
            assertion.client_data.origin.clone_from(&origin);
        });
        assert_eq!((came.status, came.code().as_str()), (403, "origin"), "{origin}: {came:?}");
        let headers = format!("Origin: {origin}\r\nContent-Type: application/json\r\n");
        assert_eq!(world.browser().send("POST", "/signin/ask", &headers, b"{}").status, 403, "{origin}");
    }
    assert_eq!(world.browser().sign("/signin", &mut ana.key, honest).status, 200);
}

#[test]
fn forged_x_forwarded_for_cve_2023_36456() {
    let (world, [mut ana, _]) = World::with(|settings| settings.is_behind_proxy = true).founded();
    for (forged, seen) in [
        ("X-Forwarded-For: 127.0.0.1, 203.0.113.9\r\n", Some("203.0.113.9")),
        ("X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-For: 203.0.113.10\r\n", Some("203.0.113.10")),
        ("X-Forwarded-For: 203.0.113.11, localhost\r\n", None),
        ("Forwarded: for=127.0.0.1\r\nX-Real-IP: 127.0.0.1\r\n", None),
    ] {
        let mut browser = world.browser();
        forged.clone_into(&mut browser.more);
        assert_eq!(browser.sign("/signin", &mut ana.key, honest).status, 200);
        let events = world.people.last_events(4).unwrap();
        let came =
            events.iter().find(|event| matches!(event.kind, EventKind::SignedIn | EventKind::SignedInAnew)).unwrap();
        assert_eq!(came.address.map(|address| address.to_string()).as_deref(), seen, "{forged}");
    }
}

/// A request for approval of one person, shown to an approver of another: what was signed for A is refused for B.
#[test]
fn an_approval_for_one_is_refused_for_another() {
    let (world, mut founders) = World::with_founders();
    let (world, both) = (Arc::clone(&world), ["Cleo", "Dora"].map(|name| world.invited(name)));
    let [ana, _] = &mut founders;
    let signed = ana.browser.signed(&format!("/requests/{}", both[0]), &mut ana.key, honest).unwrap();
    let came = ana.browser.post(&format!("/requests/{}/answer", both[1]), &signed);
    assert!(came.status == 403, "{came:?}");
    let empty = ana.browser.post(&format!("/requests/{}/answer", both[1]), &json!({}));
    assert!(empty.status >= 400, "{empty:?}");
    assert!(both.iter().all(|request| world.people.approvers(*request).unwrap().is_empty()));
}
