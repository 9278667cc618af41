//! What is old is forgotten, and only that.

use rusqlite::Connection;
use vauban_people::{NewChallenge, Purpose};

use crate::made::{Town, address, device};

fn count(town: &Town, table: &str) -> i64 {
    let connection = Connection::open(&town.path).unwrap();
    connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

#[test]
fn ninety_days_after_its_end_nothing_is_left_but_people_and_their_keys() {
    let (mut town, ana, ben) = Town::founded();
    town.member("Cleo", &ana, &ben);
    let browser = town.browser();
    let new = NewChallenge { purpose: Purpose::SignIn, state: b"", browser, address: address(1) };
    town.people.challenge(&new, &mut town.rng, town.now).unwrap();
    let attempt = vauban_people::Attempt { person: None, address: address(1), why: "bad-signature" };
    town.people.refused(&attempt, town.now).unwrap();
    let last = town.people.events(0, 1_000).unwrap().last().unwrap().number;
    town.people.handed_over(last, town.now).unwrap();
    let tables = ["requests", "approvals", "sessions", "cookies", "challenges", "attempts"];
    assert!(tables.iter().all(|table| count(&town, table) > 0));
    town.pass(13 * 3_600);
    town.people.tend(town.now).unwrap();
    let left: Vec<_> = tables.iter().map(|table| count(&town, table)).collect();
    assert_eq!(left, [3, 2, 3, 0, 0, 0], "what has ended is kept for a while");
    town.pass(91 * 24 * 3_600);
    town.sign_in(&ana, device()).unwrap();
    town.people.tend(town.now).unwrap();
    let left: Vec<_> = tables.iter().map(|table| count(&town, table)).collect();
    assert_eq!(left, [0, 0, 1, 1, 0, 0]);
    assert_eq!((count(&town, "events"), count(&town, "keys"), count(&town, "persons")), (1, 3, 3));
}
