//! Lists as they are found, and as somebody would write them who wants to break or mislead us.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

use proptest::prelude::*;
use vauban_lists::{Action, Builder, Gate, Limits, NameSet, Refusal, Report, inspect};
use vauban_matching::set::SetBytes;

fn gate() -> Gate {
    Gate::new(&["campagne.example"], &["vote.example"], &[])
}

fn read(text: &str) -> (Report, NameSet) {
    read_bytes(text.as_bytes())
}

fn read_bytes(bytes: &[u8]) -> (Report, NameSet) {
    let mut builder = Builder::new([1; 32]);
    let report = builder.add("list", bytes, &gate(), Limits::default()).unwrap();
    assert_eq!(inspect(bytes, &gate(), Limits::default()).as_ref(), Ok(&report), "looking is reading");
    let mut set = Vec::new();
    builder.write(&mut set).unwrap();
    (report, NameSet::open(SetBytes::Owned(set)).unwrap())
}

fn verdicts(set: &NameSet, cases: &[(&str, Option<Action>)]) {
    for (name, wanted) in cases {
        assert_eq!(set.find(name).first_of(1).map(|(_, action)| action), *wanted, "{name}");
    }
}

const BLOCK: Option<Action> = Some(Action::Block);
const PASS: Option<Action> = Some(Action::Pass);

#[test]
fn hosts() {
    let (report, set) = read(
        "\u{feff}# a list\r\n127.0.0.1 localhost\r\n::1 ip6-localhost ip6-loopback\n0.0.0.0 Evil.example www.evil.example # both\n\
         0.0.0.0\tbad.example.\n::\tsix.example\n255.255.255.255 broadcasthost\n192.0.2.7 nas.example\n0.0.0.0 0.0.0.0\n\
         0.0.0.0 campagne.example\n0.0.0.0\nfe80::1%lo0 localhost\nno address\n0.0.0.0 192.0.2.1\n",
    );
    assert_eq!((report.format.as_str(), report.blocked, report.skipped), ("hosts", 4, 6));
    assert_eq!((report.bad.count, report.unsupported.count, report.set_aside.count), (2, 2, 1));
    assert_eq!(report.bad.shown[0].line, 11);
    verdicts(
        &set,
        &[
            ("evil.example", BLOCK),
            ("www.evil.example", BLOCK),
            ("a.evil.example", None),
            ("six.example", BLOCK),
            ("nas.example", None),
            ("campagne.example", None),
        ],
    );
}

#[test]
fn plain() {
    let (report, set) = read(
        "! a list\n# another comment\n// and one more\nevil.example # a comment\n*.below.example\n.dotted.example\nbücher.example\n\
         two words\nhttp://page.example/\nevil#.example\n192.0.2.1\na..b\ncom\ngithub.io\nevil.github.io\nx.campagne.example\n",
    );
    assert_eq!((report.format.as_str(), report.blocked), ("plain", 5));
    assert_eq!((report.bad.count, report.unsupported.count, report.set_aside.count), (4, 1, 3));
    verdicts(
        &set,
        &[
            ("a.evil.example", BLOCK),
            ("below.example", None),
            ("a.below.example", BLOCK),
            ("dotted.example", BLOCK),
            ("xn--bcher-kva.example", BLOCK),
            ("github.io", None),
            ("fine.github.io", None),
            ("evil.github.io", BLOCK),
            ("a.evil.github.io", BLOCK),
            ("x.campagne.example", None),
        ],
    );
}

