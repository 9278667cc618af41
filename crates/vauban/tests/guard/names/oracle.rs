//! Ten thousand questions through the real door, against an oracle that was written apart from the policy.

use std::net::UdpSocket;

use hickory_proto::rr::RecordType;
use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, TestRunner},
};

use super::{
    client::{Got, query},
    world::{GUEST, HUGO, PRIVATE, WORK, World},
};

/// The sentences of the configuration, written as conditions by hand.
fn oracle(from: &str, name: &str) -> &'static str {
    let under = |above: &str| name == above || name.ends_with(&format!(".{above}"));
    if under("resolver.campagne.example") {
        return "";
    }
    let whatsapp = ["whatsapp.com", "whatsapp.net", "wa.me"].iter().any(|above| under(above));
    if from == HUGO && whatsapp {
        return "";
    }
    if ["evil.example", "phishing.example", "collector.example"].iter().any(|above| under(above)) {
        return "list/malware";
    }
    // A hosts file names hosts, and nothing below them.
    if from != GUEST && ["ads.example", "banner.example"].contains(&name) {
        return "list/adverts";
    }
    let messaging = whatsapp || ["telegram.org", "t.me", "discord.com"].iter().any(|above| under(above));
    let mail = ["mail.google.com", "gmail.com", "outlook.live.com", "live.com", "laposte.net"]
        .iter()
        .any(|above| under(above));
    let resolvers = ["dns.google", "cloudflare-dns.com", "dns.quad9.net", "dns.mullvad.net"];
    let resolvers = resolvers.iter().any(|above| under(above));
    let anonymous = ["torproject.org", "nordvpn.com", "mullvad.net"].iter().any(|above| under(above)) && !resolvers;
    match from {
        PRIVATE => "",
        GUEST if anonymous => "guest/never/anonymiser",
        GUEST => "",
        _ if messaging => "work/never/private-messaging",
        _ if mail => "work/never/personal-mail",
        _ if resolvers => "work/never/encrypted-dns",
        _ if anonymous => "work/never/anonymiser",
        _ => "",
    }
}

#[test]
fn ten_thousand_questions_are_answered_as_the_sentences_say() {
    let world = World::start("");
    let askers = [WORK, HUGO, PRIVATE, GUEST];
    let sockets = askers.map(|from| {
        let socket = UdpSocket::bind((from, 0)).unwrap();
        socket.set_read_timeout(Some(std::time::Duration::from_secs(5))).unwrap();
        socket
    });
    let bases = [
        "whatsapp.com",
        "whatsapp.net",
        "wa.me",
        "telegram.org",
        "t.me",
        "discord.com",
        "mail.google.com",
        "gmail.com",
        "outlook.live.com",
        "laposte.net",
        "dns.google",
        "cloudflare-dns.com",
        "dns.quad9.net",
        "torproject.org",
        "nordvpn.com",
        "mullvad.net",
        "dns.mullvad.net",
        "evil.example",
        "phishing.example",
        "ads.example",
        "banner.example",
        "resolver.campagne.example",
        "campagne.example",
        "google.com",
        "wikipedia.demo",
        "signal.art.demo",
    ];
    let names = (
        0_usize..askers.len(),
        prop::sample::select(bases.to_vec()),
        prop::sample::select(vec!["", "www.", "a.b.c.", "not", "x-", "xn--a.", "_dns."]),
        prop::sample::select(vec!["", "", ".evil2.demo", "x", ".evil.example"]),
        any::<bool>(),
    );
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
    let mut blocked = 0;
    for number in 0..10_000 {
        let (who, base, before, after, capitals) = names.new_tree(&mut runner).unwrap().current();
        let name = format!("{before}{base}{after}");
        let asked = if capitals { name.to_uppercase() } else { name.clone() };
        sockets[who].send_to(&query(&asked, RecordType::A), ("127.0.0.1", world.port)).unwrap();
        let mut bytes = [0; 2048];
        let (length, _) = sockets[who].recv_from(&mut bytes).unwrap_or_else(|error| panic!("{number} {name}: {error}"));
        let got = Got::read(&bytes[..length]);
        let rule = oracle(askers[who], &name);
        assert_eq!(got.rule(), rule, "{} {name}: {got:?}", askers[who]);
        assert_eq!(got.addresses.len(), usize::from(rule.is_empty()), "{} {name}", askers[who]);
        blocked += usize::from(!rule.is_empty());
    }
    assert!(blocked > 2_000, "{blocked}");
}
