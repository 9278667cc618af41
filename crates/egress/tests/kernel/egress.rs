//! What leaves, and what does not.

use std::{net::UdpSocket, time::Duration};

use vauban_egress::Blocked;

use crate::yard::{
    COMES, DEVICE, DEVICE6, NETWORK, OTHER, POLICY, SERVER, SERVER6, Yard, addresses, asks, can_run, echoes, now,
    waits_until,
};

const HOUR: Duration = Duration::from_secs(3_600);
/// The number of a protocol that tunnels are made of.
const GRE: u32 = 47;

#[test]
fn nothing_leaves_a_named_compartment_but_to_what_was_answered() {
    if !can_run() {
        return;
    }
    let yard = Yard::new();
    assert!(yard.connects("work", SERVER, 443) && yard.connects("work", SERVER6, 443), "the yard itself");
    let opener = yard.guarded();
    let mut capture = yard.capture();
    // By the number of an address, over both families, to every port, with every protocol.
    for to in [SERVER, OTHER, SERVER6, "192.0.2.53", "1.1.1.1"] {
        for port in [53, 443, 853, 8443] {
            assert!(!yard.connects("work", to, port), "tcp {to} {port}");
            assert!(!yard.answers("work", to, port), "udp {to} {port}");
        }
    }
    now(opener.open(&addresses(&[DEVICE]), &addresses(&[SERVER]), HOUR));
    assert!(yard.connects("work", SERVER, 443) && yard.connects("work", SERVER, 8443));
    assert!(yard.answers("work", SERVER, 443), "QUIC goes where TCP goes");
    assert!(!yard.connects("work", OTHER, 443), "what nobody answered");
    assert!(!yard.connects("work", SERVER6, 443), "nor over the other family");
    // Our resolver is the only one, whatever is open.
    for port in [53, 853] {
        assert!(!yard.connects("work", SERVER, port) && !yard.answers("work", SERVER, port), "{port}");
    }
    // A tunnel to an open destination.
    yard.sends("work", GRE, SERVER);
    // What can never be blocked needs nobody to open it.
    assert!(yard.connects("work", "192.0.2.99", 443));
    let heard = capture.heard();
    let open = "(tcp or udp) and dst host 192.0.2.10 and (dst port 443 or dst port 8443)";
    assert!(!heard.packets(open).is_empty(), "the capture heard what is open");
    let leaked = heard.packets(&format!(
        "(src net 10.20.0.0/24 or src net fd20::/64 or proto gre) and not ({open}) and not dst host 192.0.2.99 and not arp and not icmp6"
    ));
    assert!(leaked.is_empty(), "{leaked:#?}");
}

#[test]
fn a_destination_closes_to_what_is_new_and_what_is_established_goes_on() {
    if !can_run() {
        return;
    }
    let yard = Yard::new();
    let opener = yard.guarded();
    let (device, server) = (addresses(&[DEVICE]), addresses(&[SERVER]));
    now(opener.open(&device, &server, Duration::from_secs(1)));
    let mut download = yard.connection("work", SERVER, 443).unwrap();
    let quic = yard.inside("work", || UdpSocket::bind("0.0.0.0:0").unwrap());
    assert!(asks(&quic, SERVER, 443));
    // It was answered with a lifetime of a second, and no answer is good for less than half a minute.
    // The kernel forgets a silent UDP connection after half a minute, whatever we do; this one is not silent.
    waits_until("it closes", Duration::from_secs(45), || {
        asks(&quic, SERVER, 443) && !yard.connects("work", SERVER, 443)
    });
    assert!(echoes(&mut download) && asks(&quic, SERVER, 443), "what is established outlives the answer");
    now(opener.open(&device, &server, HOUR));
    assert!(yard.connects("work", SERVER, 443), "and it opens again");

    // The name is blocked anew: its connections end, there and back.
    let mut other = yard.connection("work", SERVER, 8443).unwrap();
    let mut capture = yard.capture();
    now(opener.cut(&device, &server));
    assert!(!echoes(&mut download) && !echoes(&mut other) && !asks(&quic, SERVER, 443));
    assert!(!yard.connects("work", SERVER, 443));
    let leaked = capture.heard().packets("src net 10.20.0.0/24 and not arp");
    assert!(leaked.is_empty(), "{leaked:#?}");
    now(opener.cut(&device, &server));
}

