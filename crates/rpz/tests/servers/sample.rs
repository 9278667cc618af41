//! A policy zone of some 100,000 names with every action that there is, made anew each time and always the same.

use vauban_rpz::{Action, Datum, Entry, Trigger, Zone};

/// The name of the zone.
pub(crate) const ZONE: &str = "rpz.campagne.example";
/// The key of all transfers.
pub(crate) const KEY: &str = "hmac-sha256:transfer.example:pmK3MjlI0k9kQ0lWJ0Vv5ntbbZVZ1u0tUJq4wqzF0Zs=";
/// Of how many names the zone is made.
pub(crate) const NAMES: u32 = 100_000;

/// Numbers that look random (xorshift).
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

/// The name with this number.
pub(crate) fn name(number: u32) -> String {
    let mut numbers = Numbers(u64::from(number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let word = numbers.next() & 0xFF_FFFF;
    let top = ["test", "net", "com", "fr", "org"][numbers.below(5) as usize];
    match numbers.below(3) {
        0 => format!("w{word:06x}-{number}.{top}"),
        1 => format!("a{number}.w{word:06x}.{top}"),
        _ => format!("www.w{word:06x}{number}.{top}"),
    }
}

/// What the zone says of the name with this number.
fn entries_of(number: u32) -> Vec<Entry> {
    let name = name(number);
    let (exact, below) = (name.clone(), format!("*.{name}"));
    let address = |last: u32| Datum::address([192, 0, 2, last as u8].into(), 300);
    let both = |action: Action| vec![Entry::name(&exact, action.clone()), Entry::name(&below, action)];
    match number % 20 {
        0..=7 => both(Action::NxDomain),
        8 => vec![Entry::name(&exact, Action::NxDomain)],
        9 => vec![Entry::name(&below, Action::NxDomain)],
        10 => both(Action::NoData),
        // Something inside is let through, alone and with what is below it.
        11 => [both(Action::NxDomain), vec![Entry::name(&format!("ok.{name}"), Action::Passthru)]].concat(),
        12 => [both(Action::NxDomain), vec![Entry::name(&format!("*.ok.{name}"), Action::Passthru)]].concat(),
        // Something deeper, with nothing in between.
        13 => [both(Action::NxDomain), vec![Entry::name(&format!("x.y.{name}"), Action::NoData)]].concat(),
        14 => both(Action::Passthru),
        15 => both(Action::LocalData(vec![address(number), Datum::address("2001:db8::7".parse().unwrap(), 60)])),
        16 => both(Action::LocalData(vec![Datum::alias("block.campagne.example", 60).unwrap()])),
        17 => vec![
            Entry::name(&exact, Action::LocalData(vec![address(1), address(2)])),
            Entry::name(&below, Action::NoData),
        ],
        18 if number % 2000 == 18 => both(Action::Drop),
        18 if number % 2000 == 38 => both(Action::TcpOnly),
        _ => vec![Entry::name(&exact, Action::NxDomain)],
    }
}

/// What the zone says of addresses: networks in one another.
fn nets() -> Vec<Entry> {
    let net = |text: &str, action| Entry { trigger: Trigger::ResponseAddress(text.parse().unwrap()), action };
    let mut entries = vec![
        net("10.0.0.0/8", Action::NxDomain),
        net("10.1.0.0/16", Action::Passthru),
        net("10.1.2.0/24", Action::NoData),
        net("10.1.2.3/32", Action::LocalData(vec![Datum::address([192, 0, 2, 99].into(), 60)])),
        net("2001:db8:bad::/48", Action::NxDomain),
        net("2001:db8:bad:1::/64", Action::Passthru),
        net("2001:db8:bad:1::5/128", Action::NoData),
    ];
    for third in 0..=255 {
        entries.push(net(&format!("172.16.{third}.0/24"), Action::NxDomain));
        entries.push(net(&format!("172.16.{third}.128/25"), Action::NoData));
    }
    entries
}

/// The zone with this serial.
pub(crate) fn zone(serial: u32, names: u32) -> Zone {
    let entries = (0..names).flat_map(entries_of).chain(nets());
    let built = Zone::build(&ZONE.parse().unwrap(), serial, entries);
    assert_eq!((built.refused, built.examples), (0, vec![]));
    built.zone
}

/// The same with other entries behind it.
pub(crate) fn zone_with(serial: u32, names: u32, more: Vec<Entry>) -> Zone {
    let entries = (0..names).flat_map(entries_of).chain(nets()).chain(more);
    Zone::build(&ZONE.parse().unwrap(), serial, entries).zone
}

/// A zone as text, to be compared.
pub(crate) fn text(zone: &Zone) -> String {
    let mut text = Vec::new();
    vauban_rpz::write_text(zone, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}
