//! Sessions that are bound to a device: how they are bound, refreshed, and worth nothing elsewhere.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey};
use vauban_people::{Bound, Rules};
use vauban_softkey::honest as honest_key;

use crate::{
    browser::{Browser, Came},
    device::{Device, Proof, honest},
    world::{Person, World},
};

/// Ana, whose session is bound; the device, the session, and the answer that bound it.
fn bound(world: &World) -> (Person, Device, String, Came) {
    let mut ana = world.founder("Ana", 1);
    let offered = ana.browser.sign("/signin", &mut ana.key, honest_key);
    let device = Device::new();
    let came = device.bind(&mut ana.browser, &offered, honest);
    assert_eq!(came.status, 200, "{came:?}");
    let session = came.json()["session_identifier"].as_str().unwrap().to_owned();
    (ana, device, session, came)
}

#[test]
fn a_session_is_bound_once_and_administers_from_then_on() {
    let world = World::new();
    let mut ana = world.founder("Ana", 1);
    let offered = ana.browser.sign("/signin", &mut ana.key, honest_key);
    assert!(offered.head.contains("secure-session-registration: (ES256 RS256);path=\"/signin/device\""), "{offered:?}");
    assert!(ana.browser.get("/mine").body.contains("This session is bound to nothing"), "and what to do");
    let mut thief = ana.browser.clone();
    let device = Device::new();
    let came = device.bind(&mut ana.browser, &offered, honest);
    let told = came.json();
    assert_eq!(told["refresh_url"], "/signin/device/refresh");
    assert_eq!(told["scope"]["include_site"], false);
    assert_eq!(told["credentials"][0]["name"], "vauban-session");
    assert!(came.head.contains(told["credentials"][0]["attributes"].as_str().unwrap()), "{came:?}");
    assert!(came.head.contains("Max-Age=300") || came.head.contains("Max-Age=299"), "{came:?}");

    let mine = ana.browser.get("/mine");
    assert!(mine.status == 200 && mine.body.contains("bound to its device"), "{mine:?}");
    assert!(!mine.body.contains("This session is bound to nothing"), "{mine:?}");
    assert_eq!(thief.get("/mine").status, 303, "the cookie before is dead");
    let session = &world.people.sessions(world.people.find("Ana").unwrap().id, Timestamp::now()).unwrap()[0];
    assert_eq!(session.binding.bound(), Bound::Device);
    assert!(session.until > Timestamp::now() + SignedDuration::from_hours(11));

    // Whoever comes second binds nothing, with the same proof or another.
    let again = device.proof(&offered.quoted("challenge="), |proof| proof.header.jwk = Some(device.jwk()));
    assert_eq!(thief.prove("/signin/device", "", &again).status, 401);
    assert_eq!(ana.browser.prove("/signin/device", "", &again).code(), "no-challenge");
    let other = Device::new().bind(&mut ana.browser, &offered, |proof| proof.jti = came.challenge());
    assert!(other.status >= 400, "{other:?}");
}

#[test]
fn the_next_cookie_is_for_the_device_alone() {
    let rules = Rules { cookie: SignedDuration::from_secs(1), ..Rules::default() };
    let world = World::ruled(&rules, |_| ());
    let (mut ana, device, session, bound) = bound(&world);
    let mut thief = ana.browser.clone();
    assert_eq!(thief.get("/mine").status, 200, "what is stolen is good for the moment");
    std::thread::sleep(Duration::from_millis(1_100));
    assert_eq!((thief.get("/mine").status, ana.browser.get("/mine").status), (303, 303));

    // A browser asks without a proof, is told what to sign, and signs it; the challenge that came before is as good.
    let asked = ana.browser.refresh(&session, "");
    assert_eq!(asked.status, 403, "{asked:?}");
    assert_eq!(asked.quoted(";id="), session);
    let proof = device.proof(&asked.challenge(), honest);
    assert_eq!(
        ana.browser.refresh(&format!("\"{session}\""), &format!("\"{proof}\"")).status,
        200,
        "as the draft has it"
    );
    assert_eq!(ana.browser.get("/mine").status, 200);
    assert_eq!(ana.browser.refresh(&session, &device.proof(&bound.challenge(), honest)).status, 200);

    // The proof again, and one of a stranger's key: each takes a challenge, and gives nothing.
    let replayed = thief.refresh(&session, &proof);
    assert_eq!(replayed.status, 403, "{replayed:?}");
    let own = Device::new().proof(&replayed.challenge(), honest);
    let came = thief.refresh(&session, &own);
    assert_eq!((came.status, came.code().as_str()), (401, "device-proof"));
    assert_eq!(
        thief.refresh(&session, &device.proof(&replayed.challenge(), honest)).status,
        403,
        "taken before it was verified"
    );
    assert_eq!(thief.get("/mine").status, 303);

    // Signed out, the device's key refreshes nothing.
    assert_eq!(
        ana.browser
            .refresh(&session, &device.proof(&ana.browser.clone().refresh(&session, "").challenge(), honest))
            .status,
        200
    );
    let origin = format!("Origin: {}\r\n", ana.browser.origin());
    assert_eq!(ana.browser.send("POST", "/signin/out", &origin, b"").status, 303);
    assert_eq!(ana.browser.refresh(&session, "").status, 404);
}

/// Changes a proof, knowing the device's public key.
type Lie = fn(&mut Proof, &[u8]);

