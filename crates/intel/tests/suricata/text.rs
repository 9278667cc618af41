//! What the rules say, without Suricata.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use vauban_model::{Marking, Test};

use crate::{rules, table};

fn sids(text: &str) -> BTreeMap<String, String> {
    let sid = |line: &str| line.split("sid:").nth(1).unwrap().split(';').next().unwrap().to_owned();
    text.lines().map(|line| (line.to_owned(), sid(line))).collect()
}

#[test]
fn each_kind_is_said_where_it_is_seen() {
    let rows = "domain-name,evil.example,,TLP:AMBER+STRICT,T1566.002\n\
                ipv4-addr,192.0.2.0/24,,clear,\nipv6-addr,2001:db8::1,,clear,\n\
                url,http://evil.example:8080/a;b?c=|d|,,clear,\n\
                ja3,e7d705a3286e19ea42f587b344ee6865,,clear,\n\
                file-hash,d41d8cd98f00b204e9800998ecf8427f,,clear,\nemail-addr,spy@evil.example,,clear,\n";
    let mut indicators = table(rows);
    indicators[0].name = "Fake; \"bank\" \\ site".to_owned();
    let exported = rules(&indicators);
    assert_eq!((exported.written, exported.inexpressible), (5, 2), "{}", exported.text);
    for expected in [
        "alert dns any any -> any any (msg:\"Vauban Fake, 'bank' / site\"; dns.query; dotprefix; content:\".evil.example\"; nocase; endswith;",
        "tls.sni; dotprefix; content:\".evil.example\"; nocase; endswith;",
        "http.host; dotprefix; content:\".evil.example\"; endswith;",
        "metadata:tlp TLP:AMBER+STRICT, indicator indicator--",
        ", mitre_technique_id T1566.002;",
        "alert ip any any <> 192.0.2.0/24 any (",
        "alert ip any any <> 2001:db8::1 any (",
        "alert http any any -> any 8080 (",
        "http.host; content:\"evil.example\"; startswith; endswith; http.uri; content:\"/a|3b|b?c=|7c|d|7c|\"; startswith; endswith;",
        "ja3.hash; content:\"e7d705a3286e19ea42f587b344ee6865\"; startswith; endswith;",
    ] {
        assert!(exported.text.contains(expected), "{expected} in {}", exported.text);
    }
    assert_eq!(exported.text.lines().count(), 7);
}

#[test]
fn numbers_stay_when_others_come_and_go() {
    let (one, both) =
        ("domain-name,evil.example,,clear,\n", "domain-name,bad.example,,clear,\ndomain-name,evil.example,,clear,\n");
    let (alone, beside) = (sids(&rules(&table(one)).text), sids(&rules(&table(both)).text));
    assert_eq!(alone.len(), 3);
    assert!(alone.iter().all(|(line, sid)| beside.get(line) == Some(sid)), "{alone:?} {beside:?}");
    let many: String = (0..20_000).map(|number| format!("domain-name,n{number}.example,,clear,\n")).collect();
    let many = sids(&rules(&table(&many)).text);
    assert_eq!(many.values().collect::<BTreeSet<_>>().len(), 60_000);
    assert!(many.values().all(|sid| sid.parse::<i32>().is_ok_and(|sid| sid >= 1_100_000_000)));
}

#[test]
fn one_value_is_one_alert() {
    let mut twice = table("domain-name,evil.example,,clear,\n");
    let mut other = twice[0].clone();
    other.id = "indicator--00000000-0000-4000-8000-000000000001".parse().unwrap();
    other.marking = Marking::Green;
    twice.push(other);
    let exported = rules(&twice);
    assert_eq!((exported.written, exported.text.lines().count()), (2, 3));
}

proptest! {
    /// No value and no name ends a rule, begins another, or leaves its quotes.
    #[test]
    fn nothing_escapes_its_place(name in "\\PC{0,120}|[\\x00-\\x7f]{0,40}", path in "[ -~]{0,60}") {
        let mut indicators = table("url,http://evil.example/a,,clear,\n");
        indicators[0].name = name;
        let value = format!("http://evil.example/{path}");
        indicators[0].tests = vec![Test::Observable(vauban_model::Observable::new(vauban_model::ObservableKind::Url, value))];
        let text = rules(&indicators).text;
        prop_assert_eq!(text.lines().count(), 1);
        let quotes = text.matches('"').count();
        prop_assert_eq!(quotes, 6, "{}", &text);
        // Outside the message the marks of the rule are its own.
        let after = text.split('"').skip(2).step_by(2).collect::<String>();
        prop_assert!(!after.contains('\\'));
        let inside: Vec<&str> = text.split('"').skip(1).step_by(2).collect();
        prop_assert!(inside.iter().all(|one| !one.contains([';', '\\'])), "{:?}", inside);
        prop_assert!(text.ends_with("; rev:1;)\n"));
    }
}
