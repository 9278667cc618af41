//! The set against an oracle that was written apart from it: every list in every format, names around every boundary.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

use std::{collections::BTreeMap, net::IpAddr};

use ipnet::IpNet;
use proptest::prelude::*;
use vauban_lists::{Action, Builder, Gate, Limits, NameSet, Scope};
use vauban_matching::set::SetBytes;

/// One thing that a list says.
#[derive(Debug, Clone)]
struct Said {
    name: String,
    scope: Scope,
    action: Action,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    Hosts,
    Plain,
    Adblock,
    Dnsmasq,
    Unbound,
    Rpz,
}

const WAYS: [Way; 6] = [Way::Hosts, Way::Plain, Way::Adblock, Way::Dnsmasq, Way::Unbound, Way::Rpz];

/// A line of a list in its format; nothing when the format cannot say it.
fn line(way: Way, said: &Said) -> Option<String> {
    let Said { name, scope, action } = said;
    Some(match (way, scope, action) {
        (Way::Hosts, Scope::Exact, Action::Block) => format!("0.0.0.0 {name} # why"),
        (Way::Plain, Scope::Both, Action::Block) => name.to_uppercase(),
        (Way::Plain, Scope::Below, Action::Block) => format!("*.{name}."),
        (Way::Adblock, Scope::Both, Action::Block) => format!("||{name}^"),
        (Way::Adblock, Scope::Both, Action::Pass) => format!("@@||{name}^"),
        (Way::Adblock, Scope::Exact, Action::Block) => format!("|{name}^"),
        (Way::Adblock, Scope::Below, Action::Pass) => format!("@@||*.{name}^"),
        (Way::Dnsmasq, Scope::Both, Action::Block) => format!("address=/{name}/"),
        (Way::Dnsmasq, Scope::Both, Action::Pass) => format!("server=/{name}/#"),
        (Way::Unbound, Scope::Both, Action::Block) => format!("local-zone: \"{name}.\" always_nxdomain"),
        (Way::Unbound, Scope::Both, Action::Pass) => format!("local-zone: \"{name}\" always_transparent"),
        (Way::Rpz, Scope::Exact, Action::Block) => format!("{name} CNAME ."),
        (Way::Rpz, Scope::Below, Action::Block) => format!("*.{name} 300 IN CNAME *."),
        (Way::Rpz, Scope::Exact, Action::Pass) => format!("{name} IN CNAME rpz-passthru."),
        (Way::Rpz, Scope::Below, Action::Pass) => format!("*.{name} CNAME RPZ-PASSTHRU."),
        _ => return None,
    })
}

/// What an adversary plays with: labels that end or begin like each other.
fn name() -> impl Strategy<Value = String> {
    let label = prop_oneof![Just("evil"), Just("notevil"), Just("evil-com"), Just("com"), Just("a"), Just("x-a")];
    proptest::collection::vec(label, 1..5).prop_map(|labels| format!("{}.example", labels.join(".")))
}

fn said() -> impl Strategy<Value = Said> {
    let scope = prop_oneof![Just(Scope::Exact), Just(Scope::Below), Just(Scope::Both)];
    let action = prop_oneof![3 => Just(Action::Block), 1 => Just(Action::Pass)];
    (name(), scope, action).prop_map(|(name, scope, action)| Said { name, scope, action })
}

fn covers(said: &Said, asked: &str) -> bool {
    let below = asked.strip_suffix(&said.name).is_some_and(|rest| rest.ends_with('.'));
    match said.scope {
        Scope::Exact => asked == said.name,
        Scope::Below => below,
        Scope::Both => below || asked == said.name,
    }
}

