//! Many elements in little memory, and what happens when nothing is in place.

use std::{
    env, fs,
    net::{IpAddr, Ipv4Addr},
    os::unix::fs::PermissionsExt as _,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use vauban_egress::{Blocked, Nft, OpenError, Opener, Switch};

use crate::yard::{DEVICE, NETWORK, POLICY, SERVER, Yard, addresses, can_run, enter, now};

const PLACE: &str = "VAUBAN_TEST_LOAD";
const MANY: u32 = 100_000;

#[test]
fn a_hundred_thousand_addresses_and_as_many_networks_fit_into_64_mib() {
    if !can_run() {
        return;
    }
    let yard = Yard::new();
    drop(yard.guarded());
    // A process of its own, whose memory is only this.
    let child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "bounds::loads_many", "--nocapture"])
        .env(PLACE, yard.name("gateway"))
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout).into_owned();
    assert!(child.status.success(), "{said}");
    println!("{said}");
    let peak: u64 = said.lines().find_map(|line| line.strip_prefix("peak_kib ")).unwrap().parse().unwrap();
    assert!(peak <= 64 * 1024, "{peak} KiB");
    assert!(!yard.connects("guest", "198.18.0.1", 443));
    assert!(yard.connects("guest", SERVER, 443));
    // What changes rules afterwards does not read all of them: `nft` gets no more than that, either.
    let limited = yard.state.path().join("nft");
    fs::write(&limited, "#!/bin/sh\nulimit -v 65536\nexec nft \"$@\"\n").unwrap();
    fs::set_permissions(&limited, fs::Permissions::from_mode(0o700)).unwrap();
    let switch = Switch::new(yard.state.path(), Nft::new(limited.to_str().unwrap()));
    let plan = yard.plan(POLICY, &NETWORK.replace("confirm_seconds = 10", "confirm_seconds = 300"));
    yard.inside("gateway", || {
        switch.apply(&plan).unwrap();
        switch.confirm().unwrap();
        switch.restore().unwrap();
        assert!(switch.standing().unwrap().is_in_place);
    });
    let elements = yard.nft("-j list set inet vauban blocked_b4").matches("\"val\"").count()
        + yard.nft("-j list set inet vauban blocked_a4").matches("\"val\"").count();
    assert_eq!(elements, usize::try_from(MANY).unwrap(), "none was lost");
}

/// Not a test by itself: the process of the one above.
#[test]
fn loads_many() {
    let Ok(place) = env::var(PLACE) else { return };
    enter(&place);
    let opener = Opener::start(Vec::new()).unwrap();
    let hour = Some(Duration::from_secs(3_600));
    let one = |number: u32| IpAddr::from(Ipv4Addr::from(0xc612_0000 + number)).into();
    let pair = |number: u32| format!("{}/31", Ipv4Addr::from(0xb000_0000 + 4 * number)).parse().unwrap();
    let rows = (0..MANY).flat_map(|number| [one(number), pair(number)]);
    let what: Vec<Blocked> = rows.map(|network| Blocked { network, lifetime: hour }).collect();
    let begun = Instant::now();
    assert!(now(opener.block_only(what)).is_empty());
    println!("loaded_ms {}", begun.elapsed().as_millis());
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    println!("\npeak_kib {}", peak.trim().trim_end_matches(" kB"));
    // What one answer costs, beside what is loaded.
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (device, ttl) = (addresses(&[DEVICE]), Duration::from_secs(60));
    for (name, again) in [("open", false), ("open_again", true)] {
        let begun = Instant::now();
        for number in 0..2_000_u32 {
            let to = IpAddr::from(Ipv4Addr::from(0xc000_0200 + if again { 7 } else { number }));
            runtime.block_on(opener.open(&device, &[to], ttl)).unwrap();
        }
        println!("{name}_us {}", begun.elapsed().as_micros() / 2_000);
    }
}

#[test]
fn many_who_ask_at_the_same_time_all_have_it_when_they_are_told_so() {
    if !can_run() {
        return;
    }
    let yard = Yard::new();
    let opener = yard.guarded();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().unwrap();
    runtime.block_on(async {
        let tasks: Vec<_> = (0..2_000_u32)
            .map(|number| {
                let opener = opener.clone();
                tokio::spawn(async move {
                    let to = IpAddr::from(Ipv4Addr::from(0xc633_0000 + number / 2));
                    opener.open(&addresses(&[DEVICE]), &[to], Duration::from_secs(600)).await
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
    });
    assert_eq!(yard.nft("-j list set inet vauban open4").matches("concat").count(), 1_000);
}

#[test]
fn where_no_rules_are_in_place_nobody_is_told_that_it_is_open() {
    if !can_run() {
        return;
    }
    let yard = Yard::new();
    let opener = yard.inside("gateway", || Opener::start(Vec::new()).unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (device, server) = (addresses(&[DEVICE]), addresses(&[SERVER]));
    let told = runtime.block_on(opener.open(&device, &server, Duration::from_secs(60)));
    assert_eq!(told, Err(OpenError::NotInPlace));
    assert_eq!(runtime.block_on(opener.cut(&device, &server)), Err(OpenError::NotInPlace));
    // And when they are, it works.
    drop(yard.guarded());
    now(opener.open(&device, &server, Duration::from_secs(60)));
    assert!(yard.connects("work", SERVER, 443));
    // A guard that is gone leaves the wall standing.
    drop(opener);
    assert!(!yard.connects("work", "192.0.2.20", 443));
}
