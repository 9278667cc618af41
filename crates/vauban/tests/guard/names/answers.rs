//! What each asker is answered, and why.

use std::{fs, net::IpAddr};

use hickory_proto::{
    op::ResponseCode,
    rr::{RData, RecordType},
};

use super::{
    client::ask_tcp,
    upstream::Known,
    world::{GUEST, HUGO, POLICY, PRIVATE, WORK, World},
};

#[test]
fn each_compartment_has_its_own_answers_and_explain_says_the_same_rule() {
    let world = World::start("");
    for (from, name, rule) in [
        (WORK, "wikipedia.demo", ""),
        (WORK, "evil.example", "list/malware"),
        (WORK, "login.evil.example", "list/malware"),
        (WORK, "notevil.example", ""),
        (WORK, "ads.example", "list/adverts"),
        (WORK, "WEB.WhatsApp.com", "work/never/private-messaging"),
        (HUGO, "web.whatsapp.com", ""),
        (HUGO, "web.telegram.org", "work/never/private-messaging"),
        (PRIVATE, "web.whatsapp.com", ""),
        (PRIVATE, "evil.example", "list/malware"),
        (GUEST, "evil.example", "list/malware"),
        (GUEST, "ads.example", ""),
        (GUEST, "torproject.org", "guest/never/anonymiser"),
        ("127.0.0.9", "torproject.org", "guest/never/anonymiser"),
        (WORK, "resolver.campagne.example", ""),
    ] {
        let got = world.ask(from, name);
        assert_eq!(got.rule(), rule, "{from} {name}: {got:?}\n{}", world.guard.log());
        let addresses: &[IpAddr] = if rule.is_empty() { &["192.0.2.80".parse().unwrap()] } else { &[] };
        assert_eq!(got.addresses, addresses, "{from} {name}");
        let code = if rule.is_empty() { ResponseCode::NoError } else { ResponseCode::NXDomain };
        assert_eq!(got.code, code, "{from} {name}");
        if !rule.starts_with("list") {
            let file = world.guard.path("vauban.toml").display().to_string();
            let out = world.guard.run(&["policy", "explain", &file, "--from", from, "--to", name]);
            let text = String::from_utf8(out.stdout).unwrap();
            assert_eq!(text.contains(&format!("rule: {rule}\n")) && !rule.is_empty(), !rule.is_empty(), "{text}");
        }
    }
    let spelled = world.ask(WORK, "WEB.WhatsApp.com").message;
    assert_eq!(spelled.queries[0].name().to_ascii(), "WEB.WhatsApp.com.", "as it was spelled");
}

#[test]
fn what_is_known_is_not_asked_for_again() {
    let world = World::start("");
    assert_eq!(world.ask(WORK, "wikipedia.demo").addresses.len(), 1);
    let asked = world.above.asked();
    for _ in 0..20 {
        assert_eq!(world.ask(WORK, "Wikipedia.Demo").addresses.len(), 1);
    }
    assert_eq!(world.above.asked(), asked);
    // What is kept out is not asked for at all: nobody above learns of it.
    assert_eq!(world.rule(WORK, "evil.example"), "list/malware");
    assert_eq!(world.above.asked(), asked);
    // The same memory serves all compartments, and each has its own verdict on it.
    assert_eq!(world.ask(PRIVATE, "web.whatsapp.com").addresses.len(), 1);
    assert_eq!(world.rule(WORK, "web.whatsapp.com"), "work/never/private-messaging");
    assert_eq!(world.ask(HUGO, "web.whatsapp.com").addresses.len(), 1);
}