/// What one list says of a name: all that covers it, in a map from the length of the name that stands in the list.
fn oracle(way: Way, list: &[Said], asked: &str) -> Option<(Action, usize)> {
    let mut by_length: BTreeMap<usize, Vec<Action>> = BTreeMap::new();
    for said in list.iter().filter(|said| covers(said, asked)) {
        by_length.entry(said.name.len()).or_default().push(said.action);
    }
    if way == Way::Adblock
        && let Some((length, _)) = by_length.iter().rev().find(|(_, actions)| actions.contains(&Action::Pass))
    {
        return Some((Action::Pass, *length));
    }
    let (length, actions) = by_length.last_key_value()?;
    Some((if actions.contains(&Action::Pass) { Action::Pass } else { Action::Block }, *length))
}

fn compiled(lists: &[(Way, String)]) -> NameSet {
    NameSet::open(SetBytes::Owned(bytes(lists))).unwrap()
}

fn bytes(lists: &[(Way, String)]) -> Vec<u8> {
    let mut builder = Builder::new([9; 32]);
    for (number, (way, text)) in lists.iter().enumerate() {
        let report = builder.add(&format!("list-{number}"), text.as_bytes(), &gate(), Limits::default()).unwrap();
        assert_eq!(report.bad.count + report.unsupported.count + report.set_aside.count, 0, "{way:?} {report:?}");
    }
    let mut bytes = Vec::new();
    builder.write(&mut bytes).unwrap();
    bytes
}

fn gate() -> Gate {
    Gate::new(&[], &[], &[])
}

