//! Tools are told that people left, while one of them is down.

use std::{
    cell::RefCell,
    sync::{Arc, mpsc},
    time::Duration,
};

use jiff::Timestamp;
use vauban_signin::provider::{Desk, Heard};

use crate::house::House;

/// Long enough for any thread; nobody waits for it where the test passes.
const PATIENCE: Duration = Duration::from_secs(60);

/// Ana and Bob were in all of these tools, and left.
fn left(tools: &[&str]) -> (House, Desk) {
    let mut house = House::new();
    for id in tools {
        let told = format!("https://{id}.example/told").parse().unwrap();
        let tool = house.add(id, |new| new.told_of_logout = Some(told));
        tool.tokens(&mut house.ana.browser, &[]);
        tool.tokens(&mut house.bob.browser, &[]);
    }
    house.suspend("Ana");
    house.suspend("Bob");
    house.provider.tend(&house.site, Timestamp::now()).unwrap();
    let desk = Desk::new(house.site.clone(), Arc::clone(&house.provider));
    (house, desk)
}

#[test]
fn a_tool_that_is_down_is_tried_once_a_round_and_the_others_hear() {
    let (house, desk) = left(&["dead", "live", "sullen"]);
    let carried = RefCell::new(Vec::new());
    let round = || {
        desk.tell(&|to, _| {
            let tool = to.trim_start_matches("https://").split('.').next().unwrap().to_owned();
            carried.borrow_mut().push(tool.clone());
            match tool.as_str() {
                "dead" => Heard::Nobody,
                "live" => Heard::Yes,
                // It answers: what it thinks of one session says nothing of the next.
                _ => Heard::No,
            }
        })
        .unwrap();
        let mut carried = carried.take();
        carried.sort();
        carried
    };
    assert_eq!(round(), ["dead", "live", "live", "sullen", "sullen"]);
    assert!(round().is_empty(), "all of it waits by now");
    let later = Timestamp::now() + Duration::from_secs(61);
    assert_eq!(house.provider.deliveries(10, later).unwrap().len(), 4, "but is not lost");
}

#[test]
fn nobody_waits_for_a_tool_that_hangs() {
    let (house, desk) = left(&["hangs"]);
    let (began, begins) = mpsc::channel();
    let (let_go, lets_go) = mpsc::channel::<()>();
    desk.tell_beside(move |_, _| {
        began.send(()).unwrap();
        let _ = lets_go.recv_timeout(PATIENCE);
        Heard::Yes
    })
    .unwrap();
    begins.recv_timeout(PATIENCE).unwrap();
    // What is due each minute goes on meanwhile, and nobody is told twice.
    house.provider.tend(&house.site, Timestamp::now()).unwrap();
    desk.clone().tell(&|_, _| panic!("a round in a round")).unwrap();
    assert_eq!(house.provider.deliveries(10, Timestamp::now()).unwrap().len(), 2);
    let_go.send(()).unwrap();
    begins.recv_timeout(PATIENCE).unwrap();
    let_go.send(()).unwrap();
}
