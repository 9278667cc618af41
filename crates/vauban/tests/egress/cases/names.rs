//! Ways through our own resolver: names that lead elsewhere, that hide, that carry something.

use hickory_proto::rr::RecordType;

use super::way::{DEVICES, Way, way};
use crate::{
    ask,
    round::{RESOLVER, Round},
    yard::COMES,
};

pub(crate) const NAMES: &[Way] = &[
    way("a blocked name, as it stands in the list", |round| {
        round.must_not_learn("n21.blocked.example", "198.51.100.21")
    }),
    way("a blocked name in other letters, with a dot, over TCP", |round| {
        round.must_not_learn("N21.BLOCKED.eXample.", "198.51.100.21");
        let bytes = ask::question("n21.blocked.example", RecordType::A);
        let told = round.yard().inside("work", || ask::tcp(RESOLVER, &bytes, COMES));
        if told.is_some_and(|told| !told.addresses().is_empty()) {
            round.wrong.push("answered over TCP".to_owned());
        }
    }),
    way("a blocked name, asked at private's address of the resolver", |round| {
        let told = round.yard().inside("work", || ask::udp("10.30.0.1", "web.whatsapp.com", RecordType::A, COMES));
        if told.is_some_and(|told| !told.addresses().is_empty()) {
            round.wrong.push("answered as if private asked".to_owned());
        }
        round.goes("work", "198.51.100.76");
    }),
    way("an alias of a blocked name (CNAME cloaking)", |round| {
        round.must_not_learn("cloaked.example", "198.51.100.22")
    }),
    way("rebinding to an address inside", |round| {
        for (name, to) in
            [("inside.example", "10.30.0.7"), ("loop.example", "10.30.0.7"), ("many.example", "10.30.0.7")]
        {
            round.must_not_learn(name, to);
        }
        for name in ["mapped.example", "translated.example", "metadata.example"] {
            let told = round.ask_for("work", name, RecordType::AAAA).map(|told| told.addresses()).unwrap_or_default();
            if !told.is_empty() {
                round.wrong.push(format!("{name} was answered with {told:?}"));
            }
        }
    }),
    way("a name outside at the address of the gateway or of an administrator", |round| {
        for name in ["gateway.example", "administrator.example"] {
            let told = round.ask("work", name);
            if !told.is_empty() {
                round.wrong.push(format!("{name} was answered with {told:?}"));
            }
        }
    }),
    way("a name with one address that is kept out", |round| round.must_not_learn("everywhere.example", "203.0.113.71")),
    way("an address in the hint of an HTTPS record", |round| {
        let told = round.ask_for("work", "hinted.example", RecordType::HTTPS);
        if told.is_some_and(|told| told.bytes.windows(4).any(|four| four == [203, 0, 113, 71])) {
            round.wrong.push("the hint was answered".to_owned());
        }
        round.goes("work", "203.0.113.71");
    }),
    way("keys of ECH in an HTTPS record", |round| {
        let told = round.ask_for("work", "hidden.example", RecordType::HTTPS);
        if told.is_some_and(|told| told.bytes.windows(8).any(|part| part == [0, 5, 0, 4, 0, 2, 0xfe, 0x0d])) {
            round.wrong.push("keys of ECH were answered".to_owned());
        }
    }),
    way("another name's address smuggled into an answer", |round| {
        round.ask("work", "smuggler.example");
        round.goes("work", "198.51.100.23");
    }),
    way("a tunnel of names below a blocked one", |round| {
        for kind in [RecordType::TXT, RecordType::NULL, RecordType::A, RecordType::HTTPS] {
            let told = round.ask_for("work", "ZGF0YXRoYXRsZWF2ZXM.tunnel.blocked.example", kind);
            if told.is_some_and(|told| !told.message.answers.is_empty()) {
                round.wrong.push(format!("{kind} was answered"));
            }
        }
        round.must_not_be_asked("tunnel.blocked");
    }),
    way("canary of Firefox", |round| round.must_not_learn("use-application-dns.net", "198.51.100.77")),
    way("names of Apple's relay", |round| {
        round.must_not_learn("mask.icloud.com", "198.51.100.78");
        round.must_not_learn("mask-h2.icloud.com", "198.51.100.78");
    }),
    way("Tor, by its name", |round| round.must_not_learn("www.torproject.org", "198.51.100.79")),
    Way {
        leak: DEVICES,
        ..way("huge and malformed questions", |round| {
            let mut looped = ask::question("n21.blocked.example", RecordType::A);
            looped.splice(12..12, [0xc0, 0x0c]);
            let mut long = ask::question("n21.blocked.example", RecordType::A);
            long.truncate(12);
            long.extend([63; 4000]);
            for bytes in [&looped[..], &long, &[0xff; 60_000], &[0; 11], &[]] {
                round.says("work", RESOLVER, 53, bytes);
                round.yard().inside("work", || ask::tcp(RESOLVER, bytes, std::time::Duration::from_millis(100)));
            }
            well(round);
        })
    },
];

fn well(round: &mut Round<'_>) {
    let told = round.ask_for("work", "n24.free.example", RecordType::A);
    if !told.is_some_and(|told| told.is_well()) {
        round.wrong.push("the resolver does not answer any more".to_owned());
    }
}
