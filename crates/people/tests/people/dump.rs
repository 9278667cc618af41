//! A thief of the file gets nothing that opens anything.

use vauban_people::{
    Binding, BrowserToken, ChallengeToken, Doorway, InvitationToken, NewChallenge, Purpose, SessionToken,
};

use crate::made::{Town, address, device};

#[test]
fn no_token_that_was_given_out_stands_in_the_file() {
    let (mut town, ana, ben) = Town::founded();
    let mut texts: Vec<String> = Vec::new();
    let mut raw: Vec<Vec<u8>> = Vec::new();
    let mut given = |text: &str| {
        raw.push(data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).unwrap());
        texts.push(text.to_owned());
    };
    for name in ["Cleo", "Dora", "Emil"] {
        let request = town.invite(&ana, &Town::new_person(name)).unwrap();
        town.approve(&request, &ana).unwrap();
        town.approve(&request, &ben).unwrap();
        let link: InvitationToken = town.link(&ana.actor(), request.id).unwrap();
        given(&link.text());
        let somebody = town.enrol(&link).unwrap();
        let plain = town.sign_in(&somebody, Binding::Plain).unwrap();
        given(&plain.token.text());
        let bound = town.people.bind(&plain.token.hash(), &device(), &mut town.rng, town.now).unwrap();
        given(&bound.token.text());
        let next: SessionToken =
            town.people.refresh(bound.session, b"a public key", &mut town.rng, town.now).unwrap().token;
        given(&next.text());
        let browser = BrowserToken::random(&mut town.rng);
        given(&browser.text());
        let to = Doorway { host: "wiki.example", browser: browser.hash() };
        for _ in 0..2 {
            let ticket = town.people.ticket(&next.hash(), &to, &mut town.rng, town.now).unwrap();
            given(&ticket.text());
            given(&town.people.enter(&ticket.hash(), &to, &mut town.rng, town.now).unwrap().token.text());
        }
        for purpose in [Purpose::SignIn, Purpose::Fresh { person: somebody.id }] {
            let new = NewChallenge { purpose, state: b"CANARY-STATE", browser: browser.hash(), address: address(1) };
            let challenge: ChallengeToken = town.people.challenge(&new, &mut town.rng, town.now).unwrap();
            given(&challenge.text());
        }
    }
    let dump = town.on_disk();
    let holds = |needle: &[u8]| dump.windows(needle.len()).any(|window| window == needle);
    assert!(holds(b"CANARY-STATE") && holds(ana.session.bytes()), "the search finds what is there");
    assert_eq!(texts.len(), 33);
    for (text, raw) in texts.iter().zip(&raw) {
        assert!(!holds(text.as_bytes()) && !holds(raw), "a token stands in the file");
        assert!(!holds(data_encoding::HEXLOWER.encode(raw).as_bytes()));
    }
}

#[cfg(unix)]
#[test]
fn the_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let (town, ..) = Town::founded();
    for name in ["people.sqlite", "people.sqlite-wal", "people.sqlite-shm"] {
        let mode = std::fs::metadata(town.path.with_file_name(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}");
    }
}