#[test]
fn a_longer_answer_makes_the_time_longer_and_a_shorter_one_does_not_make_it_shorter() {
    if !can_run() {
        return;
    }
    let yard = Yard::new();
    let opener = yard.guarded();
    let (device, server) = (addresses(&[DEVICE]), addresses(&[SERVER]));
    for (seconds, shown) in [(60, "timeout 1m10s"), (600, "timeout 10m10s"), (30, "timeout 10m10s")] {
        now(opener.open(&device, &server, Duration::from_secs(seconds)));
        assert!(yard.listed("open4").contains(shown), "{}", yard.listed("open4"));
    }
    // Somebody takes our table away and puts it in place again: what was open is not believed to be.
    yard.inside("gateway", || {
        yard.nft("delete table inet vauban");
        yard.switch().restore().unwrap();
    });
    assert!(!yard.connects("work", SERVER, 443));
    now(opener.open(&device, &server, Duration::from_secs(30)));
    assert!(yard.connects("work", SERVER, 443));
}

#[test]
fn what_is_known_to_be_bad_is_blocked_for_everybody_and_its_connections_end() {
    if !can_run() {
        return;
    }
    let yard = Yard::new();
    let opener = yard.guarded();
    assert!(yard.connects("guest", SERVER, 443) && yard.connects("private", OTHER, 443), "egress is direct");
    let mut old = yard.connection("guest", SERVER, 443).unwrap();
    let bad = |network: &str, lifetime| Blocked { network: network.parse().unwrap(), lifetime };
    let mut capture = yard.capture();
    let left_out = now(opener.block(vec![bad("192.0.2.10/32", Some(HOUR)), bad("2001:db8::10/128", None)]));
    assert!(left_out.is_empty());
    assert!(!echoes(&mut old) && !yard.connects("guest", SERVER, 443), "cut and kept out");
    now(opener.open(&addresses(&[DEVICE, DEVICE6]), &addresses(&[SERVER, SERVER6]), HOUR));
    assert!(!yard.connects("work", SERVER, 443) && !yard.connects("work", SERVER6, 443), "open does not help");
    assert!(yard.connects("guest", OTHER, 443));
    // Networks, one in another, with different ends.
    now(opener.block(vec![bad("192.0.2.16/28", Some(HOUR)), bad("192.0.2.20/30", Some(Duration::from_secs(1)))]));
    assert!(!yard.connects("guest", OTHER, 443));
    let leaked = capture.heard().packets("src net 10.40.0.0/24 and dst host 192.0.2.10");
    assert!(leaked.is_empty(), "{leaked:#?}");

    now(opener.unblock(vec!["192.0.2.10/32".parse().unwrap(), "192.0.2.16/28".parse().unwrap()]));
    assert!(yard.connects("guest", SERVER, 443));
    waits_until("a lifetime ends", COMES, || yard.connects("guest", OTHER, 443));
    // Everything anew: what is not in it is not blocked any more, and nothing opens in between.
    for _ in 0..3 {
        now(opener.block_only(vec![bad("192.0.2.10/32", None), bad("192.0.2.20/31", None)]));
        assert!(!yard.connects("guest", SERVER, 443) && !yard.connects("guest", OTHER, 443));
    }
    now(opener.block_only(vec![bad("192.0.2.20/32", None)]));
    assert!(yard.connects("guest", SERVER, 443) && !yard.connects("guest", OTHER, 443));
    // Another guard after this one knows which sets hold.
    let next = yard.inside("gateway", || vauban_egress::Opener::start(Vec::new()).unwrap());
    now(next.block_only(vec![bad("192.0.2.10/32", None)]));
    assert!(!yard.connects("guest", SERVER, 443) && yard.connects("guest", OTHER, 443));
}

#[test]
fn the_resolver_the_gateway_and_the_administrator_are_never_blocked_whatever_sets_hold() {
    if !can_run() {
        return;
    }
    let yard = Yard::new();
    let opener = yard.guarded_by(POLICY, &NETWORK.replace("10.20.0.5", "10.20.0.5\", \"10.30.0.7"));
    let bad = |network: &str| Blocked { network: network.parse().unwrap(), lifetime: None };
    let protected = ["10.20.0.1/32", "10.20.0.5/32", "10.0.0.0/8", "192.0.2.99/32", "10.30.0.1/32", "0.0.0.0/0"];
    let left_out = now(opener.block(protected.map(bad).into_iter().collect()));
    assert_eq!(left_out.len(), protected.len(), "{left_out:?}");
    // Even where a set holds them, by whatever hand: the rules that let them through come first.
    yard.nft("add element inet vauban blocked_a4 {10.20.0.1,10.20.0.5,10.30.0.7,10.20.0.7,192.0.2.99}");
    yard.nft("add element inet vauban networks_b4 {0.0.0.0/0}");
    assert!(yard.connects("work", "10.30.0.7", 443), "the administrator is reached from everywhere");
    assert!(yard.connects("work", "192.0.2.99", 443), "and what is always allowed");
    assert!(!yard.connects("guest", SERVER, 443), "all others are blocked");
    yard.ip("work", "addr add 10.20.0.5/24 dev eth0");
    yard.ip("work", "route replace 10.30.0.0/24 via 10.20.0.1 src 10.20.0.5");
    assert!(yard.connects("work", "10.30.0.7", 443), "and reaches everything inside");
}

