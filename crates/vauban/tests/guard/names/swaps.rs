//! Changes under load: nothing is lost, nothing is wrong, and what is new counts soon.

use std::{
    fs,
    net::UdpSocket,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use hickory_proto::rr::RecordType;

use super::{
    client::{Got, query},
    world::{WORK, World},
};

/// Asks at a pace until told to stop; counts what was lost and what was wrong.
fn load(port: u16, stop: &Arc<AtomicBool>) -> (thread::JoinHandle<usize>, Arc<AtomicUsize>, Arc<AtomicUsize>) {
    let (lost, wrong) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (stop, lost_here, wrong_here) = (Arc::clone(stop), Arc::clone(&lost), Arc::clone(&wrong));
    let asking = thread::spawn(move || {
        let socket = UdpSocket::bind((WORK, 0)).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(3))).unwrap();
        let names = ["evil.example", "www.phishing.example", "wikipedia.demo", "web.whatsapp.com"];
        let packets = names.map(|name| query(name, RecordType::A));
        let begun = Instant::now();
        let mut asked = 0;
        let mut bytes = [0; 1232];
        while !stop.load(Ordering::Relaxed) {
            // Twenty at a time, a hundred times a second.
            for number in 0..20_usize {
                socket.send_to(&packets[number % 4], ("127.0.0.1", port)).unwrap();
            }
            for _ in 0..20 {
                asked += 1;
                let Ok((length, _)) = socket.recv_from(&mut bytes) else {
                    lost_here.fetch_add(1, Ordering::SeqCst);
                    continue;
                };
                let got = Got::read(&bytes[..length]);
                let name = got.message.queries[0].name().to_ascii();
                let is_right = match name.as_str() {
                    "wikipedia.demo." => got.rule().is_empty() && got.addresses.len() == 1,
                    "web.whatsapp.com." => got.rule() == "work/never/private-messaging",
                    _ => got.rule() == "list/malware",
                };
                if !is_right {
                    wrong_here.fetch_add(1, Ordering::SeqCst);
                }
            }
            let due = Duration::from_millis(10) * u32::try_from(asked / 20).unwrap();
            thread::sleep(due.saturating_sub(begun.elapsed()));
        }
        asked
    });
    (asking, lost, wrong)
}

#[test]
fn twenty_swaps_under_load_lose_nothing() {
    let world = World::start("");
    world.ask(WORK, "wikipedia.demo");
    let stop = Arc::new(AtomicBool::new(false));
    let (asking, lost, wrong) = load(world.port, &stop);
    // A million for whoever has the time: VAUBAN_SWAPPED=1000000.
    let names = std::env::var("VAUBAN_SWAPPED").map_or(2000, |text| text.parse().unwrap());
    let base = "evil.example\nphishing.example\ncollector.example\n";
    for number in 0..20 {
        let more: String = (0..names).map(|name| format!("swap-{number}-{name}.example\n")).collect();
        fs::write(world.guard.path("malware.txt"), format!("{base}{more}")).unwrap();
        world.guard.signal("HUP");
        thread::sleep(Duration::from_millis(200));
        let name = format!("swap-{number}-7.example");
        assert!(world.guard.waits_for(|_| world.rule(WORK, &name) == "list/malware"), "{}", world.guard.log());
    }
    stop.store(true, Ordering::Relaxed);
    let asked = asking.join().unwrap();
    assert_eq!((lost.load(Ordering::SeqCst), wrong.load(Ordering::SeqCst)), (0, 0), "of {asked}");
    println!("20 swaps of {names} names while {asked} questions were asked: none lost, none wrong");
}

#[test]
fn an_indicator_that_somebody_adds_counts_soon() {
    let world = World::start("");
    assert_eq!(world.rule(WORK, "brand-new.demo"), "", "and it is in the memory now");
    let list = world.guard.path("indicators.txt");
    fs::write(&list, "brand-new.demo\n").unwrap();
    let added = world.guard.run(&["intel", "add", &list.display().to_string()]);
    assert!(added.status.success(), "{added:?}");
    let begun = Instant::now();
    assert!(
        world.guard.waits_for(|_| world.rule(WORK, "brand-new.demo").starts_with("indicator/")),
        "{}",
        world.guard.log()
    );
    println!("an indicator counted {} ms after it was added", begun.elapsed().as_millis());
    assert!(world.rule(WORK, "login.brand-new.demo").starts_with("indicator/"));
}

#[test]
fn an_indicator_that_is_not_for_everybody_is_no_oracle() {
    let world = World::start("");
    let list = world.guard.path("indicators.txt");
    fs::write(&list, "secret-c2.demo\n").unwrap();
    let added = world.guard.run(&["intel", "add", &list.display().to_string(), "--tlp", "red"]);
    assert!(added.status.success(), "{added:?}");
    let open = world.guard.path("open.txt");
    fs::write(&open, "open-c2.demo\n").unwrap();
    let added = world.guard.run(&["intel", "add", &open.display().to_string()]);
    assert!(added.status.success(), "{added:?}");
    assert!(world.guard.waits_for(|_| world.rule(WORK, "open-c2.demo").starts_with("indicator/")));
    let secret = world.ask(WORK, "secret-c2.demo");
    assert_eq!((secret.rule(), secret.addresses.len()), ("", 1), "answered as if nobody knew");
    // Whoever keeps the guard learns of it.
    let path = world.guard.path("state").join("names.sqlite-wal");
    let noted = |_: &crate::process::Guard| {
        fs::read(&path).is_ok_and(|bytes| bytes.windows(14).any(|w| w == b"secret-c2.demo"))
    };
    assert!(world.guard.waits_for(noted));
}

#[test]
fn killed_and_started_again_it_answers_from_its_last_good_lists() {
    let mut world = World::start("");
    assert_eq!(world.rule(WORK, "evil.example"), "list/malware");
    world.guard.kill();
    fs::remove_file(world.guard.path("malware.txt")).unwrap();
    world.guard.begin();
    assert_eq!(world.rule(WORK, "evil.example"), "list/malware", "{}", world.guard.log());
}
