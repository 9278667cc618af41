//! A million names with what is below them: how much memory and processor time they take to be made, given out and taken in.
//!
//!     cargo run --release -p vauban-rpz --example million
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "it measures, and prints what it measured")]

use std::{fs, sync::Arc};

use vauban_rpz::{Action, Entry, Limits, Outlet, ServeSettings, Surroundings, Transfer, TransferSettings, Zone};

const NAMES: u64 = 1_000_000;
const KEY: &str = "hmac-sha256:transfer.example:pmK3MjlI0k9kQ0lWJ0Vv5ntbbZVZ1u0tUJq4wqzF0Zs=";

fn entries(names: u64) -> impl Iterator<Item = Entry> {
    (0..names).flat_map(|number| {
        let word = (number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 24;
        let top = ["com", "net", "org", "fr", "xyz"][(word % 5) as usize];
        let name = format!("{word:010x}.{top}");
        [Entry::name(&name, Action::NxDomain), Entry::name(&format!("*.{name}"), Action::NxDomain)]
    })
}

/// Resident now and at the most, in KiB, and processor time in clock ticks.
fn figures(what: &str) {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let of = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key)).unwrap();
        line.split_whitespace().next().unwrap().parse::<u64>().unwrap()
    };
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let ticks: u64 = stat.split_whitespace().skip(13).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum();
    println!(
        "{what}: {} MiB now, {} MiB at the most, {} ms of processor time so far",
        of("VmRSS:") >> 10,
        of("VmHWM:") >> 10,
        ticks * 10
    );
    // The next figure of the most begins here.
    fs::write("/proc/self/clear_refs", "5").unwrap();
}

fn main() {
    figures("start");
    let name = "rpz.example".parse().unwrap();
    let zone = Arc::new(Zone::build(&name, 1, entries(NAMES)).zone);
    figures("made");
    println!("{} records take {} MiB", zone.len(), zone.size() >> 20);
    let surroundings = Surroundings { now: Arc::new(|| 1_800_000_000), random: Arc::new(|| 7) };
    let settings = ServeSettings {
        listen: vec!["127.0.0.1:0".parse().unwrap()],
        zone: name.clone(),
        keys: vec![KEY.parse().unwrap()],
        allow: Vec::new(),
        notify: Vec::new(),
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let outlet = Outlet::new(settings, surroundings.clone());
        outlet.publish(zone).unwrap();
        let listening = outlet.listen().await.unwrap();
        let source: TransferSettings = format!("axfr://{}/rpz.example", listening.addresses()[0]).parse().unwrap();
        let source = source.with_key(Some(KEY.parse().unwrap()));
        tokio::spawn(listening.serve(std::future::pending()));
        let transfer = Transfer::new(source, Limits::default(), surroundings);
        let taken = transfer.fetch(None).await.unwrap();
        figures("given out and taken in by this process");
        let next = Zone::build(&name, 2, entries(NAMES + 1000)).zone;
        figures("made anew with 1,000 names more");
        outlet.publish(Arc::new(next)).unwrap();
        figures("published, with the difference");
        let changed = transfer.fetch(taken.zone()).await.unwrap();
        figures("the difference taken in");
        println!("{} records now", changed.zone().unwrap().len());
    });
}