#[test]
fn compartments_are_apart_but_where_they_may_speak() {
    if !can_run() {
        return;
    }
    let yard = Yard::new();
    drop(yard.guarded());
    assert!(!yard.connects("guest", "10.30.0.7", 443) && !yard.connects("work", "10.30.0.7", 443));
    drop(yard.guarded_by(POLICY, &format!("{NETWORK}\nbetween = [{{ from = \"guest\", to = \"private\" }}]")));
    assert!(yard.connects("guest", "10.30.0.7", 443) && !yard.connects("work", "10.30.0.7", 443));
    let counted = yard.inside("gateway", || yard.switch().standing().unwrap()).counted;
    let refused = |name: &str| counted.iter().find(|found| found.counter == name).unwrap().packets;
    assert!(refused("refused_in_work") > 0 && refused("refused_in_guest") > 0, "{counted:?}");
    assert_eq!(refused("refused_in_private"), 0);
}

#[test]
fn whoever_uses_anothers_address_gets_nowhere() {
    if !can_run() {
        return;
    }
    let yard = Yard::new();
    let opener = yard.guarded();
    now(opener.open(&addresses(&["10.20.0.9"]), &addresses(&[SERVER]), HOUR));
    let mut capture = yard.capture();
    // A guest with the address of a device for which something is open, with the administrator's, and with the resolver's.
    for stolen in ["10.20.0.9", "10.20.0.5", "10.20.0.1"] {
        yard.ip("guest", &format!("addr add {stolen}/32 dev eth0"));
        yard.inside("guest", || {
            let socket = UdpSocket::bind((stolen, 0)).unwrap();
            assert!(!asks(&socket, SERVER, 443) && !asks(&socket, "192.0.2.99", 443));
        });
    }
    // And somebody in the internet with one from inside.
    yard.ip("internet", "addr add 10.20.0.9/32 dev eth0");
    yard.inside("internet", || {
        let socket = UdpSocket::bind(("10.20.0.9", 0)).unwrap();
        assert!(!asks(&socket, "10.30.0.7", 443));
    });
    let leaked = capture.heard().packets("ip and src net 10.20.0.0/24 and dst net 192.0.2.0/24");
    assert!(leaked.is_empty(), "{leaked:#?}");
    let counted = yard.inside("gateway", || yard.switch().standing().unwrap()).counted;
    assert!(counted.iter().any(|found| found.counter == "spoofed" && found.packets > 0), "{counted:?}");
}

#[test]
fn quic_is_refused_where_it_shall_be_and_exceptions_end_with_their_day() {
    if !can_run() {
        return;
    }
    let yard = Yard::new();
    let exception = |until: &str| {
        format!(
            "{POLICY}\nexception = [{{ who = [\"compartment:work\"], to = [\"192.0.2.20\"], owner = \"o\", reason = \"r\", until = \"{until}\" }}]"
        )
    };
    // The plan was made when both held; the kernel knows what day it is.
    let today = jiff::tz::TimeZone::UTC.to_datetime(jiff::Timestamp::now()).date();
    for (until, holds) in [(today.tomorrow().unwrap(), true), (today.yesterday().unwrap(), false)] {
        let opener =
            yard.guarded_by(&exception(&until.to_string()), &NETWORK.replace("outside", "quic = \"refuse\"\noutside"));
        now(opener.open(&addresses(&[DEVICE]), &addresses(&[SERVER]), HOUR));
        assert!(yard.connects("work", SERVER, 443) && !yard.answers("work", SERVER, 443));
        assert_eq!(yard.connects("work", OTHER, 443), holds, "an exception for an address needs no name");
    }
}

#[test]
fn too_big_comes_back_through_the_wall() {
    if !can_run() {
        return;
    }
    let yard = Yard::new();
    let opener = yard.guarded();
    now(opener.open(&addresses(&[DEVICE, DEVICE6]), &addresses(&[SERVER, SERVER6]), HOUR));
    // A router in the internet with a narrow link behind it says so, with an address that nobody opened.
    yard.ip("gateway", "link set wan mtu 1400");
    yard.ip("internet", "link set eth0 mtu 1400");
    for to in [SERVER, SERVER6] {
        let mut stream = yard.connection("work", to, 443).unwrap();
        let sent = std::io::Write::write_all(&mut stream, &[7; 20_000]);
        assert!(sent.is_ok());
        let mut bytes = vec![0; 20_000];
        assert!(std::io::Read::read_exact(&mut stream, &mut bytes).is_ok(), "{to}");
    }
}