#[test]
fn adblock() {
    let (report, set) = read(
        "[Adblock Plus 2.0]\n! Title: x\n||evil.example^\n||all.example^$important\n||third.example^$third-party\n||path.example/ads\n\
         ||*.below.example^\n|exact.example^\n@@||good.evil.example^\n@@||wide.example^\n||narrow.wide.example^\n\
         fine.example##.banner\n##.ad\n/banner/*/img^\n||ads*.example^\n||com^\n@@||co.uk^\n# a comment\n",
    );
    assert_eq!((report.format.as_str(), report.blocked, report.passed), ("adblock", 5, 2));
    assert_eq!((report.bad.count, report.unsupported.count, report.set_aside.count), (0, 6, 2));
    verdicts(
        &set,
        &[
            ("a.evil.example", BLOCK),
            ("good.evil.example", PASS),
            ("x.good.evil.example", PASS),
            ("third.example", None),
            ("below.example", None),
            ("a.below.example", BLOCK),
            ("exact.example", BLOCK),
            ("a.exact.example", None),
            ("fine.example", None),
            ("narrow.wide.example", PASS),
        ],
    );
}

#[test]
fn dnsmasq() {
    let (report, set) = read(
        "# dnsmasq\naddress=/evil.example/0.0.0.0\naddress=/one.example/two.example/\nlocal=/local.example/\nserver=/elsewhere.example/192.0.2.1\n\
         server=/good.evil.example/#\naddress=/#/\nserver=/gone.example/\nbogus-nxdomain=192.0.2.1\naddress=/*.star.example/\n",
    );
    assert_eq!((report.format.as_str(), report.blocked, report.passed), ("dnsmasq", 6, 1));
    assert_eq!((report.bad.count, report.unsupported.count), (1, 2));
    verdicts(
        &set,
        &[
            ("a.evil.example", BLOCK),
            ("two.example", BLOCK),
            ("good.evil.example", PASS),
            ("elsewhere.example", None),
            ("gone.example", BLOCK),
            ("star.example", None),
            ("a.star.example", BLOCK),
        ],
    );
}

#[test]
fn unbound() {
    let (report, set) = read(
        "server:\n  local-zone: \"evil.example.\" always_nxdomain\nlocal-zone: redirect.example redirect\nlocal-data: \"redirect.example A 0.0.0.0\"\n\
         local-zone: 'good.evil.example' always_transparent\nlocal-data: \"nas.example. 60 IN A 192.0.2.7\"\nlocal-zone: \"half.example\" block_a\n\
         include: /etc/passwd\nlocal-zone: \"x.example\" what_is_this\nlocal-zone: \"y.example\"\nnothing\n",
    );
    assert_eq!((report.format.as_str(), report.blocked, report.passed), ("unbound", 3, 1));
    assert_eq!((report.bad.count, report.unsupported.count), (3, 3));
    verdicts(
        &set,
        &[
            ("a.evil.example", BLOCK),
            ("a.good.evil.example", PASS),
            ("redirect.example", BLOCK),
            ("nas.example", None),
            ("x.example", None),
        ],
    );
}

const ZONE: &str = "$TTL 60
$ORIGIN rpz.test.
@ IN SOA localhost. root.localhost. (
    1 ; serial
    3600 600 86400 60 )
  IN NS localhost.
evil.example CNAME . ; NXDOMAIN
*.evil.example 300 IN CNAME *.
good.evil.example IN 300 CNAME rpz-passthru.
self.evil.example CNAME self.evil.example.
Drop.example CNAME rpz-drop.
tcp.example CNAME rpz-tcp-only.
garden.example A 192.0.2.1
    AAAA 2001:db8::1
text.example TXT \"v=1; not a comment\"
absolute.example.rpz.test. CNAME .
outside.example. CNAME .
24.0.113.0.203.rpz-ip CNAME .
32.7.113.0.203.rpz-ip CNAME rpz-passthru.
32.zz.db8.2001.rpz-ip CNAME .
8.0.0.0.10.rpz-ip CNAME .
0.0.0.0.0.rpz-ip CNAME .
99.0.113.0.203.rpz-ip CNAME .
32.1.2.0.192.rpz-client-ip CNAME .
ns.evil.test.rpz-nsdname CNAME .
32.1.2.0.192.rpz-nsip CNAME .
$INCLUDE /etc/passwd
*.com CNAME .
com CNAME rpz-passthru.
what is this
";

