//! What the front's store owes, whatever engine it stands on.

use uuid::Uuid;
use vauban_hub::store::{
    Audience, DeskStore, Detail, Epoch, Filter, FrontStore, KeyEntry, Noted, ObjectType, PartFile, PartName, Place,
    PublicKey, Published, Receipt, ReleaseNumber, Sequence, SpecVersion, Spent, StoreError, Submission, SubmissionKind,
    Versions, Withdrawal,
};
use vauban_model::Marking;

use crate::made::{
    ALICE, ALICE_KEY, ALICES, BOB, BOBS, GROUP, after, at, audience, entry, everything, filled, id, numbers, opened,
    page, publication, version,
};

pub(crate) async fn a_release_is_read_as_it_was_published(place: Place) {
    let front = opened(&place).await;
    let mut release = publication(GROUP, 1, vec![entry("indicator", 1, 1), entry("malware", 2, 1)]);
    let large: Vec<u8> = (0..3_000_000_u32).map(|number| number.to_le_bytes()[0]).collect();
    let (name, empty) = (PartName::new("blind.table").unwrap(), PartName::new("empty").unwrap());
    release.parts.push(PartFile { name: name.clone(), bytes: large.clone() });
    release.parts.push(PartFile { name: empty.clone(), bytes: Vec::new() });
    assert_eq!(front.publish(&release, at(100)).await.unwrap(), Published::Now);
    let stored = front.releases(BOB, GROUP, ReleaseNumber(0), 10).await.unwrap();
    assert_eq!(stored.len(), 1);
    assert_eq!((&stored[0].manifest, &stored[0].signature), (&release.manifest, &release.signature));
    assert_eq!((stored[0].digest, stored[0].published), (release.digest, at(100)));
    let parts = front.parts(BOB, GROUP, ReleaseNumber(1)).await.unwrap();
    let told: Vec<_> = parts.iter().map(|part| (part.name.as_str(), part.bytes, part.chunks)).collect();
    assert_eq!(told, [("blind.table", 3_000_000, 3), ("empty", 0, 1), ("objects.json", 10, 1)]);
    let one = ReleaseNumber(1);
    assert_eq!(front.part(BOB, GROUP, one, &name, 3_000_000).await.unwrap(), Some(large));
    assert_eq!(front.part(BOB, GROUP, one, &name, 2_999_999).await.unwrap(), None, "larger than was asked for");
    assert_eq!(front.part(BOB, GROUP, one, &empty, 9).await.unwrap(), Some(Vec::new()));
    let entries = page(&front, BOB, GROUP, &Filter::default()).await;
    assert_eq!(entries.iter().map(|entry| entry.sequence.0).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(entries[0].json.as_deref(), Some(release.entries[0].json.as_str()));
    assert!(entries.iter().all(|entry| entry.added == at(100) && entry.expires.is_none()));
    let view = front.streams(BOB).await.unwrap().remove(0);
    assert_eq!((view.head, view.sequence, view.digest), (one, Sequence(2), Some(release.digest)));
    assert_eq!(front.last_added(BOB).await.unwrap(), Some(at(100)));
}

pub(crate) async fn a_chain_takes_only_what_follows(place: Place) {
    let front = opened(&place).await;
    let first = publication(GROUP, 1, vec![entry("indicator", 1, 1)]);
    let second = after(&first, publication(GROUP, 2, vec![]));
    assert!(matches!(front.publish(&second, at(1)).await, Err(StoreError::NotNext { expected: 1, found: 2 })));
    front.publish(&first, at(1)).await.unwrap();
    assert_eq!(front.publish(&first, at(2)).await.unwrap(), Published::Before);
    let mut other = first.clone();
    other.digest.0[5] ^= 1;
    assert!(matches!(front.publish(&other, at(2)).await, Err(StoreError::Fork { number: 1 })));
    let unchained = publication(GROUP, 2, vec![]);
    assert!(matches!(front.publish(&unchained, at(2)).await, Err(StoreError::Fork { number: 1 })));
    let mut back = second.clone();
    back.epoch = Epoch(0);
    assert!(matches!(front.publish(&back, at(2)).await, Err(StoreError::EpochWentBack { last: 1, found: 0 })));
    front.publish(&second, at(2)).await.unwrap();
    let mut nowhere = first.clone();
    nowhere.stream.0 = Uuid::from_u128(99);
    assert!(matches!(front.publish(&nowhere, at(3)).await, Err(StoreError::UnknownStream)));
    let numbers: Vec<u64> =
        front.releases(ALICE, GROUP, ReleaseNumber(0), 9).await.unwrap().iter().map(|it| it.number.0).collect();
    assert_eq!(numbers, [1, 2]);
}

pub(crate) async fn nobody_reads_what_is_not_theirs(place: Place) {
    let front = opened(&place).await;
    filled(&front).await;
    assert!(
        front.page(BOB, ALICES, &Filter::default(), Sequence(0), 9, Detail::Objects, at(0)).await.unwrap().is_none()
    );
    front.publish(&publication(ALICES, 1, vec![]), at(400)).await.unwrap();
    let (one, name) = (ReleaseNumber(1), PartName::new("objects.json").unwrap());
    assert!(front.releases(BOB, ALICES, ReleaseNumber(0), 9).await.unwrap().is_empty());
    assert!(front.parts(BOB, ALICES, one).await.unwrap().is_empty());
    assert!(front.chunk(BOB, ALICES, one, &name, 0).await.unwrap().is_none());
    assert!(front.chunk(ALICE, ALICES, one, &name, 0).await.unwrap().is_some());
    assert!(matches!(front.add(BOB, ALICES, &[], at(9)).await, Err(StoreError::Denied)));
    assert!(matches!(front.add(BOB, GROUP, &[], at(9)).await, Err(StoreError::Denied)), "reading is not writing");
    assert!(matches!(front.remove(BOB, GROUP, &id("indicator", 1), None).await, Err(StoreError::Denied)));
    let mut without_bob = audience();
    without_bob.credentials.pop();
    front.set_audience(&without_bob).await.unwrap();
    assert!(front.streams(BOB).await.unwrap().is_empty());
    assert!(front.credential(BOB).await.unwrap().is_none());
    assert_eq!(front.credential(ALICE).await.unwrap(), Some((10, Some(ALICE_KEY))));
    assert!(page(&front, BOB, GROUP, &Filter::default()).await.is_empty());
    assert_eq!(page(&front, ALICE, GROUP, &Filter::default()).await.len(), 4, "what stays keeps what it holds");
    let mut opens_nothing_known = audience();
    opens_nothing_known.streams.pop();
    assert!(matches!(front.set_audience(&opens_nothing_known).await, Err(StoreError::UnknownStream)));
    front.set_audience(&Audience::default()).await.unwrap();
    front.set_audience(&audience()).await.unwrap();
    assert!(page(&front, ALICE, GROUP, &Filter::default()).await.is_empty(), "a stream that was gone begins anew");
}

pub(crate) async fn markings_and_ends_are_in_the_question(place: Place) {
    let front = opened(&place).await;
    let mut strict = entry("indicator", 1, 1);
    strict.marking = Marking::AmberStrict;
    let to_group = front.publish(&publication(GROUP, 1, vec![strict.clone()]), at(1)).await;
    assert!(matches!(to_group, Err(StoreError::TooSecret { .. })), "{to_group:?}");
    let mut red = strict.clone();
    red.marking = Marking::Red;
    assert!(matches!(
        front.publish(&publication(ALICES, 1, vec![red]), at(1)).await,
        Err(StoreError::TooSecret { .. })
    ));
    front.publish(&publication(ALICES, 1, vec![strict]), at(1)).await.unwrap();
    assert_eq!(numbers(&front, ALICE, ALICES, &Filter::default()).await, [1]);
    let mut opened_up = audience();
    opened_up.streams[1].is_for_one = false;
    front.set_audience(&opened_up).await.unwrap();
    assert!(numbers(&front, ALICE, ALICES, &Filter::default()).await.is_empty(), "the ceiling counts when it is read");
    let mut ends = entry("indicator", 2, 1);
    ends.expires = Some(at(50));
    front.publish(&publication(GROUP, 1, vec![ends]), at(1)).await.unwrap();
    let asked = async |now| {
        let page = front.page(BOB, GROUP, &Filter::default(), Sequence(0), 9, Detail::Manifest, at(now)).await.unwrap();
        page.unwrap().entries
    };
    assert_eq!(asked(49).await[0].expires, Some(at(50)));
    assert!(asked(50).await.is_empty());
}

pub(crate) async fn filters_say_what_taxii_says(place: Place) {
    let front = opened(&place).await;
    filled(&front).await;
    let asked = async |filter: Filter| numbers(&front, ALICE, GROUP, &filter).await;
    let kind = |text| ObjectType::new(text).unwrap();
    let last = || Filter { versions: Versions::last(), ..Filter::default() };
    let versions = |versions| Filter { versions, ..Filter::default() };
    assert_eq!(asked(Filter::default()).await, [1, 2, 3, 4]);
    assert_eq!(asked(last()).await, [2, 3, 4]);
    assert_eq!(asked(versions(Versions { first: true, ..Versions::all() })).await, [1, 2, 3]);
    assert_eq!(asked(versions(Versions { at: vec![version(2)], ..Versions::all() })).await, [4]);
    assert_eq!(asked(versions(Versions { at: vec![version(2)], first: true, last: false })).await, [1, 2, 3, 4]);
    assert_eq!(asked(Filter { types: vec![kind("malware")], ..last() }).await, [2]);
    let both = vec![kind("malware"), kind("indicator"), kind("malware"), kind("tool")];
    assert_eq!(asked(Filter { types: both, ..last() }).await, [2, 3, 4]);
    assert_eq!(asked(Filter { objects: vec![id("indicator", 1)], ..Filter::default() }).await, [1, 4]);
    assert_eq!(asked(Filter { objects: vec![id("indicator", 9)], ..last() }).await, [] as [u64; 0]);
    assert_eq!(asked(Filter { spec_versions: vec![SpecVersion::new("2.0").unwrap()], ..last() }).await, [] as [u64; 0]);
    assert_eq!(asked(Filter { added_after: Some(at(99)), ..last() }).await, [2, 3, 4]);
    assert_eq!(asked(Filter { added_after: Some(at(100)), ..last() }).await, [4], "after is not at");
    assert_eq!(asked(Filter { added_after: Some(at(200)), ..last() }).await, [] as [u64; 0]);
    let many = Filter { objects: (0..1_025).map(|number| id("tool", number)).collect(), ..last() };
    let wide = front.page(ALICE, GROUP, &many, Sequence(0), 9, Detail::Manifest, at(0)).await;
    assert!(matches!(wide, Err(StoreError::FilterTooWide { most: 1_024 })), "{wide:?}");
}

pub(crate) async fn pages_go_on_where_they_ended(place: Place) {
    let front = opened(&place).await;
    let entries =
        (0..150).map(|number| entry(["indicator", "malware", "tool"][number as usize % 3], number, 1)).collect();
    front.publish(&publication(GROUP, 1, entries), at(1)).await.unwrap();
    let types = vec![ObjectType::new("indicator").unwrap(), ObjectType::new("tool").unwrap()];
    for (filter, total) in [(Filter::default(), 150), (Filter { types, ..Filter::default() }, 100)] {
        let (mut after, mut seen) = (Sequence(0), Vec::new());
        loop {
            let page = front.page(BOB, GROUP, &filter, after, 7, Detail::Manifest, at(2)).await.unwrap().unwrap();
            assert!(page.entries.iter().all(|entry| entry.json.is_none()));
            assert_eq!(page.more, seen.len() + page.entries.len() < total);
            seen.extend(page.entries.iter().map(|entry| entry.sequence));
            after = *seen.last().unwrap();
            if !page.more {
                break;
            }
            assert_eq!(page.entries.len(), 7);
        }
        assert_eq!(seen.len(), total);
        assert!(seen.is_sorted_by(|one, two| one < two));
    }
}

pub(crate) async fn versions_know_which_is_newest(place: Place) {
    let front = opened(&place).await;
    let mut newest = entry("indicator", 1, 3);
    newest.expires = Some(at(50));
    let all = [entry("indicator", 1, 2), newest, entry("indicator", 1, 1)];
    front.add(ALICE, ALICES, &all, at(1)).await.unwrap();
    let last = Filter { versions: Versions::last(), ..Filter::default() };
    let first = Filter { versions: Versions { first: true, ..Versions::all() }, ..Filter::default() };
    assert_eq!(numbers(&front, ALICE, ALICES, &last).await, [2]);
    assert_eq!(numbers(&front, ALICE, ALICES, &first).await, [3]);
    let later = front.page(ALICE, ALICES, &Filter::default(), Sequence(0), 9, Detail::Manifest, at(60)).await.unwrap();
    assert!(later.unwrap().entries.is_empty(), "an object that has ended is not alive in its older versions");
    let object = id("indicator", 1);
    assert_eq!(front.remove(ALICE, ALICES, &object, Some(&[version(3), version(1)])).await.unwrap(), 2);
    assert_eq!(numbers(&front, ALICE, ALICES, &last).await, [1]);
    assert_eq!(numbers(&front, ALICE, ALICES, &first).await, [1]);
    assert!(matches!(
        front.add(ALICE, ALICES, &[entry("indicator", 1, 2)], at(2)).await,
        Err(StoreError::Twice { object }) if object == id("indicator", 1).to_string()
    ));
    assert_eq!(front.remove(ALICE, ALICES, &object, None).await.unwrap(), 1);
    assert_eq!(front.remove(ALICE, ALICES, &object, None).await.unwrap(), 0);
    front.add(ALICE, ALICES, &[entry("indicator", 1, 2)], at(2)).await.unwrap();
    assert_eq!(numbers(&front, ALICE, ALICES, &last).await, [4], "a number is not given twice");
}

pub(crate) async fn a_refused_release_leaves_nothing(place: Place) {
    let front = opened(&place).await;
    filled(&front).await;
    let before = everything(&front).await;
    let second = publication(GROUP, 2, vec![]);
    let mut twice: Vec<_> = (100..400).map(|number| entry("tool", number, 1)).collect();
    twice.push(entry("malware", 2, 1));
    let refused = front.publish(&after(&second, publication(GROUP, 3, twice)), at(900)).await;
    assert!(matches!(refused, Err(StoreError::Twice { .. })), "{refused:?}");
    let mut unknown = after(&second, publication(GROUP, 3, vec![entry("tool", 1, 1)]));
    unknown.withdrawn = vec![Withdrawal { object: id("tool", 99), version: None }];
    assert!(matches!(front.publish(&unknown, at(900)).await, Err(StoreError::UnknownObject)));
    assert_eq!(everything(&front).await, before);
    let mut changed = after(&second, publication(GROUP, 3, vec![entry("malware", 2, 1)]));
    changed.withdrawn = vec![Withdrawal { object: id("malware", 2), version: None }];
    front.publish(&changed, at(900)).await.unwrap();
    assert_eq!(numbers(&front, ALICE, GROUP, &Filter::default()).await, [1, 3, 4, 5], "out and in again is last");
}

pub(crate) async fn clocks_may_go_back(place: Place) {
    let front = opened(&place).await;
    front.add(ALICE, ALICES, &[entry("tool", 1, 1)], at(7_200)).await.unwrap();
    front.add(ALICE, ALICES, &[entry("tool", 2, 1)], at(0)).await.unwrap();
    let added: Vec<_> = page(&front, ALICE, ALICES, &Filter::default()).await.iter().map(|it| it.added).collect();
    assert!(added[0] < added[1], "{added:?}");
    let filter = Filter { added_after: Some(added[0]), ..Filter::default() };
    assert_eq!(numbers(&front, ALICE, ALICES, &filter).await, [2], "what comes later is found after what was there");
}

pub(crate) async fn receipts_are_kept_once(place: Place) {
    let front = opened(&place).await;
    filled(&front).await;
    let receipt = Receipt { stream: GROUP, number: ReleaseNumber(1), key: ALICE_KEY, at: at(5), bytes: vec![1, 2, 3] };
    assert_eq!(front.keep_receipt(ALICE, &receipt).await.unwrap(), Noted::Now);
    let again = Receipt { at: at(99), ..receipt.clone() };
    assert_eq!(front.keep_receipt(ALICE, &again).await.unwrap(), Noted::Before);
    let other = Receipt { bytes: vec![4], ..receipt.clone() };
    assert!(matches!(front.keep_receipt(ALICE, &other).await, Err(StoreError::Taken("receipt"))));
    assert!(matches!(front.keep_receipt(BOB, &receipt).await, Err(StoreError::Denied)), "another's key");
    let foreign = Receipt { key: PublicKey([99; 32]), ..receipt.clone() };
    assert!(matches!(front.keep_receipt(ALICE, &foreign).await, Err(StoreError::Denied)));
    let elsewhere = Receipt { stream: BOBS, ..receipt.clone() };
    assert!(matches!(front.keep_receipt(ALICE, &elsewhere).await, Err(StoreError::Denied)));
    let unpublished = Receipt { number: ReleaseNumber(3), ..receipt.clone() };
    assert!(matches!(front.keep_receipt(ALICE, &unpublished).await, Err(StoreError::UnknownRelease)));
    assert_eq!(front.receipts(GROUP, ReleaseNumber(0)).await.unwrap(), [receipt]);
}

pub(crate) async fn budgets_hold_under_a_rush(place: Place) {
    let fronts = [opened(&place).await, FrontStore::open(&place).await.unwrap()];
    let rush: Vec<_> = (0..16)
        .map(|number| {
            let front = fronts[number % 2].clone();
            tokio::spawn(async move { front.spend(ALICE, 7, 1).await.unwrap() })
        })
        .collect();
    let mut left = Vec::new();
    for one in rush {
        if let Spent::Left(rest) = one.await.unwrap() {
            left.push(rest);
        }
    }
    left.sort_unstable();
    assert_eq!(left, (0..10).collect::<Vec<u64>>(), "ten are allowed");
    let front = &fronts[0];
    assert_eq!(front.spend(ALICE, 8, 11).await.unwrap(), Spent::Exhausted);
    assert_eq!(front.spend(ALICE, 8, 10).await.unwrap(), Spent::Left(0));
    assert_eq!(front.spend(BOB, 8, 3).await.unwrap(), Spent::Left(7), "each has its own");
    front.set_audience(&Audience::default()).await.unwrap();
    assert!(matches!(front.spend(ALICE, 9, 1).await, Err(StoreError::Denied)));
    front.set_audience(&audience()).await.unwrap();
    assert_eq!(front.spend(ALICE, 8, 1).await.unwrap(), Spent::Exhausted, "what was spent stays spent");
}

pub(crate) async fn the_log_of_keys_has_one_end(place: Place) {
    let front = opened(&place).await;
    let key = |sequence, epoch, byte: u8| KeyEntry {
        sequence: Sequence(sequence),
        epoch: Epoch(epoch),
        entry: vec![byte; 40],
        at: at(5),
    };
    assert!(matches!(front.append_key(&key(2, 1, 1)).await, Err(StoreError::NotNext { expected: 1, found: 2 })));
    front.append_key(&key(1, 1, 1)).await.unwrap();
    front.append_key(&key(1, 1, 1)).await.unwrap();
    assert!(matches!(front.append_key(&key(1, 1, 2)).await, Err(StoreError::Taken("key"))), "no second key");
    assert!(matches!(front.append_key(&key(2, 1, 2)).await, Err(StoreError::EpochWentBack { last: 1, found: 1 })));
    front.append_key(&key(2, 5, 2)).await.unwrap();
    assert_eq!(front.keys(Sequence(0), 9).await.unwrap(), [key(1, 1, 1), key(2, 5, 2)]);
    assert_eq!(front.keys(Sequence(1), 9).await.unwrap(), [key(2, 5, 2)]);
}

pub(crate) async fn what_parties_send_waits_for_the_desk(place: Place) {
    let front = opened(&place).await;
    let new = Submission {
        id: Uuid::from_u128(50),
        credential: ALICE,
        stream: ALICES,
        kind: SubmissionKind::Sighting,
        received: at(1),
        status: "pending".to_owned(),
        body: Some(b"seen".to_vec()),
    };
    front.submit(&new).await.unwrap();
    front.submit(&new).await.unwrap();
    assert!(matches!(
        front.submit(&Submission { body: Some(vec![]), ..new.clone() }).await,
        Err(StoreError::Taken("submission"))
    ));
    assert!(matches!(front.submit(&Submission { credential: BOB, ..new.clone() }).await, Err(StoreError::Denied)));
    assert_eq!(front.submission(BOB, new.id).await.unwrap(), None, "another's status is not there");
    assert_eq!(front.waiting(9).await.unwrap(), [new.clone()]);
    front.taken(new.id, "complete").await.unwrap();
    assert!(front.waiting(9).await.unwrap().is_empty());
    let told = front.submission(ALICE, new.id).await.unwrap().unwrap();
    assert_eq!((told.status.as_str(), told.body), ("complete", None));
    assert!(matches!(front.taken(Uuid::from_u128(51), "x").await, Err(StoreError::UnknownObject)));
}

pub(crate) async fn what_has_ended_is_forgotten(place: Place) {
    let front = opened(&place).await;
    filled(&front).await;
    let mut ends = entry("indicator", 8, 1);
    ends.expires = Some(at(50));
    ends.json = r#"{"name":"planted-and-forgotten"}"#.to_owned();
    front.add(ALICE, ALICES, &[ends], at(1)).await.unwrap();
    front.spend(ALICE, 1, 1).await.unwrap();
    assert_eq!(front.forget(at(49), 1, 1, at(0)).await.unwrap(), 1, "the file of the first release");
    assert_eq!(front.forget(at(50), 1, 2, at(0)).await.unwrap(), 2, "the object and the budget");
    assert_eq!(numbers(&front, ALICE, ALICES, &Filter::default()).await, [1]);
    assert!(front.parts(ALICE, GROUP, ReleaseNumber(1)).await.unwrap().is_empty());
    assert_eq!(front.parts(ALICE, GROUP, ReleaseNumber(2)).await.unwrap().len(), 1);
    assert_eq!(front.releases(ALICE, GROUP, ReleaseNumber(0), 9).await.unwrap().len(), 2, "the chain stays");
    if let Place::File(path) = &place {
        front.close().await.unwrap();
        let bytes = std::fs::read(path).unwrap();
        assert!(!bytes.windows(8).any(|window| window == b"planted-"), "what was deleted is in the file");
    }
}

pub(crate) async fn two_fronts_publish_at_once(place: Place) {
    let fronts = [opened(&place).await, FrontStore::open(&place).await.unwrap()];
    let mut before: Option<vauban_hub::store::Publication> = None;
    for number in 1..=8_u64 {
        let attempts: Vec<_> = (0..6_u64)
            .map(|attempt| {
                let front = fronts[usize::from(attempt % 2 == 1)].clone();
                let mut new =
                    publication(GROUP, number, (0..30).map(|it| entry("tool", number * 100 + it, 1)).collect());
                new.previous = before.as_ref().map(|before| before.digest);
                // Three of one release, three of another under the same number.
                new.digest.0[9] = u8::from(attempt >= 3);
                tokio::spawn(async move { (front.publish(&new, at(1)).await, new) })
            })
            .collect();
        let reading = tokio::spawn({
            let front = fronts[1].clone();
            async move { numbers(&front, BOB, GROUP, &Filter::default()).await.len() }
        });
        let mut won = None;
        for attempt in attempts {
            match attempt.await.unwrap() {
                (Ok(Published::Now), new) => assert!(won.replace(new).is_none(), "published twice"),
                (Ok(Published::Before) | Err(StoreError::Fork { .. }), _) => {}
                (other, _) => panic!("{other:?}"),
            }
        }
        assert_eq!(reading.await.unwrap() % 30, 0, "half a release was seen");
        before = won;
        assert!(before.is_some());
    }
    assert_eq!(numbers(&fronts[0], BOB, GROUP, &Filter::default()).await, (1..=240).collect::<Vec<u64>>());
}

pub(crate) async fn a_newer_schema_is_refused_and_roles_do_not_mix(place: Place) {
    let front = opened(&place).await;
    filled(&front).await;
    let before = everything(&front).await;
    front.close().await.unwrap();
    let desk = DeskStore::open(&place).await.map(|_| ());
    match &place {
        Place::File(path) => {
            assert!(matches!(desk, Err(StoreError::Stranger { expected: "desk" })), "{desk:?}");
            let again = FrontStore::open(&place).await.unwrap();
            assert_eq!(everything(&again).await, before);
            again.close().await.unwrap();
            newer_file(path).await;
        }
        Place::Server(address) => {
            desk.unwrap();
            let again = FrontStore::open(&place).await.unwrap();
            assert_eq!(everything(&again).await, before, "a desk beside it changes nothing");
            again.close().await.unwrap();
            newer_server(address).await;
        }
    }
    let newer = FrontStore::open(&place).await.map(|_| ());
    assert!(matches!(newer, Err(StoreError::Newer { found: 99, known: 1 })), "{newer:?}");
}

async fn newer_file(path: &std::path::Path) {
    use sqlx::{ConnectOptions as _, Connection as _};
    let mut raw = sqlx::sqlite::SqliteConnectOptions::new().filename(path).connect().await.unwrap();
    sqlx::raw_sql("PRAGMA user_version = 99").execute(&mut raw).await.unwrap();
    raw.close().await.unwrap();
}

async fn newer_server(address: &str) {
    use sqlx::Connection as _;
    let mut raw = sqlx::PgConnection::connect(address).await.unwrap();
    sqlx::raw_sql("INSERT INTO vauban_front.schema_version VALUES (99)").execute(&mut raw).await.unwrap();
    raw.close().await.unwrap();
}
