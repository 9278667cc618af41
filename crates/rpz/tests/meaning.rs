//! What a zone means: as a zone of the DNS, as a list, and as Unbound reads it.
#![expect(clippy::unwrap_used, reason = "tests say what they expect in the shortest way")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use vauban_rpz::{Action, Covers, Entry, TextLimits, Trigger, Zone, read_text};

const ZONE: &str = "rpz.example";

fn zone_of_text(lines: &str) -> Zone {
    let text = format!("$ORIGIN {ZONE}.\n$TTL 300\n@ SOA . . 1 1 1 1 1\n{lines}");
    read_text(text.as_bytes(), None, TextLimits::default()).unwrap().zone
}

fn verdict(zone: &Zone, name: &str) -> Option<Action> {
    zone.verdict(name).map(|(_, action)| action)
}

#[test]
fn the_very_name_comes_before_the_closest_that_exists() {
    let zone = zone_of_text(
        "example CNAME .\n*.example CNAME .\nok.example CNAME rpz-passthru.\nx.y.example CNAME *.\n*.deep.x.y.example CNAME rpz-drop.\n\
         *.net CNAME rpz-tcp-only.\n32.1.2.0.192.rpz-ip CNAME .\n",
    );
    for (name, action) in [
        ("example", Some(Action::NxDomain)),
        ("EXAMPLE.", Some(Action::NxDomain)),
        ("a.example", Some(Action::NxDomain)),
        ("b.a.example", Some(Action::NxDomain)),
        ("ok.example", Some(Action::Passthru)),
        ("a.ok.example", None),
        ("y.example", None),
        ("z.y.example", None),
        ("x.y.example", Some(Action::NoData)),
        ("a.deep.x.y.example", Some(Action::Drop)),
        ("deep.x.y.example", None),
        ("net", None),
        ("a.net", Some(Action::TcpOnly)),
        ("notexample", None),
        ("example.org", None),
        ("32.1.2.0.192.rpz-ip", None),
        ("1.2.0.192.rpz-ip", None),
        ("rpz-ip", None),
        ("", None),
        (".", None),
        ("a..b", None),
    ] {
        assert_eq!(verdict(&zone, name), action, "{name}");
    }
}

#[test]
fn addresses_are_decided_on_by_the_longest_prefix() {
    let zone = zone_of_text(
        "8.0.0.0.10.rpz-ip CNAME .\n16.0.0.1.10.rpz-ip CNAME rpz-passthru.\n32.3.2.1.10.rpz-ip A 192.0.2.1\n\
         48.zz.bad.db8.2001.rpz-ip CNAME *.\n33.1.1.1.1.rpz-ip CNAME .\n32.1.1.1.1.rpz-client-ip CNAME .\nns.evil.rpz-nsdname CNAME .\n",
    );
    let addresses = zone.addresses();
    let verdict = |address: &str| {
        addresses.verdict(address.parse().unwrap()).map(|(net, action)| (net.to_string(), action.clone()))
    };
    assert_eq!(verdict("10.9.9.9"), Some(("10.0.0.0/8".to_owned(), Action::NxDomain)));
    assert_eq!(verdict("10.1.9.9"), Some(("10.1.0.0/16".to_owned(), Action::Passthru)));
    assert!(matches!(verdict("10.1.2.3"), Some((net, Action::LocalData(_))) if net == "10.1.2.3/32"));
    assert_eq!(verdict("2001:db8:bad:7::1").unwrap().1, Action::NoData);
    assert_eq!((verdict("11.0.0.1"), verdict("2001:db8:bae::1"), verdict("1.1.1.1")), (None, None, None));
    let all = addresses.verdict_of_all(["10.9.9.9", "10.1.9.9", "9.9.9.9"].map(|address| address.parse().unwrap()));
    assert_eq!(all.unwrap().1, &Action::Passthru);
    let mut entries = zone.entries();
    let others = entries.by_ref().filter(|entry| matches!(entry.trigger, Trigger::Other(_))).count();
    assert_eq!((others, entries.unread(), addresses.len()), (2, 1, 4));
}

#[test]
fn what_the_first_policy_zones_wrote_is_understood() {
    let zone = zone_of_text("old.example CNAME old.example.\nother.example CNAME old.example.\n");
    assert_eq!(verdict(&zone, "old.example"), Some(Action::Passthru));
    assert!(
        matches!(verdict(&zone, "other.example"), Some(Action::LocalData(data)) if data[0].to_string() == "CNAME old.example.")
    );
}