#[test]
fn response_policy_zones() {
    let (report, set) = read(ZONE);
    assert_eq!((report.format.as_str(), report.blocked, report.passed), ("rpz", 9, 4), "{report:?}");
    assert_eq!((report.bad.count, report.unsupported.count, report.set_aside.count), (3, 4, 4), "{report:?}");
    verdicts(
        &set,
        &[
            ("evil.example", BLOCK),
            ("a.evil.example", BLOCK),
            ("good.evil.example", PASS),
            ("a.good.evil.example", BLOCK),
            ("self.evil.example", PASS),
            ("drop.example", BLOCK),
            ("a.drop.example", None),
            ("tcp.example", PASS),
            ("garden.example", BLOCK),
            ("text.example", BLOCK),
            ("absolute.example", BLOCK),
            ("outside.example", None),
            ("fine.com", None),
        ],
    );
    for (address, wanted) in [
        ("203.0.113.1", BLOCK),
        ("::ffff:203.0.113.1", BLOCK),
        ("203.0.113.7", PASS),
        ("203.0.114.1", None),
        ("2001:db8::1", BLOCK),
        ("10.1.2.3", None),
        ("192.0.2.1", None),
    ] {
        assert_eq!(
            set.find_address(address.parse().unwrap()).first_of(1).map(|(_, action)| action),
            wanted,
            "{address}"
        );
    }
}

#[test]
fn a_zone_as_a_server_hands_it_out() {
    let (report, set) = read(
        "rpz.test.\t60\tIN\tSOA\tlocalhost. root.localhost. 1 2 3 4 5\nrpz.test. 60 IN NS localhost.\nevil.example.rpz.test. 60 IN CNAME .\n\
         *.evil.example.rpz.test. 60 IN CNAME .\n32.1.113.0.203.rpz-ip.rpz.test. 60 IN CNAME .\n",
    );
    assert_eq!((report.blocked, report.bad.count), (3, 0), "{report:?}");
    verdicts(&set, &[("evil.example", BLOCK), ("a.evil.example", BLOCK), ("evil.example.rpz.test", None)]);
}

