//! What a party pays: figures to be printed and read, asked for by name.

use rustix::time::{ClockId, clock_gettime};
use vauban_blind::Signer;
use vauban_party::{Day, Door, DoorError, Reply, Slotted};

use crate::{
    day::domains,
    hub::Hub,
    made::{STREAM, enrolled, evening, large_first, names, rng, signer},
    round::outcome,
};

fn cpu() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// A hub whose own work is counted apart.
struct Counted(Hub, std::cell::Cell<f64>);

impl Counted {
    fn count<T>(&self, work: impl FnOnce(&Hub) -> T) -> T {
        let before = cpu();
        let result = work(&self.0);
        self.1.set(self.1.get() + cpu() - before);
        result
    }
}

impl Door for Counted {
    fn get(&self, path: &str, etag: Option<&str>) -> Result<Reply, DoorError> {
        self.count(|hub| hub.get(path, etag))
    }

    fn put(&self, path: &str, body: &[u8]) -> Result<Reply, DoorError> {
        self.count(|hub| hub.put(path, body))
    }

    fn post(&self, path: &str, body: &[u8]) -> Result<Reply, DoorError> {
        self.count(|hub| hub.post(path, body))
    }
}

#[test]
#[ignore = "prints figures; takes a minute"]
fn a_hundred_thousand_look_ups() {
    let state = tempfile::tempdir().unwrap();
    let known = names("evil", 5_000);
    let hub = Hub::new(STREAM, vec![large_first(STREAM, &known, 98)]);
    let mut party = enrolled(state.path());
    outcome(&mut party, &hub, evening(1)).unwrap();
    let mut day = Day::open(&party).unwrap();
    let mut seen = names("good", 99_000);
    seen.extend_from_slice(&known[..1_000]);
    let signer: Signer = signer(1);
    let counted = Counted(Hub { signer, ..hub }, std::cell::Cell::new(0.0));

    let before = cpu();
    day.add(domains(&seen), &mut rng(1)).unwrap();
    let added = cpu() - before;
    let before = cpu();
    let Slotted::Answered { asked, hits } = day.run(&counted, &party, evening(1).now, &mut rng(2)).unwrap() else {
        panic!("it was due")
    };
    let asked_in = cpu() - before - counted.1.get();
    assert_eq!((asked, hits.len()), (100_000, 1_000));
    let before = cpu();
    assert!(day.look_again(&party, &mut rng(3)).unwrap().is_empty());
    let looked = cpu() - before;
    let before = cpu();
    drop(day);
    let day = Day::open(&party).unwrap();
    println!("100,000 names: added in {added:.2} CPU s, asked in {asked_in:.2} (signer {:.2})", counted.1.get());
    println!("looked for in another table in {looked:.2}, opened in {:.2}; {} hits", cpu() - before, day.hits().len());
    let kept = std::fs::metadata(state.path().join("hub/agency/day.sealed")).unwrap().len();
    println!("kept: {kept} bytes");
}
