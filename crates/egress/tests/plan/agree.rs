//! Generated policies, sets and packets: what the rules do is what the policy says.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

use std::{cell::Cell, net::IpAddr};

use ipnet::IpNet;
use jiff::Timestamp;
use proptest::{prelude::*, sample::select, test_runner::TestRunner};
use vauban_egress::{NetworkTable, Plan};
use vauban_policy::{Known, Met, Object, Policy, Rules, Subject, Verdict};

use crate::interpreter::{Kernel, Packet, Sets};

/// Networks of compartments and devices, some within others.
const PLACES: [&str; 8] = [
    "10.20.0.0/16",
    "10.20.7.0/24",
    "10.30.0.0/16",
    "10.40.0.0/16",
    "10.40.0.128/25",
    "fd20::/64",
    "fd30::/64",
    "fd40::/56",
];
/// What people name as destinations.
const WORDS: [&str; 14] = [
    "192.0.2.0/24",
    "192.0.2.10",
    "192.0.2.64/26",
    "198.51.100.0/24",
    "203.0.113.9",
    "2001:db8:1::/48",
    "2001:db8:1::10",
    "10.30.0.0/24",
    "10.40.0.9",
    "encrypted-dns",
    "anonymiser",
    "tool:ours",
    "fd30::5",
    "example.org",
];
/// Where packets come from and go to: inside, at the ends of networks, and elsewhere.
const ADDRESSES: [&str; 36] = [
    "10.20.0.7",
    "10.20.7.7",
    "10.20.7.255",
    "10.20.8.0",
    "10.20.0.1",
    "10.20.0.5",
    "10.30.0.5",
    "10.30.0.255",
    "10.30.1.0",
    "10.40.0.9",
    "10.40.0.127",
    "10.40.0.128",
    "172.16.0.1",
    "192.0.2.10",
    "192.0.2.63",
    "192.0.2.64",
    "192.0.2.127",
    "192.0.2.128",
    "198.51.100.1",
    "203.0.113.9",
    "203.0.113.10",
    "1.1.1.1",
    "1.1.1.7",
    "1.1.1.8",
    "8.8.8.8",
    "192.0.2.53",
    "fd20::7",
    "fd20::1",
    "fd30::5",
    "fd40::1",
    "2001:db8:1::10",
    "2001:db8:2::10",
    "2606:4700:4700::1111",
    "::ffff:192.0.2.10",
    "fd99::1",
    "2001:db8::5",
];
const OUTSIDE: &str = "wan";

#[derive(Debug, Clone)]
struct World {
    policy: String,
    table: NetworkTable,
}

fn list(words: &[&str]) -> String {
    format!("[{}]", words.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(", "))
}

prop_compose! {
    fn compartment(name: &'static str)(
        egress in select(vec!["named", "direct"]),
        never in prop::collection::vec(select(&WORDS[..]), 0..4),
    ) -> (String, &'static str) {
        (format!("egress = {egress:?}\nnever = {}\n", list(&never)), name)
    }
}

prop_compose! {
    fn world()(
        compartments in (compartment("work"), compartment("private"), compartment("guest")),
        owners in prop::collection::vec(0_usize..4, PLACES.len()),
        device_at in prop::option::of(select(vec!["10.20.0.7", "10.30.0.5", "10.40.0.9", "172.16.0.1", "fd20::7"])),
        device_in in select(vec!["", "work", "private", "guest"]),
        otherwise in select(vec!["", "guest", "work"]),
        always in prop::collection::vec(select(&WORDS[..8]), 0..2),
        exceptions in prop::collection::vec(
            (select(vec!["device:laptop", "compartment:work", "compartment:guest"]), select(&WORDS[..]), 0_i8..5, any::<bool>()), 0..4),
        between in prop::collection::vec((select(vec!["work", "private", "guest"]), select(vec!["work", "private", "guest"])), 0..3),
        refuses_quic in any::<bool>(),
        own_interfaces in any::<bool>(),
        administrators in select(vec!["10.20.0.5", "10.40.0.9", "203.0.113.10"]),
    ) -> World {
        let mut policy = format!("policy = {{ otherwise = {otherwise:?}, always = {} }}\n", list(&always));
        let (work, private, guest) = compartments;
        for (at, (text, name)) in [work, private, guest].into_iter().enumerate() {
            let own: Vec<&str> = PLACES.iter().zip(&owners).filter(|(_, owner)| **owner == at).map(|(place, _)| *place).collect();
            policy += &format!("[compartment.{name}]\nnetworks = {}\n{text}", list(&own));
        }
        let addresses: Vec<&str> = device_at.into_iter().collect();
        policy += &format!("[device.laptop]\ncompartment = {device_in:?}\naddresses = {}\n", list(&addresses));
        policy += "[tool.ours]\nkinds = [\"file-drop\"]\naddresses = [\"192.0.2.128/25\", \"2001:db8:2::/48\"]\n";
        for (who, to, day, despite) in exceptions {
            policy += &format!(
                "[[exception]]\nwho = [{who:?}]\nto = [{to:?}]\nowner = \"o\"\nreason = \"r\"\nuntil = \"2026-12-{:02}\"\ndespite_indicators = {despite}\n",
                i32::from(day) + 1
            );
        }
        let mut table = format!(
            "outside = [\"wan\"]\nresolvers = [\"10.20.0.1\", \"fd20::1\"]\nadministrators = [{administrators:?}]\nignored = [\"docker0\"]\nquic = {:?}\n",
            if refuses_quic { "refuse" } else { "follow" }
        );
        if own_interfaces {
            table += "interfaces = { guest = [\"guests\"] }\n";
        }
        for (from, to) in between {
            table += &format!("[[between]]\nfrom = {from:?}\nto = {to:?}\n");
        }
        World { policy, table: toml::from_str(&table).unwrap() }
    }
}

