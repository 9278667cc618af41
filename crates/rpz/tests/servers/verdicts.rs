//! The verdicts of Unbound and BIND with our zone, against ours: on thousands of names, and at every boundary.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, SocketAddr},
    sync::Arc,
    thread,
    time::Duration,
};

use vauban_rpz::{Action, Addresses, Zone};

use crate::{
    outgoing::{Ours, fresh},
    process::{Server, can_run, free_address},
    programs::{bind_resolver, knot_resolver, unbound_resolver},
    questions::{Asked, ask},
    sample::{NAMES, Numbers, ZONE, name, text, zone, zone_with},
    stub::{ELSEWHERE, Stub, world},
};

/// How many names of the sample are asked for with what is around them.
const SAMPLED: u64 = 1000;

/// Names of the zone with what is above, below and beside them, names that only look like them, and addresses.
fn names() -> Vec<String> {
    let mut numbers = Numbers(42);
    let mut names = BTreeSet::new();
    for turn in 0..SAMPLED {
        // Each of the twenty kinds as often.
        let number = (numbers.below(u64::from(NAMES) / 20) * 20 + turn % 20) as u32;
        let name = name(number);
        let (_, parent) = name.split_once('.').unwrap();
        names.extend([name.clone(), parent.to_owned(), format!("a.{name}"), format!("b.a.{name}")]);
        names.extend([format!("not{name}"), format!("sibling-{turn}.{parent}"), format!("{name}.example")]);
        names.extend([format!("ok.{name}"), format!("a.ok.{name}"), format!("y.{name}"), format!("x.y.{name}")]);
        names.insert(format!("z.y.{name}"));
        names.insert(format!("z.x.y.{name}"));
        names.insert(format!("ip-10-0-0-{}.{name}", turn % 256));
        names.insert(format!("to--{}.alias.example", name.replace('.', "--")));
    }
    // Who gets no answer is waited for, so there are few.
    for number in [18, 2018, 38, 2038] {
        let name = name(number);
        names.extend([format!("a.{name}"), format!("not{name}"), name]);
    }
    for turn in 0..300 {
        let [a, b, c, d] = (numbers.next() as u32).to_be_bytes();
        names.insert(format!("ip-10-{}-{}-{}.example", a % 3, b % 4, c % 6));
        names.insert(format!("ip-172-{}-{}-{d}.example", 15 + turn % 3, turn % 256));
    }
    names.into_iter().collect()
}

/// What we say of a name, and of what the world says of it.
fn ours(zone: &Zone, addresses: &Addresses, name: &str) -> Asked {
    let mut aliases = Vec::new();
    let mut name = name.to_owned();
    // Each name of a chain of aliases is decided on.
    loop {
        if let Some((_, action)) = zone.verdict(&name) {
            return shown(&action, aliases, &name);
        }
        let (address, alias) = world(&name);
        match alias {
            Some(alias) => {
                aliases.push(alias.clone());
                name = alias;
            }
            None => {
                let action = addresses.verdict(IpAddr::V4(address)).map_or(&Action::Passthru, |(_, action)| action);
                return shown(action, aliases, &name);
            }
        }
    }
}

/// What a resolver answers that does so.
fn shown(action: &Action, mut aliases: Vec<String>, name: &str) -> Asked {
    match action {
        Action::NxDomain => Asked::NxDomain,
        Action::NoData => Asked::Answer(aliases, Vec::new()),
        Action::Passthru => Asked::Answer(aliases, vec![world(name).0.into()]),
        Action::Drop => Asked::Nothing,
        Action::TcpOnly => Asked::Truncated,
        Action::LocalData(data) => {
            if let Some(alias) = data.iter().find(|datum| datum.rtype() == 5) {
                let alias = alias.to_string().trim_start_matches("CNAME ").trim_end_matches('.').to_owned();
                let address = world(&alias).0.into();
                aliases.push(alias);
                return Asked::Answer(aliases, vec![address]);
            }
            let v4 = data.iter().filter_map(vauban_rpz::Datum::as_address).filter(IpAddr::is_ipv4);
            let mut addresses: Vec<_> = v4.collect();
            addresses.sort_unstable();
            Asked::Answer(aliases, addresses)
        }
    }
}

