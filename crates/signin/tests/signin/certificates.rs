//! Sessions that are bound to a client certificate, as a proxy hands it over.

use data_encoding::BASE64;
use vauban_people::Bound;
use vauban_softkey::honest;

use crate::world::World;

fn field(certificate: &[u8]) -> String {
    format!("Client-Cert: :{}:\r\n", BASE64.encode(certificate))
}

fn world(is_behind_proxy: bool, has_client_certificates: bool) -> World {
    World::with(|settings| {
        settings.is_behind_proxy = is_behind_proxy;
        settings.has_client_certificates = has_client_certificates;
    })
}

fn binding(world: &World) -> Bound {
    let ana = world.people.find("Ana").unwrap().id;
    world.people.sessions(ana, jiff::Timestamp::now()).unwrap()[0].binding.bound()
}

#[test]
fn a_cookie_without_its_certificate_is_nobodys_at_once() {
    let world = world(true, true);
    let mut ana = world.founder("Ana", 1);
    ana.browser.more = field(b"the certificate of Ana");
    assert_eq!(ana.browser.sign("/signin", &mut ana.key, honest).status, 200);
    assert_eq!(binding(&world), Bound::Certificate);
    let mine = ana.browser.get("/mine");
    assert!(mine.status == 200 && mine.body.contains("bound to a certificate"), "{mine:?}");

    let mut thief = ana.browser.clone();
    let own = field(b"the certificate of a thief");
    for shown in ["", &own, "Client-Cert: ::\r\n", &format!("{own}{}", ana.browser.more)] {
        thief.more = shown.to_owned();
        assert_eq!(thief.get("/mine").status, 303, "{shown}");
        let asked = thief.post("/mine/fresh/ask", &serde_json::json!({}));
        assert_eq!((asked.status, asked.code().as_str()), (401, "no-session"), "{shown}");
    }
    assert_eq!(ana.browser.get("/mine").status, 200, "and its own browser goes on");
}

#[test]
fn a_certificate_that_no_proxy_vouches_for_is_not_believed() {
    for (is_behind_proxy, has_client_certificates) in [(false, false), (false, true), (true, false)] {
        let world = world(is_behind_proxy, has_client_certificates);
        let mut ana = world.founder("Ana", 1);
        ana.browser.more = field(b"what anybody writes");
        assert_eq!(ana.browser.sign("/signin", &mut ana.key, honest).status, 200);
        assert_eq!(binding(&world), Bound::Plain);
    }
}