fn address() -> impl Strategy<Value = IpAddr> {
    select(&ADDRESSES[..]).prop_map(|text| text.parse().unwrap())
}

prop_compose! {
    fn packet()(
        by in select(vec!["lan", "guests", OUTSIDE, OUTSIDE, "docker0", "lan", "lan", "lan"]),
        from in address(),
        to in address(),
        (protocol, port) in select(vec![("tcp", 443), ("udp", 443), ("tcp", 53), ("udp", 53), ("tcp", 853), ("udp", 853), ("icmp", 0), ("ipv6-icmp", 0), ("gre", 0), ("tcp", 22)]),
        state in select(vec!["new", "established", "established", "related", "invalid"]),
        is_reply in any::<bool>(),
        has_way_back in prop::bool::weighted(0.9),
        day in 1_i32..8,
    ) -> Packet {
        let at = format!("2026-12-{day:02}T23:59:59Z").parse().unwrap();
        Packet { by, from, to, protocol, port, state, is_reply, has_way_back, at }
    }
}

prop_compose! {
    fn sets()(
        open in prop::collection::hash_set((address(), address()), 0..300),
        live in prop::collection::hash_set((address(), address()), 0..300),
        blocked in prop::collection::vec((address(), 20_u8..=32, any::<bool>()), 0..6),
    ) -> Sets {
        let mut sets = Sets::default();
        for (stem, pairs) in [("open", open), ("live", live)] {
            for (from, to) in pairs {
                sets.pairs.entry(name(stem, from)).or_default().insert((from, to));
            }
        }
        for (address, length, second) in blocked {
            let stems = if length == 32 { ["blocked_a", "blocked_b"] } else { ["networks_a", "networks_b"] };
            let length = if address.is_ipv4() { length } else { length * 4 };
            let network = IpNet::new(address, length).unwrap().trunc();
            sets.networks.entry(name(stems[usize::from(second)], address)).or_default().push(network);
        }
        sets
    }
}

fn name(stem: &str, address: IpAddr) -> String {
    format!("{stem}{}", if address.is_ipv4() { 4 } else { 6 })
}

/// The oracle: what docs/network.md says, in its order.
fn oracle(rules: &Rules, table: &NetworkTable, packet: &Packet, sets: &Sets) -> bool {
    let network = |text: &String| text.parse::<IpNet>().unwrap_or_else(|_| text.parse::<IpAddr>().unwrap().into());
    let holds = |texts: &[String], address: IpAddr| texts.iter().map(network).any(|network| network.contains(&address));
    let is_placed = |address: IpAddr| rules.places().any(|place| place.contains(&address));
    let of = |address: IpAddr| rules.compartment_of(Subject { address: Some(address), ..Subject::default() });
    let Packet { by, from, to, protocol, port, state, is_reply, has_way_back, at } = packet.clone();
    let is_outside = by == OUTSIDE;
    // What the policy does not speak of is left alone.
    if by == "docker0" {
        return true;
    }
    // Nobody has another's address.
    let is_mapped = |address: IpAddr| address.is_ipv6() && address.to_canonical().is_ipv4();
    if (!is_outside && !has_way_back) || (is_outside && is_placed(from)) || is_mapped(from) || is_mapped(to) {
        return false;
    }
    for (compartment, interfaces) in &table.interfaces {
        let is_own = is_placed(from) && of(from) == Some(compartment.as_str());
        if is_own != interfaces.iter().any(|own| own == by) {
            return false;
        }
    }
    // Resolver, gateway and administrators.
    let is_infrastructure = |address| holds(&table.resolvers, address) || holds(&table.gateways, address);
    let is_administrator = |address| holds(&table.administrators, address);
    let is_protected = |address| is_infrastructure(address) || is_administrator(address);
    if is_infrastructure(from) || is_infrastructure(to) {
        return true;
    }
    if (is_administrator(from) && (is_placed(to) || is_protected(to))) || (!is_outside && is_protected(to)) {
        return true;
    }
    // Who it is, and what is at the other end.
    let (near, far) = if is_outside { (to, from) } else { (from, to) };
    if is_outside && !is_placed(near) {
        return true;
    }
    let stems = ["blocked_a", "blocked_b", "networks_a", "networks_b"];
    let is_blocked = stems.iter().any(|stem| {
        sets.networks.get(&name(stem, far)).is_some_and(|all| all.iter().any(|network| network.contains(&far)))
    });
    let met = is_blocked.then_some(Met { id: "indicator", is_secret: false });
    let subject = Subject { address: Some(near), ..Subject::default() };
    let decision = rules.decide(subject, Object::Address(far), Known::met(met), at);
    if decision.verdict == Verdict::Block {
        return false;
    }
    if decision.rule.starts_with("always/") || decision.rule.starts_with("exception/") {
        return true;
    }
    let compartment = of(near).unwrap();
    let is_named = rules.compartment(compartment).unwrap().egress == vauban_policy::Egress::Named;
    let is_lookup = matches!(protocol, "tcp" | "udp") && matches!(port, 53 | 853);
    if !is_outside {
        if is_named && is_lookup {
            return false;
        }
        if is_placed(far) {
            let other = of(far);
            let is_allowed = other.is_some_and(|other| {
                other == compartment
                    || table.between.iter().any(|between| between.from == compartment && between.to == other)
            });
            return is_allowed || (is_reply && matches!(state, "established" | "related"));
        }
    }
    if !is_named {
        return true;
    }
    let has = |stem| sets.pairs.get(&name(stem, near)).is_some_and(|pairs| pairs.contains(&(near, far)));
    let (is_open, is_live) = (has("open"), has("live"));
    let is_icmp = matches!(protocol, "icmp" | "ipv6-icmp");
    if is_outside {
        return match state {
            "established" => is_reply && (is_open || is_live),
            "related" => is_icmp,
            _ => false,
        };
    }
    if !is_icmp && !matches!(protocol, "tcp" | "udp") {
        return false;
    }
    if table.quic == vauban_egress::Quic::Refuse && protocol == "udp" && port == 443 {
        return false;
    }
    match state {
        "new" => is_open,
        "established" => is_open || is_live,
        "related" => is_icmp && (is_open || is_live),
        _ => false,
    }
}