/// Where a resolver says otherwise: how, how often, and the first name.
fn disagreements(server: &Server, zone: &Zone) -> BTreeMap<String, (usize, String)> {
    disagreements_on(server, zone, names())
}

fn disagreements_on(server: &Server, zone: &Zone, names: Vec<String>) -> BTreeMap<String, (usize, String)> {
    let addresses = zone.addresses();
    let answers = ask(server.address, &names);
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    let mut disagreements = BTreeMap::new();
    for (name, theirs) in names.iter().zip(&answers) {
        let ours = ours(zone, &addresses, name);
        *kinds.entry(kind(&ours)).or_default() += 1;
        if ours != *theirs {
            let how = format!("ours {}, theirs {}", kind(&ours), kind(theirs));
            disagreements.entry(how).or_insert((0, format!("{name}: {ours:?} {theirs:?}"))).0 += 1;
        }
    }
    println!("{} names, by verdict {kinds:?}; disagreements {disagreements:#?}", names.len());
    assert!(names.len() >= 5000 && kinds.len() >= 6, "the names try everything");
    disagreements
}

fn kind(asked: &Asked) -> &'static str {
    match asked {
        Asked::NxDomain => "no such name",
        Asked::Answer(aliases, addresses) => {
            let is_data = addresses.iter().any(|address| address.to_string().starts_with("192.0.2."));
            match (aliases.last().map(String::as_str), addresses.is_empty(), is_data) {
                (Some("block.campagne.example"), ..) => "data (alias)",
                (_, _, true) => "data",
                (None, true, _) => "nothing",
                (Some(_), true, _) => "nothing (behind an alias)",
                (None, false, _) => "passes",
                (Some(_), false, _) => "passes (behind an alias)",
            }
        }
        Asked::Truncated => "over TCP",
        Asked::Nothing => "no answer",
        Asked::Other(_) => "other",
    }
}

