//! Stopped in the middle: a change is there whole, or not at all.

use std::{process::Command, time::Duration};

use rusqlite::Connection;
use vauban_people::{Actor, People, PeopleError, Person, Role, Rules, Standing};

use crate::made::{Somebody, Town, device, refusal, start};

const FILE: &str = "VAUBAN_TEST_PEOPLE_FILE";
const ROUNDS: u64 = 8;

/// Members of a round: more than the child gets to before it is killed.
const MEMBERS: u64 = 24;

/// What the child does until it is killed: it suspends people, lets them in again, and lets them leave.
fn child(path: &std::path::Path) {
    let people = People::open(path, Rules::default()).unwrap();
    let persons = people.persons(false).unwrap();
    // Whom the child before was killed over may be suspended.
    let is_meant = |person: &&Person| person.role == Role::Member && person.standing == Standing::Active;
    for person in persons.iter().filter(is_meant) {
        people.suspend(&Actor::Machine, person.id, start()).unwrap();
        people.resume(&Actor::Machine, person.id, start()).unwrap();
        people.leave(&Actor::Machine, person.id, start()).unwrap();
    }
}

#[test]
fn killed_by_another() {
    if let Some(path) = std::env::var_os(FILE) {
        child(path.as_ref());
        return;
    }
    let (mut town, ana, ben) = Town::founded();
    let mut whole = 0;
    for round in 1..=ROUNDS {
        let members: Vec<Somebody> =
            (0..MEMBERS).map(|number| town.member(&format!("Member {round} {number}"), &ana, &ben)).collect();
        let last = town.people.last_events(1).unwrap()[0].number;
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "kill::killed_by_another", "--nocapture"])
            .env(FILE, &town.path)
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        // From its first change on, each round lets the child live a little longer.
        while town.people.last_events(1).unwrap()[0].number == last {
            assert!(child.try_wait().unwrap().is_none(), "the child ended without a change");
        }
        std::thread::sleep(Duration::from_micros(400 * (round - 1)));
        child.kill().unwrap();
        child.wait().unwrap();
        for member in &members {
            let standing = town.people.person(member.id).unwrap().standing;
            let keys = town.people.keys(member.id).unwrap().len();
            assert_eq!(keys, usize::from(standing != Standing::Gone), "keys and standing go together");
            let last = town.people.events_about(member.id, 1).unwrap()[0].kind.word();
            let expected: &[&str] = match standing {
                Standing::Gone => &["left"],
                Standing::Suspended => &["suspended"],
                _ => &["enrolled", "resumed"],
            };
            assert!(expected.contains(&last), "{standing}: {last}");
            assert_eq!(town.is_in(member), last == "enrolled", "sessions end with the change");
            whole += usize::from(last == "enrolled");
        }
        let events = town.people.events(0, 1_000).unwrap();
        assert!(events.iter().zip(1..).all(|(event, number)| event.number == number));
    }
    assert!(whole > 0, "no child was killed before its end");
}

/// Makes the last thing that every change writes fail, as a full disk would.
fn break_events(town: &Town, is_broken: bool) {
    let sql = if is_broken {
        "CREATE TRIGGER broken BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'broken'); END"
    } else {
        "DROP TRIGGER broken"
    };
    Connection::open(&town.path).unwrap().execute_batch(sql).unwrap();
}

/// All rows of all tables, as text.
fn rows(town: &Town) -> String {
    let connection = Connection::open(&town.path).unwrap();
    let tables = ["place", "persons", "keys", "challenges", "requests", "approvals", "sessions", "cookies", "events"];
    let mut all = String::new();
    for table in tables {
        let mut query = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = query.column_count();
        let mut rows = query.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let cells: Vec<_> = (0..columns).map(|at| format!("{:?}", row.get_ref(at).unwrap())).collect();
            all.push_str(&format!("{table}: {}\n", cells.join(", ")));
        }
    }
    all
}

#[test]
fn a_change_that_fails_at_its_end_never_was() {
    let (mut town, ana, ben) = Town::founded();
    let cleo = town.member("Cleo", &ana, &ben);
    let recovery = town.recover(&ana, cleo.id).unwrap();
    town.approve(&recovery, &ana).unwrap();
    town.approve(&recovery, &ben).unwrap();
    town.pass(120);
    let link = town.link(&ana.actor(), recovery.id).unwrap();
    let waiting = town.invite(&ana, &Town::new_person("Dora")).unwrap();
    town.approve(&waiting, &ben).unwrap();
    break_events(&town, true);
    let before = rows(&town);
    let (now, key) = (town.now, town.new_key());
    let broken: Vec<Result<(), PeopleError>> = vec![
        town.people.leave(&ana.actor(), cleo.id, now).map(drop),
        town.people.suspend(&ana.actor(), ben.id, now).map(drop),
        town.enrol(&link).map(drop),
        town.approve(&waiting, &ana).map(drop),
        town.people.add_key(&ana.session, &key, now),
        town.people.end_all(&ana.actor(), ana.id, now).map(drop),
        town.people.veto(&ana.actor(), recovery.id, now),
        town.sign_in(&ana, device()).map(drop),
    ];
    for result in broken {
        assert!(matches!(result, Err(PeopleError::Store(_))), "{result:?}");
    }
    assert_eq!(rows(&town), before);
    break_events(&town, false);
    town.enrol(&link).unwrap();
    town.approve(&waiting, &ana).unwrap();
    assert!(!town.is_in(&cleo));
}

#[test]
fn files_of_others_and_of_the_future_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.sqlite");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE a (b)").unwrap();
    assert!(matches!(People::open(&path, Rules::default()), Err(PeopleError::Damaged(_))));
    let town = Town::new();
    Connection::open(&town.path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert!(matches!(People::open(&town.path, Rules::default()), Err(PeopleError::Newer { found: 99 })));
    std::fs::write(&path, [7; 4_096]).unwrap();
    assert!(matches!(People::open(&path, Rules::default()), Err(PeopleError::Damaged(_))));
}

#[test]
fn a_request_that_was_changed_in_the_file_is_not_what_people_signed() {
    let (mut town, ana, ben) = Town::founded();
    let request = town.invite(&ana, &Town::new_person("Cleo")).unwrap();
    town.approve(&request, &ana).unwrap();
    let raw = Connection::open(&town.path).unwrap();
    raw.execute("UPDATE requests SET body = replace(body, '\"member\"', '\"administrator\"')", []).unwrap();
    assert!(matches!(town.approve(&request, &ben), Err(PeopleError::Damaged(_))));
    assert_eq!(town.people.open_requests(town.now).unwrap(), []);
    town.people.suspend(&ben.actor(), ana.id, town.now).unwrap();
    assert!(!town.is_in(&ana), "a request that is damaged keeps nobody in");
    town.people.tend(town.now).unwrap();
    let states: Vec<String> = raw
        .prepare("SELECT state FROM requests WHERE body LIKE '%Cleo%'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(states, ["withdrawn"]);
    assert_eq!(
        refusal(town.people.veto(&Actor::Machine, vauban_people::RequestId::from_bytes([0; 16]), town.now)),
        vauban_people::Refusal::NoSuchRequest
    );
}

#[test]
fn many_who_open_a_new_file_at_once_all_get_it() {
    for _ in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.sqlite");
        std::thread::scope(|scope| {
            let all: Vec<_> = (0..8).map(|_| scope.spawn(|| People::open(&path, Rules::default()).map(drop))).collect();
            for one in all {
                one.join().unwrap().unwrap();
            }
        });
    }
}