#[test]
fn names_that_lead_to_what_is_kept_out_are_kept_out() {
    let world = World::start("");
    world.above.knows("innocent.demo", Known::Is("metrics.innocent.demo".to_owned()));
    world.above.knows("metrics.innocent.demo", Known::Is("collector.example".to_owned()));
    world.above.knows("chat.demo", Known::Is("web.whatsapp.com".to_owned()));
    world.above.knows("forbidden.demo", Known::At(vec!["203.0.113.9"]));
    for ask in [World::ask, |world: &World, from: &str, name: &str| ask_tcp(from, world.port, name, RecordType::A)] {
        assert_eq!(ask(&world, WORK, "innocent.demo").rule(), "list/malware", "a chain of two");
    }
    // From memory, too.
    assert_eq!(world.rule(WORK, "innocent.demo"), "list/malware");
    assert_eq!(world.rule(WORK, "chat.demo"), "work/never/private-messaging");
    assert_eq!(world.rule(HUGO, "chat.demo"), "", "an exception takes along what it names");
    assert_eq!(world.rule(PRIVATE, "chat.demo"), "");
    assert_eq!(world.rule(WORK, "forbidden.demo"), "work/never/203.0.113.0/24", "an address that is kept out");
    assert_eq!(world.rule(GUEST, "forbidden.demo"), "");
}

#[test]
fn names_outside_do_not_lead_inside() {
    let world = World::start("internal = [\"intern.demo\"]\n");
    world.above.knows("rebind.demo", Known::At(vec!["192.0.2.1", "10.20.0.1"]));
    world.above.knows("mapped.demo", Known::At(vec!["::ffff:127.0.0.1"]));
    world.above.knows("metadata.demo", Known::At(vec!["169.254.169.254"]));
    world.above.knows("files.intern.demo", Known::At(vec!["10.20.0.7"]));
    world.above.knows("www.campagne.example", Known::At(vec!["10.20.0.8"]));
    for from in [WORK, PRIVATE, GUEST] {
        assert_eq!(world.rule(from, "rebind.demo"), "rebinding");
        assert_eq!(world.ask_for(from, "mapped.demo", RecordType::AAAA).rule(), "rebinding");
        assert_eq!(world.rule(from, "metadata.demo"), "rebinding");
        assert_eq!(world.ask(from, "files.intern.demo").addresses.len(), 1, "the organisation's own network");
        assert_eq!(world.ask(from, "www.campagne.example").addresses.len(), 1, "its own domains");
    }
}

#[test]
fn where_traffic_leaves_by_names_only_nothing_hides_its_name() {
    let world = World::start("");
    world.above.knows("hides.demo", Known::Hides);
    let keys = |from: &str| {
        let got = world.ask_for(from, "hides.demo", RecordType::HTTPS);
        let RData::HTTPS(https) = &got.message.answers[0].data else { panic!("{got:?}") };
        https.0.svc_params.iter().filter(|(key, _)| u16::from(*key) == 5).count()
    };
    // Once from above and once from memory.
    for _ in 0..2 {
        assert_eq!((keys(WORK), keys(PRIVATE)), (0, 1));
    }
    for canary in ["use-application-dns.net", "mask.icloud.com", "mask-h2.icloud.com"] {
        assert_eq!(world.ask(WORK, canary).code, ResponseCode::NXDomain, "{canary}");
        assert_eq!(world.ask(PRIVATE, canary).code, ResponseCode::NoError, "{canary}");
    }
}

#[test]
fn what_nobody_above_can_know_is_answered_here() {
    let world = World::start("");
    let asked = world.above.asked();
    assert_eq!(world.ask(WORK, "localhost").addresses, ["127.0.0.1".parse::<IpAddr>().unwrap()]);
    for name in ["a.onion", "printer.local", "x.invalid", "1.0.0.10.in-addr.arpa", "1.1.16.172.in-addr.arpa"] {
        assert_eq!(world.ask(WORK, name).code, ResponseCode::NXDomain, "{name}");
    }
    assert!(world.ask_for(WORK, "_dns.resolver.arpa", RecordType::SVCB).message.answers.is_empty());
    let all = world.ask_for(WORK, "wikipedia.demo", RecordType::ANY).message;
    assert!(matches!(&all.answers[0].data, RData::HINFO(_)));
    assert_eq!(world.above.asked(), asked, "nobody was asked");
}

