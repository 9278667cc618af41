//! The decision against an oracle that was written apart from it, and sentences of a policy that people can read.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

use std::net::IpAddr;

use jiff::Timestamp;
use proptest::prelude::*;
use vauban_policy::{Known, Met, Object, Policy, Rules, Subject, Verdict};

const POLICY: &str = include_str!("three-compartments.toml");

fn rules() -> Rules {
    Rules::new(toml::from_str::<Policy>(POLICY).unwrap()).unwrap()
}

fn at(day: &str) -> Timestamp {
    format!("{day}T12:00:00Z").parse().unwrap()
}

fn decide(device: &str, to: &str, day: &str) -> (Verdict, String) {
    let subject = Subject { device: Some(device), ..Subject::default() };
    let decision = rules().decide(subject, Object::Name(to), Known::default(), at(day));
    assert!(decision.reason.fr.ends_with('.') && decision.reason.en.ends_with('.'), "{decision:?}");
    (decision.verdict, decision.rule)
}

#[test]
fn a_policy_of_three_compartments_fits_in_forty_lines_and_means_what_it_says() {
    let lines = POLICY.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    assert!(lines.count() <= 40);
    let (work, phone) = ("laptop-alice", "phone-alice");
    let day = "2026-11-26";
    for (device, to, verdict, rule) in [
        (work, "web.whatsapp.com", Verdict::Block, "work/never/private-messaging"),
        (work, "WEB.WhatsApp.com.", Verdict::Block, "work/never/private-messaging"),
        (work, "notwhatsapp.com", Verdict::Allow, "work/default"),
        (work, "mail.google.com", Verdict::Block, "work/never/personal-mail"),
        (work, "www.google.com", Verdict::Allow, "work/default"),
        (work, "1.1.1.1", Verdict::Block, "work/never/encrypted-dns"),
        (work, "::ffff:1.1.1.1", Verdict::Block, "work/never/encrypted-dns"),
        (work, "signal.org", Verdict::Allow, "work/default"),
        (phone, "web.whatsapp.com", Verdict::Allow, "private/default"),
        ("laptop-hugo", "web.whatsapp.com", Verdict::Allow, "exception/1"),
        (work, "resolver.campagne.example", Verdict::Allow, "always/1"),
    ] {
        assert_eq!(decide(device, to, day), (verdict, rule.to_owned()), "{device} to {to}");
    }
    assert_eq!(decide("laptop-hugo", "web.whatsapp.com", "2026-12-31").1, "exception/1", "its last day counts");
    assert_eq!(decide("laptop-hugo", "web.whatsapp.com", "2027-01-01").1, "work/never/private-messaging");
}

#[test]
fn who_is_where_is_told_by_device_then_network_then_person() {
    let rules = rules();
    let of = |person: Option<&str>, device: Option<&str>, address: Option<&str>| {
        let address = address.map(|text| text.parse::<IpAddr>().unwrap());
        rules.compartment_of(Subject { person, device, address }).map(str::to_owned)
    };
    assert_eq!(of(None, Some("laptop-alice"), Some("10.40.0.9")).as_deref(), Some("work"));
    assert_eq!(of(None, None, Some("10.20.0.77")).as_deref(), Some("work"));
    assert_eq!(
        of(None, None, Some("::ffff:10.20.0.77")),
        Some("guest".to_owned()),
        "mapped addresses are the caller's to undo"
    );
    assert_eq!(of(Some("hugo"), None, Some("203.0.113.9")).as_deref(), Some("guest"));
    assert_eq!(of(None, None, None).as_deref(), Some("guest"));
}

#[test]
fn what_is_known_to_be_bad_is_blocked_and_a_secret_stays_one() {
    let rules = rules();
    let hugo = Subject { device: Some("laptop-hugo"), ..Subject::default() };
    let asked = |id, is_secret| {
        rules.decide(hugo, Object::Name("web.whatsapp.com"), Known::met(Some(Met { id, is_secret })), at("2026-11-26"))
    };
    let open = asked("indicator--1", false);
    assert_eq!((open.verdict, open.rule.as_str()), (Verdict::Block, "indicator/indicator--1"));
    assert!(
        open.passed_over.iter().any(|passed| passed.rule == "exception/1" && passed.why.en.contains("known to be bad"))
    );
    let secret = asked("indicator--1", true);
    assert_eq!(secret, rules.decide(hugo, Object::Name("web.whatsapp.com"), Known::default(), at("2026-11-26")));
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let text = r#"
        policy = { otherwise = "gest", always = ["my router"] }
        compartment = { work = { networks = ["10.8.1.0/24", "here"], never = ["anonymizer", "tool:telgram"], keep_days = 999 }, home = { networks = ["10.8.1.0/24"] } }
        device = { a = { person = "nobody", wireguard = "k" }, b = { wireguard = "k" } }
        exception = [{ who = ["group:x"], to = ["ok.example"], owner = "", reason = "r", until = "2026-12-31" }]
        expect = [{ to = "a.example", verdict = "maybe" }]
    "#;
    let problems = Rules::new(toml::from_str::<Policy>(text).unwrap()).unwrap_err();
    let told: Vec<String> = problems.iter().map(|problem| format!("{} {}", problem.key, problem.word)).collect();
    for wrong in [
        "policy.otherwise gest",
        "policy.always my router",
        "compartment.work.networks here",
        "compartment.work.never anonymizer",
        "compartment.work.never tool:telgram",
        "compartment.work.keep_days 999",
        "compartment.work.networks 10.8.1.0/24",
        "device.a.person nobody",
        "device.b k",
        "exception.1.who group:x",
        "exception.1.owner ",
        "expect.1.verdict maybe",
    ] {
        assert!(told.contains(&wrong.to_owned()), "{wrong}: {told:?}");
    }
    assert_eq!(problems.len(), 12, "{told:?}");
}

