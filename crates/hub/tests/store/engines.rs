//! The cases, one by one on SQLite and in a row on PostgreSQL; and what differs between the engines.

use std::pin::Pin;

use vauban_hub::store::{DeskStore, FrontStore, Place, StoreError};

use crate::{apart, around, cases, desk, made, postgres::Server, random};

type Case = fn(Place) -> Pin<Box<dyn Future<Output = ()>>>;

macro_rules! cases {
    ($($module:ident::$case:ident),* $(,)?) => {
        const CASES: &[(&str, Case)] = &[$((stringify!($case), |place| Box::pin($module::$case(place)))),*];

        mod sqlite {
            use super::*;
            $(
                #[tokio::test]
                async fn $case() {
                    let folder = tempfile::tempdir().unwrap();
                    $module::$case(Place::File(folder.path().join("hub.sqlite"))).await;
                }
            )*
        }
    };
}

cases! {
    cases::a_release_is_read_as_it_was_published,
    cases::a_chain_takes_only_what_follows,
    cases::nobody_reads_what_is_not_theirs,
    cases::markings_and_ends_are_in_the_question,
    cases::filters_say_what_taxii_says,
    cases::pages_go_on_where_they_ended,
    cases::versions_know_which_is_newest,
    cases::a_refused_release_leaves_nothing,
    around::clocks_may_go_back,
    around::receipts_are_kept_once,
    around::budgets_hold_under_a_rush,
    around::the_log_of_keys_has_one_end,
    around::what_parties_send_waits_for_the_desk,
    around::orders_are_done_once_and_whole,
    around::counts_are_told_once,
    around::what_has_ended_is_forgotten,
    around::two_fronts_publish_at_once,
    around::a_newer_schema_is_refused_and_roles_do_not_mix,
    desk::parties_and_streams_make_an_audience,
    desk::one_organisation_is_one,
    desk::objects_go_through_review,
    desk::only_what_may_leave_is_releasable,
    desk::two_people_publish,
    desk::the_trail_shows_what_was_changed,
    random::the_store_does_what_the_model_does,
    apart::what_others_do_changes_no_byte,
}

#[tokio::test]
async fn every_case_on_postgresql() {
    let Some(server) = Server::start() else { return };
    for (name, case) in CASES {
        println!("{name}");
        let (place, _) = server.database();
        case(place).await;
    }
}

#[tokio::test]
async fn a_copy_of_an_sqlite_store_is_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let front = FrontStore::open(&Place::File(folder.path().join("front"))).await.unwrap();
    made::filled(&front).await;
    let copy = folder.path().join("copy");
    front.backup(&copy).await.unwrap();
    assert!(matches!(front.backup(&copy).await, Err(StoreError::Exists)));
    let restored = FrontStore::open(&Place::File(copy)).await.unwrap();
    assert_eq!(made::everything(&restored).await, made::everything(&front).await);
    let next = made::publication(made::GROUP, 3, vec![made::entry("malware", 77, 1)]);
    restored.publish(&made::after(&made::publication(made::GROUP, 2, vec![]), next), made::at(500)).await.unwrap();
    let desk = DeskStore::open(&Place::File(folder.path().join("desk"))).await.unwrap();
    desk.backup(&folder.path().join("desk copy")).await.unwrap();
    DeskStore::open(&Place::File(folder.path().join("desk copy"))).await.unwrap();
}

#[tokio::test]
async fn a_dump_of_a_postgresql_store_restores() {
    let Some(server) = Server::start() else { return };
    let (place, name) = server.database();
    let front = FrontStore::open(&place).await.unwrap();
    made::filled(&front).await;
    assert!(matches!(front.backup(std::path::Path::new("x")).await, Err(StoreError::OwnTools)));
    let dump = server.folder.path().join("front.dump");
    let host = server.folder.path().to_str().unwrap();
    let dumped = server
        .command("pg_dump")
        .args(["-U", "vauban", "-h", host, "-Fc", "-n", "vauban_front", "-d", &name, "-f"])
        .arg(&dump)
        .status()
        .unwrap();
    assert!(dumped.success());
    let (empty, other) = server.database();
    let restored =
        server.command("pg_restore").args(["-U", "vauban", "-h", host, "-d", &other]).arg(&dump).status().unwrap();
    assert!(restored.success());
    let restored = FrontStore::open(&empty).await.unwrap();
    assert_eq!(made::everything(&restored).await, made::everything(&front).await);
}

#[tokio::test]
async fn a_server_that_goes_away_is_told_and_comes_back() {
    let Some(mut server) = Server::start() else { return };
    let (place, _) = server.database();
    let front = FrontStore::open(&place).await.unwrap();
    made::filled(&front).await;
    let before = made::everything(&front).await;
    let entries = (0..20_000).map(|number| made::entry("malware", 1_000 + number, 1)).collect();
    let large = made::after(&made::publication(made::GROUP, 2, vec![]), made::publication(made::GROUP, 3, entries));
    let publishing = tokio::spawn({
        let (front, large) = (front.clone(), large.clone());
        async move { front.publish(&large, made::at(900)).await }
    });
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    server.stop_at_once();
    let outcome = publishing.await.unwrap();
    assert!(matches!(outcome, Err(StoreError::Gone(_))), "{outcome:?}");
    let while_away = front.streams(made::ALICE).await;
    assert!(matches!(while_away, Err(StoreError::Gone(_))), "{while_away:?}");
    server.run();
    assert_eq!(made::everything(&front).await, before, "half a release is there");
    front.publish(&large, made::at(900)).await.unwrap();
}

#[tokio::test]
async fn strangers_files_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text");
    std::fs::write(&text, "this is not a database, it is a text that is long enough for one page or so".repeat(99))
        .unwrap();
    let before = std::fs::read(&text).unwrap();
    let outcome = FrontStore::open(&Place::File(text.clone())).await.map(|_| ());
    assert!(matches!(outcome, Err(StoreError::Damaged(_))), "{outcome:?}");
    assert_eq!(std::fs::read(&text).unwrap(), before);
    let nowhere = FrontStore::open(&Place::File(folder.path().join("no/such/folder"))).await.map(|_| ());
    assert!(matches!(nowhere, Err(StoreError::Gone(_))), "{nowhere:?}");
    let address = FrontStore::open(&Place::Server("mysql//x".to_owned())).await.map(|_| ());
    assert!(matches!(address, Err(StoreError::Address)), "{address:?}");
    assert_eq!(format!("{:?}", Place::Server("postgres://a:secret@b/c".to_owned())), "Server(…)");
}

#[tokio::test]
async fn a_file_that_is_overwritten_is_called_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("front");
    let front = FrontStore::open(&Place::File(path.clone())).await.unwrap();
    made::filled(&front).await;
    front.close().await.unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.iter_mut().skip(4_096).for_each(|byte| *byte = 0xee);
    std::fs::write(&path, bytes).unwrap();
    let outcome = match FrontStore::open(&Place::File(path)).await {
        Ok(front) => front.streams(made::ALICE).await.map(|_| ()),
        Err(error) => Err(error),
    };
    assert!(matches!(outcome, Err(StoreError::Damaged(_))), "{outcome:?}");
}