/// A resolver decides as we do, and as we do after something changed.
async fn agrees(unsigned: bool, start: impl FnOnce(SocketAddr, SocketAddr, SocketAddr) -> Server) {
    let (first, next) = (zone(7, NAMES), zone_with(8, NAMES, fresh()));
    let (resolver, stub) = (free_address(), Stub::start());
    let ours = Ours::start(first.clone(), unsigned, resolver).await;
    tokio::task::block_in_place(|| {
        let server = start(resolver, ours.address, stub.address);
        assert_eq!(disagreements(&server, &first), BTreeMap::new());
        let changed = "a.fresh.example".to_owned();
        assert_ne!(ask(resolver, std::slice::from_ref(&changed)), [Asked::NxDomain]);
        ours.outlet.publish(Arc::new(next.clone())).unwrap();
        // The name that passed stays in its cache; others do not.
        let is_told = (0..300).any(|turn| {
            thread::sleep(Duration::from_millis(100));
            ask(resolver, &[format!("b{turn}.fresh.example")]) == [Asked::NxDomain]
        });
        assert!(is_told, "{}", server.log());
        assert_eq!(disagreements(&server, &next), BTreeMap::new());
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn bind_decides_as_we_do() {
    if can_run(&["named"]) {
        agrees(false, bind_resolver).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unbound_decides_as_we_do() {
    if can_run(&["unbound"]) {
        agrees(true, |address, primary, stub| unbound_resolver(address, primary, stub, false)).await;
    }
}

/// Knot Resolver 5 reads zones as lists, and knows neither addresses, nor names behind aliases, nor aliases as data. The rest is as we decide,
/// but that it says that it failed where nothing is to be said.
#[test]
fn knot_resolver_decides_as_we_do() {
    if !can_run(&["kresd"]) {
        return;
    }
    let (zone, stub) = (zone(7, NAMES), Stub::start());
    let is_alias = |action: &Action| matches!(action, Action::LocalData(data) if data[0].rtype() == 5);
    let mut names = names();
    names.retain(|name| {
        !name.starts_with("ip-")
            && !name.starts_with("to--")
            && !zone.verdict(name).is_some_and(|(_, action)| is_alias(&action))
    });
    let server = knot_resolver(free_address(), &text(&zone), stub.address);
    let disagreements = disagreements_on(&server, &zone, names);
    let kinds: Vec<_> = disagreements.iter().map(|(how, (count, _))| (how.as_str(), *count)).collect();
    assert_eq!(kinds, [("ours no answer, theirs other", 4)]);
}

/// Unbound 1.17 decides on what is behind an alias when it asks, and not when it answers out of its cache. BIND and we decide each time.
#[tokio::test(flavor = "multi_thread")]
async fn unbound_lets_pass_what_it_was_asked_before() {
    if !can_run(&["named", "unbound"]) {
        return;
    }
    let stub = Stub::start();
    let ours = Ours::start(zone(7, 100), true, free_address()).await;
    let asked = [format!("to--{}.alias.example", name(0).replace('.', "--"))];
    tokio::task::block_in_place(|| {
        let bind = bind_resolver(free_address(), ours.address, stub.address);
        assert_eq!([ask(bind.address, &asked), ask(bind.address, &asked)].concat(), [Asked::NxDomain, Asked::NxDomain]);
        let unbound = unbound_resolver(free_address(), ours.address, stub.address, true);
        assert_eq!(ask(unbound.address, &asked), [Asked::NxDomain]);
        println!("the second answer of Unbound: {:?}", ask(unbound.address, &asked));
    });
}

/// Somebody else's zone, with a hole: BIND and we take `ok` as a name that exists, Unbound 1.17 does not. That is why zones of ours have none.
#[tokio::test(flavor = "multi_thread")]
async fn resolvers_disagree_about_holes() {
    if !can_run(&["named", "unbound"]) {
        return;
    }
    let blocked = name(0);
    let text = format!(
        "$ORIGIN {ZONE}.\n@ 60 SOA . . 7 60 60 600 60\n@ NS localhost.\n{blocked} CNAME .\nholes.example CNAME .\n*.holes.example CNAME .\n\
         *.ok.holes.example CNAME rpz-passthru.\nx.y.holes.example CNAME *.\n"
    );
    let zone = vauban_rpz::read_text(text.as_bytes(), None, vauban_rpz::TextLimits::default()).unwrap().zone;
    let asked: Vec<_> =
        ["ok", "a.ok", "y", "x.y", "z.y", "a.y", "a.x.y"].map(|name| format!("{name}.holes.example")).into();
    let passes = Asked::Answer(Vec::new(), vec![ELSEWHERE.into()]);
    let nothing = Asked::Answer(Vec::new(), Vec::new());
    let as_zone = [&passes, &passes, &passes, &nothing, &passes, &passes, &passes].map(Clone::clone);
    let none = Addresses::default();
    let ours_say: Vec<_> = asked.iter().map(|name| ours(&zone, &none, name)).collect();
    assert_eq!(ours_say, as_zone);
    let stub = Stub::start();
    let outlet = Ours::start(zone, true, free_address()).await;
    tokio::task::block_in_place(|| {
        let bind = bind_resolver(free_address(), outlet.address, stub.address);
        assert_eq!(ask(bind.address, &asked), as_zone, "BIND");
        let unbound = unbound_resolver(free_address(), outlet.address, stub.address, false);
        let theirs = ask(unbound.address, &asked);
        println!("{asked:?} {theirs:?}");
        let differs: Vec<_> =
            asked.iter().zip(theirs.iter().zip(&as_zone)).filter(|(_, (one, other))| one != other).collect();
        assert!(differs.iter().any(|(name, _)| name.starts_with("ok.") || name.starts_with("y.")), "{differs:?}");
    });
}
