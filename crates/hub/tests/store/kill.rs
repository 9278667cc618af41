//! Killed in the middle of a publication: the release is whole or absent, and the next one follows.

use std::{process::Command, time::Duration};

use vauban_hub::store::{Filter, FrontStore, Place, Published, ReleaseNumber};

use crate::{
    made::{ALICE, GROUP, at, audience, entry, numbers, publication},
    postgres::Server,
};

const FILE: &str = "VAUBAN_TEST_FRONT_FILE";
const SERVER: &str = "VAUBAN_TEST_FRONT_SERVER";
const NUMBER: &str = "VAUBAN_TEST_RELEASE";
const ENTRIES: u64 = 3_000;
const ROUNDS: u64 = 12;

fn release(number: u64) -> vauban_hub::store::Publication {
    let entries = (0..ENTRIES).map(|it| entry("indicator", number * ENTRIES + it, 1)).collect();
    let mut new = publication(GROUP, number, entries);
    new.previous = (number > 1).then(|| publication(GROUP, number - 1, vec![]).digest);
    new
}

/// What the child does: this program again, told by its environment where to publish. Returns whether this is a child.
async fn is_child_that_published() -> bool {
    let (file, server) = (std::env::var_os(FILE), std::env::var(SERVER));
    let place = match (file, server) {
        (Some(path), _) => Place::File(path.into()),
        (_, Ok(address)) => Place::Server(address),
        _ => return false,
    };
    let number = std::env::var(NUMBER).unwrap().parse().unwrap();
    FrontStore::open(&place).await.unwrap().publish(&release(number), at(1)).await.unwrap();
    true
}

#[tokio::test]
async fn killed_on_sqlite() {
    if is_child_that_published().await {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("front");
    kill_and_look(Place::File(path.clone()), FILE, path.as_os_str()).await;
}

#[tokio::test]
async fn killed_on_postgresql() {
    let Some(server) = Server::start() else { return };
    let (place, _) = server.database();
    let Place::Server(address) = &place else { panic!("a server was asked for") };
    kill_and_look(place.clone(), SERVER, address.as_ref()).await;
}

async fn kill_and_look(place: Place, variable: &str, value: &std::ffi::OsStr) {
    let front = FrontStore::open(&place).await.unwrap();
    front.set_audience(&audience()).await.unwrap();
    let mut absent = 0;
    for number in 1..=ROUNDS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "kill::killed_on_sqlite", "--nocapture"])
            .env(variable, value)
            .env(NUMBER, number.to_string())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        // Each round lets the child live a little longer.
        tokio::time::sleep(Duration::from_millis(20 + 12 * number)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        let there = front.releases(ALICE, GROUP, ReleaseNumber(number - 1), 9).await.unwrap().len() as u64;
        absent += 1 - there;
        let entries = numbers(&front, ALICE, GROUP, &Filter::default()).await;
        let whole = (number - 1 + there) * ENTRIES;
        assert!(entries.len() as u64 == whole.min(10_000), "half a release of {number} is there: {}", entries.len());
        let parts = front.parts(ALICE, GROUP, ReleaseNumber(number)).await.unwrap().len() as u64;
        assert_eq!(parts, there);
        let outcome = front.publish(&release(number), at(1)).await.unwrap();
        assert_eq!(outcome, if there == 1 { Published::Before } else { Published::Now });
    }
    assert!(absent > 0, "no child was killed before its end");
}