/// A list for each way, of what each can say, with one line that none of the names that are asked for is below.
fn lists(all: &[Said]) -> Vec<(Way, Vec<Said>, String)> {
    let filler = |scope| Said { name: "filler.test".into(), scope, action: Action::Block };
    WAYS.into_iter()
        .map(|way| {
            let fillers = [filler(Scope::Both), filler(Scope::Exact)];
            let kept: Vec<Said> = fillers.iter().chain(all).filter(|said| line(way, said).is_some()).cloned().collect();
            let text =
                kept.iter().filter_map(|said| line(way, said)).fold(String::new(), |text, line| text + &line + "\r\n");
            (way, kept, text)
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// 1,000 sets of six lists, twelve names each: 72,000 answers.
    #[test]
    fn the_set_answers_like_the_oracle(
        all in proptest::collection::vec(said(), 0..24),
        asked in proptest::collection::vec(name(), 12),
    ) {
        let lists = lists(&all);
        let set = compiled(&lists.iter().map(|(way, _, text)| (*way, text.clone())).collect::<Vec<_>>());
        for asked in asked {
            let found = set.find(&asked);
            for (number, (way, list, _)) in lists.iter().enumerate() {
                let wanted = oracle(*way, list, &asked);
                let bit = |mask: u64| mask >> number & 1 == 1;
                let got = match (bit(found.blocked), bit(found.passed)) {
                    (true, false) => Some(Action::Block),
                    (false, true) => Some(Action::Pass),
                    (false, false) => None,
                    (true, true) => return Err(TestCaseError::fail("a list cannot do both")),
                };
                prop_assert_eq!(got, wanted.map(|(action, _)| action), "{:?} of {}", way, asked);
                let entry = set.entry_for(number, &asked);
                let explained = entry.as_ref().map(|entry| (entry.action, entry.name.len()));
                prop_assert_eq!(explained, wanted, "{:?} of {}", way, asked);
                if let Some(entry) = entry {
                    prop_assert_eq!(entry.is_itself, entry.name == asked);
                    prop_assert!(asked.ends_with(&entry.name));
                }
            }
        }
    }

    #[test]
    fn addresses_answer_like_the_oracle(
        networks in proptest::collection::vec((0_u8..4, 16_u8..=32, any::<bool>(), any::<bool>()), 0..12),
        asked in proptest::collection::vec((0_u8..4, any::<bool>()), 8),
    ) {
        // A handful of addresses, so that networks lie within each other.
        let address = |last: u8, six: bool| -> IpAddr {
            if six { format!("2001:db8::{last}").parse().unwrap() } else { format!("203.0.113.{last}").parse().unwrap() }
        };
        let mut text = "filler.test CNAME .\n".to_owned();
        let mut all: Vec<(IpNet, Action)> = Vec::new();
        for (last, length, six, pass) in networks {
            let network = IpNet::new(address(last, six), if six { length * 4 } else { length }).unwrap().trunc();
            let action = if pass { Action::Pass } else { Action::Block };
            text += &format!("{} CNAME {}\n", owner(network), if pass { "rpz-passthru." } else { "." });
            all.push((network, action));
        }
        let set = compiled(&[(Way::Rpz, text)]);
        for (last, six) in asked {
            let asked = address(last, six);
            let covering = all.iter().filter(|(network, _)| network.contains(&asked));
            let longest = covering.clone().map(|(network, _)| network.prefix_len()).max();
            let speaking: Vec<Action> = covering.filter(|(network, _)| Some(network.prefix_len()) == longest).map(|(_, action)| *action).collect();
            let wanted = speaking.iter().find(|action| **action == Action::Pass).or(speaking.first()).copied();
            let found = set.find_address(asked);
            prop_assert_eq!(found.first_of(1).map(|(_, action)| action), wanted);
            let entry = set.entry_for_address(0, asked);
            prop_assert_eq!(entry.as_ref().map(|entry| entry.action), wanted);
            prop_assert_eq!(entry.map(|entry| entry.name.parse::<IpNet>().unwrap().prefix_len()), longest);
        }
    }
}

/// `192.0.2.0/24` is `24.0.2.0.192.rpz-ip`.
fn owner(network: IpNet) -> String {
    let labels: Vec<String> = match network.addr() {
        IpAddr::V4(four) => four.octets().iter().rev().map(u8::to_string).collect(),
        IpAddr::V6(six) => six.segments().iter().rev().map(|segment| format!("{segment:x}")).collect(),
    };
    format!("{}.{}.rpz-ip", network.prefix_len(), labels.join("."))
}

#[test]
fn boundaries_hold_where_attackers_look() {
    let set = compiled(&[
        (Way::Plain, "evil.com\n*.below.test\nmünchen.example\n".into()),
        (Way::Hosts, "0.0.0.0 exact.test\n".into()),
    ]);
    for (asked, wanted) in [
        ("evil.com", 1),
        ("login.evil.com", 1),
        ("a.b.c.d.e.f.evil.com", 1),
        ("notevil.com", 0),
        ("evil.com.example", 0),
        ("evil.co", 0),
        ("vil.com", 0),
        ("com", 0),
        ("", 0),
        (".", 0),
        ("evil.com.", 0),
        ("below.test", 0),
        ("x.below.test", 1),
        ("notbelow.test", 0),
        ("xn--mnchen-3ya.example", 1),
        ("exact.test", 2),
        ("www.exact.test", 0),
    ] {
        assert_eq!(set.find(asked).blocked, wanted, "{asked}");
    }
    let long = format!("{}evil.com", "a.".repeat(122));
    assert_eq!((long.len(), set.find(&long).blocked), (252, 1));
    assert!(set.find(&format!("aa{long}")).is_empty(), "no name is that long");
    assert_eq!(set.lists(), ["list-0", "list-1"]);
    assert_eq!(set.entry_for(64, "evil.com"), None);
    assert_eq!(set.find_address("192.0.2.1".parse().unwrap()).first_of(u64::MAX), None);
}

#[test]
fn the_first_list_that_says_anything_speaks() {
    let set = compiled(&[
        (Way::Adblock, "||evil.example^\n@@||good.evil.example^\n".into()),
        (Way::Plain, "good.evil.example\nbad.example\n".into()),
    ]);
    let first = |name: &str, lists: u64| set.find(name).first_of(lists);
    assert_eq!(first("good.evil.example", 0b11), Some((0, Action::Pass)));
    assert_eq!(first("good.evil.example", 0b10), Some((1, Action::Block)), "whoever does not obey the first list");
    assert_eq!(first("bad.example", 0b11), Some((1, Action::Block)));
    assert_eq!(first("fine.example", 0b11), None);
}

#[test]
fn the_same_lists_give_the_same_bytes() {
    let text: String = (0..5_000).rev().map(|number| format!("name-{}.example\n", number % 4_000)).collect();
    let lists = [(Way::Plain, text), (Way::Hosts, "0.0.0.0 name-7.example\n".into())];
    assert_eq!(bytes(&lists), bytes(&lists));
    assert_eq!(compiled(&lists).entries(), 4_000);
}

/// The checksum again, over what was changed: the most that damage can hope for.
fn signed_again(mut bytes: Vec<u8>) -> Vec<u8> {
    if let Some(end) = bytes.len().checked_sub(8) {
        let checksum = twox_hash::XxHash3_64::oneshot(&bytes[..end]);
        bytes[end..].copy_from_slice(&checksum.to_le_bytes());
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn damage_is_told_and_never_panics(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
        in_header in any::<bool>(),
    ) {
        let good = bytes(&[(Way::Plain, "evil.example\nbad.example\n*.below.example\n".into()), (Way::Rpz, "24.0.113.0.203.rpz-ip CNAME .\n".into())]);
        let mut bytes = good.clone();
        for (at, byte) in changes {
            let within = if in_header { 160.min(bytes.len()) } else { bytes.len() };
            bytes[at.index(within)] = byte;
        }
        if is_cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let opened = NameSet::open(SetBytes::Owned(bytes.clone()));
        prop_assert_eq!(opened.is_ok(), bytes == good);
        // Somebody who can write the checksum as well may get wrong answers, never a crash.
        if let Ok(set) = NameSet::open(SetBytes::Owned(signed_again(bytes))) {
            for name in ["evil.example", "a.below.example", "fine.example", "bad.example"] {
                let _ = set.find(name);
                let _ = set.entry_for(0, name);
            }
            let _ = set.find_address("203.0.113.9".parse().unwrap());
        }
    }

    #[test]
    fn no_bytes_are_a_set_by_chance(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(NameSet::open(SetBytes::Owned(signed_again(bytes))).is_err());
    }
}

#[test]
fn a_set_of_nothing_and_of_very_little_opens() {
    for count in 0..40 {
        let text: String = (0..count).map(|number| format!("n{number}.example\n")).collect();
        let mut builder = Builder::new([count; 32]);
        if count == 0 {
            builder.add_nothing("none");
        } else {
            builder.add("few", text.as_bytes(), &gate(), Limits::default()).unwrap();
        }
        let mut bytes = Vec::new();
        let built = builder.write(&mut bytes).unwrap();
        assert_eq!((built.entries, built.bytes), (u32::from(count), bytes.len() as u64));
        let set = NameSet::open(SetBytes::Owned(bytes)).unwrap();
        for number in 0..count {
            assert_eq!(set.find(&format!("n{number}.example")).blocked, 1, "{number} of {count}");
        }
        assert!(set.find("other.example").is_empty());
    }
}

#[test]
fn a_million_times_the_same_name_is_one_entry() {
    let mut builder = Builder::new([0; 32]);
    builder.add("double", "evil.example\n".repeat(1_000_000).as_bytes(), &gate(), Limits::default()).unwrap();
    let mut bytes = Vec::new();
    assert_eq!(builder.write(&mut bytes).unwrap().entries, 1);
}

#[test]
fn sixty_four_lists_fit_and_no_more() {
    let mut builder = Builder::new([0; 32]);
    for number in 0..64 {
        builder
            .add(
                &number.to_string(),
                format!("evil.example\nl{number}.example\n").as_bytes(),
                &gate(),
                Limits::default(),
            )
            .unwrap();
    }
    assert!(builder.add("too many", b"evil.example\n", &gate(), Limits::default()).is_err());
    let mut bytes = Vec::new();
    builder.write(&mut bytes).unwrap();
    let set = NameSet::open(SetBytes::Owned(bytes)).unwrap();
    assert_eq!(set.find("evil.example").blocked, u64::MAX);
    assert_eq!(set.find("l63.example").blocked, 1 << 63);
    assert_eq!(set.entry_for(63, "a.l63.example").unwrap().name, "l63.example");
}