fn moment() -> Timestamp {
    "2026-12-01T00:00:00Z".parse().unwrap()
}

#[test]
fn the_rules_do_what_the_policy_says() {
    // 500 policies with 60 packets each; some policies would lock somebody out, and are refused.
    let mut runner = TestRunner::new(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) });
    let [passed, stopped, refused] = [(); 3].map(|()| Cell::new(0));
    let more = |counter: &Cell<u32>| counter.set(counter.get() + 1);
    let cases = (world(), sets(), prop::collection::vec(packet(), 60));
    let outcome = runner.run(&cases, |(world, sets, packets)| {
        let rules = Rules::new(toml::from_str::<Policy>(&world.policy).unwrap()).unwrap();
        match Plan::new(&rules, &world.table, None, moment()) {
            Ok(plan) => {
                let kernel = Kernel::new(&plan.document());
                for mut packet in packets {
                    // One family on both ends, as on any wire.
                    if packet.from.is_ipv4() != packet.to.is_ipv4() {
                        let to = if packet.from.is_ipv4() { "192.0.2.10" } else { "2001:db8:1::10" };
                        packet.to = to.parse().unwrap();
                    }
                    let expected = oracle(&rules, &world.table, &packet, &sets);
                    let does = kernel.passes(&packet, &sets);
                    prop_assert_eq!(does, expected, "{:?}\n{}\n{:?}", packet, world.policy, world.table);
                    more(if does { &passed } else { &stopped });
                }
            }
            Err(problems) => {
                prop_assert!(problems.iter().all(|problem| problem.key.ends_with(".never")), "{:?}", problems);
                more(&refused);
            }
        }
        Ok(())
    });
    outcome.unwrap();
    let (passed, stopped, refused) = (passed.get(), stopped.get(), refused.get());
    assert!(passed > 5_000 && stopped > 5_000 && refused > 0, "{passed} passed, {stopped} stopped, {refused} refused");
}

proptest! {
    #[test]
    fn an_administrator_is_never_locked_out(world in world(), sets in sets(), mut packet in packet(), back in any::<bool>()) {
        let rules = Rules::new(toml::from_str::<Policy>(&world.policy).unwrap()).unwrap();
        if let Ok(plan) = Plan::new(&rules, &world.table, None, moment()) {
            let kernel = Kernel::new(&plan.document());
            let own: IpAddr = world.table.administrators[0].parse().unwrap();
            let inside = if back { packet.from } else { packet.to };
            if inside.is_ipv4() && rules.places().any(|place| place.contains(&inside)) {
                let is_outside = !rules.places().any(|place| place.contains(&own));
                // Each by the interface that it is behind; spoofed packets are nobody's.
                let by = if rules.compartment_of(Subject { address: Some(own), ..Subject::default() }) == Some("guest") { "guests" } else { "lan" };
                let other = if rules.compartment_of(Subject { address: Some(inside), ..Subject::default() }) == Some("guest") { "guests" } else { "lan" };
                packet.has_way_back = true;
                (packet.from, packet.to, packet.by) = if back {
                    (inside, own, other)
                } else {
                    (own, inside, if is_outside { OUTSIDE } else { by })
                };
                prop_assert!(kernel.passes(&packet, &sets), "{packet:?}\n{}", world.policy);
            }
        }
    }
}