/// The oracle: the sentences of the file, written as conditions by hand.
fn oracle(person: &str, compartment: &str, name: &str, day: u32, known: bool) -> Verdict {
    let under = |above: &str| name == above || name.ends_with(&format!(".{above}"));
    let messaging = ["whatsapp.com", "whatsapp.net", "wa.me", "telegram.org", "t.me", "discord.com"];
    let mail = ["mail.google.com", "gmail.com", "outlook.live.com", "live.com", "laposte.net"];
    let secret_dns = ["dns.google", "cloudflare-dns.com", "dns.quad9.net"];
    let anonymisers = ["torproject.org", "nordvpn.com", "mullvad.net"];
    if under("resolver.campagne.example") {
        return Verdict::Allow;
    }
    if known {
        return Verdict::Block;
    }
    if person == "hugo" && day <= 31 && ["whatsapp.com", "whatsapp.net", "wa.me"].iter().any(|name| under(name)) {
        return Verdict::Allow;
    }
    // dns.mullvad.net is the resolver's name, and mullvad.net the anonymiser's: the longest speaks.
    let resolver = under("dns.mullvad.net") || under("doh.mullvad.net");
    let kept_out = match compartment {
        "work" => {
            messaging.iter().chain(&mail).chain(&secret_dns).chain(&anonymisers).any(|name| under(name)) || resolver
        }
        "guest" => anonymisers.iter().any(|name| under(name)) && !resolver,
        _ => false,
    };
    if kept_out { Verdict::Block } else { Verdict::Allow }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12_000))]
    #[test]
    fn no_plane_could_disagree_with_the_sentences(
        who in prop::sample::select(vec![("alice", "laptop-alice", "work"), ("hugo", "laptop-hugo", "work"), ("alice", "phone-alice", "private"), ("", "", "guest")]),
        base in prop::sample::select(vec![
            "whatsapp.com", "whatsapp.net", "wa.me", "telegram.org", "t.me", "discord.com", "mail.google.com", "gmail.com", "outlook.live.com",
            "laposte.net", "dns.google", "cloudflare-dns.com", "dns.quad9.net", "torproject.org", "nordvpn.com", "mullvad.net", "dns.mullvad.net",
            "resolver.campagne.example", "campagne.example", "google.com", "wikipedia.org", "signal.org", "example",
        ]),
        before in prop::sample::select(vec!["", "www.", "a.b.c.", "not", "x-"]),
        after in prop::sample::select(vec!["", ".", ".evil.example", "x"]),
        day in 1_u32..60,
        known in any::<bool>(),
        capitals in any::<bool>(),
    ) {
        let (person, device, compartment) = who;
        let name = format!("{before}{base}{after}");
        let asked = if capitals { name.to_uppercase() } else { name.clone() };
        let subject = Subject { person: Some(person), device: Some(device), address: None };
        let now = at("2026-12-01") + jiff::SignedDuration::from_hours(24 * i64::from(day - 1));
        let met = known.then_some(Met { id: "indicator--1", is_secret: false });
        let decision = rules_once().decide(subject, Object::Name(&asked), Known::met(met), now);
        prop_assert_eq!(decision.verdict, oracle(person, compartment, name.trim_end_matches('.'), day, known), "{:?}", decision);
    }
}

fn rules_once() -> &'static Rules {
    static RULES: std::sync::OnceLock<Rules> = std::sync::OnceLock::new();
    RULES.get_or_init(rules)
}

#[test]
fn a_rule_that_was_written_down_gives_the_reason_that_it_gave() {
    let rules = rules();
    let policy = rules.policy();
    let at = at("2026-11-26");
    let devices = policy.device.keys().map(|name| Some(name.as_str())).chain([None]);
    let mut seen = std::collections::BTreeSet::new();
    for device in devices {
        for to in ["web.whatsapp.com", "gmail.com", "torproject.org", "wikipedia.org", "resolver.campagne.example"] {
            let subject = Subject { device, ..Subject::default() };
            let decision = rules.decide(subject, Object::Name(to), Known::default(), at);
            assert_eq!(rules.reason_of(&decision.rule), Some(decision.reason), "{}", decision.rule);
            seen.insert(decision.rule);
        }
    }
    assert!(seen.len() >= 4, "{seen:?}");
    for id in ["list/malware", "indicator/x", "nobody"] {
        assert!(rules.reason_of(id).is_some(), "{id}");
    }
    for id in
        ["", "always/0", "always/99", "exception/0", "exception/x", "exception/99", "list/a/b", "work", "work/ever/x"]
    {
        assert_eq!(rules.reason_of(id), None, "{id:?}");
    }
}

#[test]
fn an_exception_is_checked_as_one_of_the_policy_would_be() {
    let rules = rules();
    let policy = rules.policy();
    let good = policy.exception[0].clone();
    assert_eq!(policy.problems_with(&good), []);
    let wrong = vauban_policy::Exception { who: vec!["device:nobodys".to_owned()], reason: " ".to_owned(), ..good };
    let found: Vec<String> = policy.problems_with(&wrong).into_iter().map(|problem| problem.key).collect();
    let number = policy.exception.len() + 1;
    assert_eq!(found, [format!("exception.{number}.who"), format!("exception.{number}.reason")]);
    assert_eq!(rules.tools_called("Web.WhatsApp.com."), ["whatsapp"]);
    assert_eq!(rules.tools_called("notwhatsapp.com"), [""; 0]);
}
