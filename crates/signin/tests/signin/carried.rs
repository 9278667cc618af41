//! A cookie that is carried off, with what an ordinary one does as a control: behind nginx and Caddy as they are documented.

use serde_json::{Value, json};
use vauban_people::{Binding, Visit};
use vauban_softkey::SoftKey;

use crate::{
    front::{Front, Kind},
    proxies::is_there,
    world::{World, rng},
};

/// A session as the store begins it; the cookie.
fn begun(front: &Front, seed: u8, binding: Binding) -> String {
    let people = &front.world.people;
    let now = jiff::Timestamp::now();
    let request = people.found(format!("Person {seed}").parse().unwrap(), &mut rng().unwrap(), now).unwrap();
    let link: vauban_people::InvitationToken = front.world.link(request.id).parse().unwrap();
    let key = vauban_people::NewKey {
        id: vauban_people::CredentialId::new(&[seed; 16]).unwrap(),
        credential: vec![seed],
        label: "phone".parse().unwrap(),
        attested: false,
    };
    let visit = Visit { binding, address: None, agent: vauban_people::Agent::new("test") };
    let enrolment = vauban_people::Enrolment {
        request: request.id,
        link: link.hash(),
        means: vauban_people::Means::Key(&key),
        visit: &visit,
    };
    let enrolled = people.enrol(&enrolment, &mut rng().unwrap(), now).unwrap();
    format!("__Host-vauban-session={}", &*enrolled.started.token.text())
}

fn fingerprint(front: &Front, name: &str) -> [u8; 32] {
    use rustls_pki_types::{CertificateDer, pem::PemObject as _};
    use sha2::{Digest as _, Sha256};
    Sha256::digest(CertificateDer::from_pem_file(front.path(name)).unwrap()).into()
}

fn a_certificates_cookie_is_worth_nothing_without_it(kind: Kind) {
    let front = Front::new(kind, "localhost");
    let mine = format!("{}/mine", front.origin);
    let ordinary = begun(&front, 1, Binding::Plain);
    let cookie = begun(&front, 2, Binding::Certificate { sha256: fingerprint(&front, "ana.pem") });
    let get = |more: &[&str]| front.curl(&[&["--cookie", &cookie, mine.as_str()], more].concat()).0;
    let with = |name: &str| get(&["--cert", &format!("{name}.pem"), "--key", &format!("{name}.key")]);

    let control = front.curl(&["--cookie", &ordinary, &mine]).0;
    assert_eq!(control, 200, "an ordinary cookie is good anywhere");
    assert_eq!(with("ana"), 200);
    let stolen = get(&[]);
    assert_eq!(stolen, 303, "without the certificate");
    assert_eq!(with("bob"), 303, "with another's");
    let eve = with("eve");
    assert!(eve == 400 || eve == 0, "with one that nobody vouches for: {eve}");
    let der = std::fs::read_to_string(front.path("ana.pem")).unwrap();
    let base64: String = der.lines().filter(|line| !line.starts_with('-')).collect();
    for name in ["Client-Cert", "client-cert", "Client_Cert"] {
        let forged = get(&["--header", &format!("{name}: :{base64}:")]);
        assert_eq!(forged, 303, "{name} as the client writes it is overwritten");
    }
    let origin = format!("Origin: {}", front.origin);
    let fresh = format!("{}/mine/fresh/ask", front.origin);
    let script = front.curl(&["--cookie", &cookie, "--header", &origin, "--json", "{}", &fresh]);
    assert_eq!(script.0, 401);
    println!(
        "{kind:?}: ordinary cookie {control}; certificate's cookie without it {stolen} (pages), {} (scripts)",
        script.0
    );
}

#[test]
fn a_certificates_cookie_is_worth_nothing_without_it_behind_nginx() {
    if is_there("nginx") && is_there("curl") {
        a_certificates_cookie_is_worth_nothing_without_it(Kind::Nginx);
    }
}

#[test]
fn a_certificates_cookie_is_worth_nothing_without_it_behind_caddy() {
    if is_there("caddy") && is_there("curl") {
        a_certificates_cookie_is_worth_nothing_without_it(Kind::Caddy);
    }
}

#[test]
fn a_cookie_alone_makes_no_key_and_adds_no_account() {
    let (world, [mut ana, _]) = World::with_founders();
    // Moments after she signed in, somebody else has all of her cookies.
    let mut thief = world.browser();
    thief.cookies = ana.browser.cookies.clone();
    assert!(thief.get("/mine").body.contains("Ana"), "the cookie is good, and the session fresh");
    let (challenge, options) = thief.ask("/mine/keys", "").unwrap();
    assert!(!options.contains("pubKeyCredParams"), "a key that is there is asked for, not a new one: {options}");
    let (_, options) = ana.browser.touched("/mine/keys", &mut ana.key).unwrap();
    let (_, made) = SoftKey::make(&options, &thief.origin(), [9; 32], |_| ()).unwrap();
    let made: Value = serde_json::from_str(&made).unwrap();
    let came = thief.post("/mine/keys/answer", &json!({ "challenge": challenge, "response": made }));
    assert_eq!(came.status, 403, "a new key answers no question for an old one: {came:?}");
    let person = world.people.find("Ana").unwrap().id;
    assert_eq!(world.people.keys(person).unwrap().len(), 1);
    assert!(ana.browser.add_key(&mut ana.key, 8).is_ok());
}