#[test]
fn an_upstream_that_dies_leaves_what_is_known_and_says_so() {
    let world = World::start("");
    world.above.knows("short.demo", Known::At(vec!["192.0.2.7"]));
    assert_eq!(world.ask(WORK, "short.demo").addresses.len(), 1);
    world.above.silence(true);
    assert_eq!(world.ask(WORK, "short.demo").addresses.len(), 1, "from memory");
    assert_eq!(world.rule(WORK, "evil.example"), "list/malware", "what is kept out stays so");
    let unknown = world.ask(WORK, "never-seen.demo");
    assert_eq!(unknown.code, ResponseCode::ServFail);
    assert!(matches!(unknown.why, Some((22 | 23 | 0, _))), "{unknown:?}");
    world.above.silence(false);
    assert!(world.guard.waits_for(|_| world.ask(WORK, "never-seen.demo").code == ResponseCode::NoError));
}

#[test]
fn a_page_says_why_and_by_the_same_rule() {
    let page = crate::process::free_port();
    let world = World::start(&format!("block_page = [\"127.0.0.1:{page}\"]\n"));
    let got = world.ask("127.0.0.9", "torproject.org");
    assert_eq!(got.addresses, ["127.0.0.1".parse::<IpAddr>().unwrap()], "{got:?}");
    assert_eq!(got.rule(), "guest/never/anonymiser");
    assert!(world.ask_for("127.0.0.9", "torproject.org", RecordType::AAAA).message.answers.is_empty());
    let read = |host: &str| {
        use std::io::{Read as _, Write as _};
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", page)).unwrap();
        write!(stream, "GET /any HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    };
    let text = read("torproject.org");
    assert!(text.starts_with("HTTP/1.1 403") && text.contains("guest/never/anonymiser"), "{text}");
    assert!(text.contains("Cette adresse a été bloquée") && text.contains("This address was blocked"), "{text}");
    let hostile = read("\"><script>alert(1)</script>");
    assert!(!hostile.contains("<script") && hostile.starts_with("HTTP/1.1 4"), "{hostile}");
}

#[test]
fn a_list_that_changes_counts_and_one_that_breaks_does_not() {
    let world = World::start("");
    assert_eq!(world.rule(WORK, "fresh.example"), "");
    // Its pace is hours; a file is looked at when it changed.
    fs::write(world.guard.path("malware.txt"), "evil.example\nphishing.example\nfresh.example\n").unwrap();
    world.guard.signal("HUP");
    assert!(world.guard.waits_for(|_| world.rule(WORK, "fresh.example") == "list/malware"), "{}", world.guard.log());
    fs::write(world.guard.path("malware.txt"), "<!doctype html><html><body>Please log in</body></html>").unwrap();
    assert!(world.guard.waits_for(|guard| guard.log().contains("refused")), "{}", world.guard.log());
    assert_eq!(world.rule(WORK, "fresh.example"), "list/malware", "its last good copy stays");
}

#[test]
fn a_policy_that_changes_counts_at_once_and_a_wrong_one_does_not() {
    let world = World::start("");
    assert_eq!(world.rule(GUEST, "web.whatsapp.com"), "");
    let stricter = POLICY.replace("never = [\"anonymiser\"]\nlists", "never = [\"private-messaging\"]\nlists");
    world.configure(&stricter, "");
    world.guard.signal("HUP");
    assert!(
        world.guard.waits_for(|_| world.rule(GUEST, "web.whatsapp.com") == "guest/never/private-messaging"),
        "from memory, too: {}",
        world.guard.log()
    );
    world.configure("[compartment.work]\nnever = [\"nonsense\"]\n", "");
    world.guard.signal("HUP");
    assert!(world.guard.waits_for(|guard| guard.metric("vauban_reloads_total{outcome=\"failed\"}") >= 1.0));
    assert_eq!(world.rule(GUEST, "web.whatsapp.com"), "guest/never/private-messaging");
}