#[test]
fn other_encodings_are_read_or_refused() {
    let text = "evil.example\nbücher.example\n";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let marked = |mark: &[u8], bytes: &[u8]| [mark, bytes].concat();
    for bytes in
        [marked(b"\xff\xfe", &little), marked(b"\xfe\xff", &big), little, big, marked(b"\xef\xbb\xbf", text.as_bytes())]
    {
        let (report, set) = read_bytes(&bytes);
        assert_eq!(report.blocked, 2);
        verdicts(&set, &[("evil.example", BLOCK), ("xn--bcher-kva.example", BLOCK)]);
    }
    let refused = |bytes: &[u8]| inspect(bytes, &gate(), Limits::default()).unwrap_err();
    for (bytes, wanted) in [
        (&b""[..], Refusal::Empty),
        (b" \r\n\t\n", Refusal::Empty),
        (b"# only a comment\n\n! another\n", Refusal::Empty),
        (b"\x1f\x8b\x08\x00", Refusal::Compressed),
        (b"PK\x03\x04rest", Refusal::Compressed),
        (b"evil.example\0\0\nbad.example\n", Refusal::NotText),
        (b"  <!DOCTYPE html><html><body>Sign in</body></html>", Refusal::WebPage),
        (b"<?xml version='1.0'?><Error>gone</Error>", Refusal::WebPage),
        (b"{\"error\": \"rate limited\"}", Refusal::UnknownFormat),
        (b"404: Not Found", Refusal::UnknownFormat),
    ] {
        assert_eq!(refused(bytes), wanted, "{}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn a_zero_byte_far_down_costs_its_line() {
    let mut bytes = "evil.example\n".repeat(1_000).into_bytes();
    bytes.extend(b"bad\0.example\n\xff\xfe.example\nlast.example\n");
    let (report, set) = read_bytes(&bytes);
    assert_eq!((report.blocked, report.bad.count), (1_001, 2));
    assert!(!report.bad.shown.iter().any(|shown| shown.text.contains('\0')));
    verdicts(&set, &[("last.example", BLOCK)]);
}

#[test]
fn a_million_bad_lines_are_counted_and_a_few_shown() {
    let text = format!("evil.example\n{}", "this is no name \x1b[31m at all\n".repeat(1_000_000));
    let report = inspect(text.as_bytes(), &gate(), Limits::default()).unwrap();
    assert_eq!((report.blocked, report.bad.count, report.bad.shown.len()), (1, 1_000_000, 8));
    assert_eq!(report.bad.shown[0].line, 2);
    assert!(!report.is_mostly_good());
    assert!(!report.bad.shown[0].text.contains('\x1b'), "what is shown must not drive a terminal");
}

#[test]
fn limits_hold() {
    let limits = Limits { bytes: 200, line: 40, entries: 3 };
    let look = |text: &str| inspect(text.as_bytes(), &gate(), limits);
    assert_eq!(look(&"a.example\n".repeat(21)).unwrap_err(), Refusal::TooLarge { limit: 200 });
    assert_eq!(look("a.example\nb.example\nc.example\nd.example\n").unwrap_err(), Refusal::TooMany { limit: 3 });
    let long = format!("a.example\n{}.example\nb.example", "x".repeat(60));
    let report = look(&long).unwrap();
    assert_eq!((report.blocked, report.bad.count), (2, 1));
    let mut builder = Builder::new([0; 32]);
    builder.add("first", b"kept.example\n", &gate(), limits).unwrap();
    assert!(builder.add("second", b"a.example\nb.example\nc.example\nd.example\n", &gate(), limits).is_err());
    builder.add("third", b"third.example\n", &gate(), limits).unwrap();
    let mut bytes = Vec::new();
    assert_eq!(builder.write(&mut bytes).unwrap().entries, 2, "nothing of a refused list stays");
    let set = NameSet::open(SetBytes::Owned(bytes)).unwrap();
    assert_eq!((set.find("kept.example").blocked, set.find("third.example").blocked), (1, 2));
}

#[test]
fn one_line_of_a_hundred_megabytes_is_one_bad_line() {
    let text = format!("evil.example\n{}", "é".repeat(50_000_000));
    let report = inspect(text.as_bytes(), &gate(), Limits::default()).unwrap();
    assert_eq!((report.blocked, report.bad.count), (1, 1));
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = inspect(&bytes, &gate(), Limits::default());
    }

    #[test]
    fn no_mixture_of_formats_makes_a_reader_panic(
        pieces in proptest::collection::vec(
            prop_oneof![
                Just("||"), Just("@@"), Just("^"), Just("$"), Just("address=/"), Just("local=/"), Just("/"), Just("local-zone: "), Just("\""),
                Just("always_nxdomain"), Just(" CNAME "), Just("."), Just("*."), Just("rpz-passthru."), Just(".rpz-ip"), Just("24.0.2.0.192"),
                Just("zz"), Just("0.0.0.0 "), Just("evil.example"), Just("é"), Just("\n"), Just("\r\n"), Just("("), Just(")"), Just(";"),
                Just("#"), Just("$ORIGIN "), Just("@ SOA a. b. 1 2 3 4 5"), Just("\t"), Just("\u{0}"), Just("xn--"), Just("129."),
            ],
            0..60,
        ),
    ) {
        let text = pieces.concat();
        let mut builder = Builder::new([3; 32]);
        let _ = builder.add("list", text.as_bytes(), &gate(), Limits::default());
        let mut bytes = Vec::new();
        builder.write(&mut bytes).unwrap();
        prop_assert!(NameSet::open(SetBytes::Owned(bytes)).is_ok());
    }
}
