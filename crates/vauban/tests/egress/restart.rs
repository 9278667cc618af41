//! A guard with a million names is killed.

use std::{fmt::Write as _, fs, thread, time::Duration};

use hickory_proto::rr::RecordType;

use crate::{
    ask,
    capture::Capture,
    filter::{Filter as _, LIST, Vauban},
    internet::Internet,
    yard::{STAYS, Yard, can_run, echoes},
};

/// Names of the list.
const MANY: usize = 1_000_000;

#[test]
fn a_guard_with_a_million_names_is_killed_and_nothing_leaves_until_it_is_back() {
    if !can_run(&[]) {
        return;
    }
    let yard = Yard::new();
    let _internet = Internet::start(&yard);
    let mut list = LIST.to_owned();
    for number in 0..MANY {
        writeln!(list, "host-{number}.zone-{}.bad{}.example", number % 977, number % 31).unwrap();
    }
    fs::write(yard.folder.path().join("malware.txt"), list).unwrap();
    let mut guard = Vauban::default();
    guard.start(&yard);
    let last = format!("host-{}.zone-{}.bad{}.example", MANY - 1, (MANY - 1) % 977, (MANY - 1) % 31);
    let is_empty = |told: Option<ask::Answer>| told.is_some_and(|told| told.is_well() && told.addresses().is_empty());
    Vauban::waits(&yard, &last, is_empty);
    println!("resident with {MANY} names: {} MiB", guard.process.resident());
    let mut download = yard.tcp("work", "192.0.2.80".parse().unwrap(), 443).unwrap();

    let capture = Capture::start(&yard, "internet");
    guard.kill();
    for number in 60..70 {
        let to = format!("198.51.100.{number}").parse().unwrap();
        assert!(yard.tcp("work", to, 443).is_none());
        yard.udp("work", to, 443, b"hello");
    }
    let told = yard.inside("work", || ask::udp("10.20.0.1", "n60.free.example", RecordType::A, STAYS));
    assert!(told.is_none(), "a dead guard answers");
    assert!(echoes(&mut download), "what stands goes on");
    guard.begin(&yard);
    let took =
        Vauban::waits(&yard, "www.harmless.example", |told| told.is_some_and(|told| !told.addresses().is_empty()));
    println!("answers again {} ms after it was started, with {MANY} names", took.as_millis());
    // Its lists hold from the first answer on.
    let told = yard.inside("work", || ask::udp("10.20.0.1", &last, RecordType::A, Duration::from_secs(6))).unwrap();
    assert!(told.addresses().is_empty() && told.is_well());
    thread::sleep(STAYS);
    let leaked = capture.end().packets("src net 10.20.0.0/16 and not arp and not dst host 192.0.2.80");
    assert!(leaked.is_empty(), "{leaked:#?}");
    println!("packets that left meanwhile: 0");
}