/// Names of one to four labels out of three.
fn any_name() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(vec!["a", "b", "!"]), 1..5).prop_map(|labels| labels.join("."))
}

fn any_entries() -> impl Strategy<Value = BTreeMap<(String, bool), Action>> {
    let action = proptest::sample::select(vec![Action::NxDomain, Action::NoData, Action::Passthru, Action::Drop]);
    proptest::collection::btree_map((any_name(), any::<bool>()), action, 0..9)
}

fn entry((name, below): &(String, bool), action: &Action) -> Entry {
    Entry::name(&if *below { format!("*.{name}") } else { name.clone() }, action.clone())
}

/// What a list means: the very name, else the closest name above that covers what is below it.
fn of_list(entries: &BTreeMap<(String, bool), Action>, name: &str) -> Option<Action> {
    let exact = entries.get(&(name.to_owned(), false));
    let mut above = name;
    let below = std::iter::from_fn(|| {
        above = above.split_once('.')?.1;
        Some(above)
    });
    let mut below = below.filter_map(|above| entries.get(&(above.to_owned(), true)));
    exact.or_else(|| below.next()).cloned()
}

/// What a zone means to Unbound 1.17: it looks at the name before, and takes what both are below as the closest name that exists.
fn of_unbound(zone: &Zone, name: &str) -> Option<Action> {
    let reversed = |name: &str| name.split('.').rev().map(str::to_owned).collect::<Vec<_>>();
    let mut owners: BTreeMap<Vec<String>, Action> = BTreeMap::from([(Vec::new(), Action::Passthru)]);
    for Entry { trigger, action } in zone.entries() {
        let Trigger::Name { text, covers } = trigger else { continue };
        let mut owner = reversed(&text);
        if covers == Covers::Below {
            owner.push("*".to_owned());
        }
        owners.insert(owner, action);
    }
    let asked = reversed(name);
    let (before, action) = owners.range(..=asked.clone()).next_back()?;
    if *before == asked {
        return Some(action.clone());
    }
    let common = before.iter().zip(&asked).take_while(|(one, other)| one == other).count();
    owners.get(&[&asked[..common], &["*".to_owned()]].concat()).cloned()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_zone_that_we_make_means_what_the_list_means(entries in any_entries(), names in proptest::collection::vec(any_name(), 20)) {
        let built = Zone::build(&ZONE.parse().unwrap(), 1, entries.iter().map(|(key, action)| entry(key, action)));
        prop_assert_eq!(built.refused, 0);
        prop_assert_eq!(built.zone.gaps().next(), None);
        for name in &names {
            let expected = of_list(&entries, name);
            prop_assert_eq!(verdict(&built.zone, name), expected.clone(), "{} as a zone", name);
            // No host has a label in front of `*`; Unbound would miss it.
            if !name.contains('!') {
                prop_assert_eq!(of_unbound(&built.zone, name), expected, "{} as Unbound reads it", name);
            }
        }
    }

    #[test]
    fn a_list_of_a_zone_and_its_gaps_means_what_the_zone_means(
        entries in any_entries(),
        names in proptest::collection::vec(any_name(), 20),
    ) {
        let lines: String = entries
            .keys()
            .map(|(name, below)| format!("{}{} CNAME .\n", if *below { "*." } else { "" }, name))
            .collect();
        let zone = zone_of_text(&lines);
        let mut list: BTreeMap<(String, bool), Option<()>> = entries.keys().map(|key| (key.clone(), Some(()))).collect();
        for gap in zone.gaps() {
            let Trigger::Name { text, covers } = gap else { panic!("{gap:?}") };
            prop_assert!(list.insert((text, covers == Covers::Below), None).is_none(), "what is said is no gap");
        }
        for name in &names {
            let exact = list.get(&(name.clone(), false));
            let mut above = name.as_str();
            let mut below = std::iter::from_fn(|| {
                above = above.split_once('.')?.1;
                Some(list.get(&(above.to_owned(), true)))
            });
            let of_list = exact.copied().or_else(|| below.by_ref().flatten().next().copied()).flatten();
            prop_assert_eq!(of_list.is_some(), zone.verdict(name).is_some(), "{}", name);
        }
    }
}