#[test]
fn a_proof_that_lies_proves_nothing() {
    let world = World::with(|settings| settings.is_behind_proxy = true);
    // Each comes from somewhere else: what fails in one place is told the later the more it is.
    let mut last = 0;
    let mut elsewhere = |browser: &mut Browser| {
        last += 1;
        browser.more = format!("X-Forwarded-For: 192.0.2.{last}\r\n");
    };
    let (mut ana, device, session, _) = bound(&world);
    let public = serde_json::to_vec(&device.jwk()).unwrap();
    let lies: [(&str, Lie); 4] = [
        ("another kind", |proof, _| proof.header.typ = Some("JWT".to_owned())),
        ("something critical", |proof, _| proof.header.crit = Some(vec!["b64".to_owned()])),
        ("the public key as a secret", |proof, public| {
            proof.header.alg = Algorithm::HS256;
            proof.secret = EncodingKey::from_secret(public);
        }),
        ("a challenge that is none", |proof, _| proof.jti = "x".repeat(43)),
    ];
    for (lie, change) in lies {
        elsewhere(&mut ana.browser);
        let challenge = ana.browser.refresh(&session, "").challenge();
        let came = ana.browser.refresh(&session, &device.proof(&challenge, |proof| change(proof, &public)));
        assert_eq!(came.status, 401, "{lie}: {came:?}");
    }
    let challenge = ana.browser.refresh(&session, "").challenge();
    let unsigned = [r#"{"alg":"none","typ":"dbsc+jwt"}"#.to_owned(), format!(r#"{{"jti":"{challenge}"}}"#)]
        .map(|part| BASE64URL_NOPAD.encode(part.as_bytes()));
    let signed = device.proof(&challenge, honest);
    let long = format!("{signed}{}", "A".repeat(5_000));
    for bad in [&format!("{}.{}.", unsigned[0], unsigned[1]), "x", "..", "a.b.c", &signed[..signed.len() - 4], &long] {
        elsewhere(&mut ana.browser);
        let came = ana.browser.refresh(&session, bad);
        assert!([401, 403].contains(&came.status) && !came.head.contains("vauban-session="), "{bad:.60}: {came:?}");
    }
    for id in ["", "x", &"0".repeat(36), "3f0c1f0e-1111-4111-8111-111111111111"] {
        elsewhere(&mut ana.browser);
        assert!([400, 404].contains(&ana.browser.refresh(id, &signed).status), "{id}");
    }
}

#[test]
fn a_challenge_is_of_one_session_and_one_use() {
    let world = World::new();
    let (mut ana, device, session, _) = bound(&world);
    let mut bob = world.founder("Bob", 2);
    let offered = bob.browser.sign("/signin", &mut bob.key, honest_key);
    let of_bob = offered.quoted("challenge=");
    // What Bob shall sign is nothing that Ana's device may.
    assert_eq!(ana.browser.refresh(&session, &device.proof(&of_bob, honest)).status, 403);
    let other = Device::new();
    let came =
        other.bind(&mut bob.browser, &offered, |proof| proof.jti = ana.browser.refresh(&session, "").challenge());
    assert_eq!((came.status, came.code().as_str()), (403, "no-challenge"));
    let came = other.bind(&mut bob.browser, &offered, |proof| proof.header.jwk = Some(device.jwk()));
    assert_eq!((came.status, came.code().as_str()), (403, "device-proof"), "a key that it does not have");

    let challenge = ana.browser.refresh(&session, "").challenge();
    let proof = device.proof(&challenge, honest);
    let asking = |browser: Browser| {
        let (mut browser, session, proof) = (browser, session.clone(), proof.clone());
        std::thread::spawn(move || browser.refresh(&session, &proof).status)
    };
    let asked: Vec<_> = (0..20).map(|_| asking(ana.browser.clone())).collect();
    let given = asked.into_iter().map(|thread| thread.join().unwrap()).filter(|status| *status == 200).count();
    assert_eq!(given, 1, "of twenty at once");
}

#[test]
fn who_signs_in_again_has_one_session_and_pages_of_others_refresh_nothing() {
    let world = World::new();
    let (mut ana, device, session, _) = bound(&world);
    let challenge = ana.browser.refresh(&session, "").challenge();
    let fields = format!(
        "Origin: https://evil.example\r\nSec-Secure-Session-Id: {session}\r\nSecure-Session-Response: {}\r\n",
        device.proof(&challenge, honest)
    );
    assert_eq!(ana.browser.send("POST", "/signin/device/refresh", &fields, b"").status, 403);
    assert!(ana.browser.get("/signin").head.contains("location: /mine"), "whoever is in is not asked again");
    assert_eq!(ana.browser.sign("/signin", &mut ana.key, honest_key).status, 200);
    assert_eq!(ana.browser.refresh(&session, "").status, 404, "the session before has ended");
    let sessions = world.people.sessions(world.people.find("Ana").unwrap().id, Timestamp::now()).unwrap();
    assert_eq!(sessions.len(), 1, "{sessions:?}");
}

#[test]
fn whoever_has_the_stores_files_has_no_session() {
    let world = World::new();
    let (mut ana, device, session, came) = bound(&world);
    let mut given = vec![came.challenge(), ana.browser.cookies["vauban-session"].clone()];
    let asked = ana.browser.refresh(&session, "");
    given.push(asked.challenge());
    let next = ana.browser.refresh(&session, &device.proof(&came.challenge(), honest));
    given.extend([next.challenge(), ana.browser.cookies["vauban-session"].clone()]);
    let files = world.files();
    assert!(!files.is_empty());
    let is_there = |secret: &[u8]| files.windows(secret.len()).any(|window| window == secret);
    for text in &given {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).unwrap();
        assert!(!is_there(text.as_bytes()) && !is_there(&bytes), "a secret in the files");
    }
    assert!(is_there(b"P-256"), "the public key is there, and signs nothing");
    println!("looked for {} secrets in {} bytes: 0 found", given.len(), files.len());
}
