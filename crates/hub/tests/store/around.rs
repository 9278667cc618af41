//! What the front's store owes around its entries: receipts, budgets, keys, what parties send, forgetting, fronts at once.

use uuid::Uuid;
use vauban_hub::store::{
    Audience, DeskStore, Digest, Epoch, Filter, FrontStore, KeyEntry, Noted, OrderMark, OrderNumber, Place, PublicKey,
    Published, Receipt, ReleaseNumber, Sequence, Spent, StoreError, Submission, SubmissionKind, ToldCounts,
};

use crate::made::{
    ALICE, ALICE_KEY, ALICES, BOB, BOBS, GROUP, at, audience, entry, everything, filled, numbers, opened, page,
    publication,
};

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
    assert_eq!(front.waiting(9).await.unwrap(), std::slice::from_ref(&new));
    assert_eq!(front.waiting_lengths(9).await.unwrap(), [(new.id, 4)]);
    assert_eq!(front.waiting_one(new.id).await.unwrap().as_ref(), Some(&new));
    front.taken(new.id, "complete").await.unwrap();
    assert!(front.waiting(9).await.unwrap().is_empty() && front.waiting_lengths(9).await.unwrap().is_empty());
    assert!(front.waiting_one(new.id).await.unwrap().is_none());
    let told = front.submission(ALICE, new.id).await.unwrap().unwrap();
    assert_eq!((told.status.as_str(), told.body), ("complete", None));
    assert!(matches!(front.taken(Uuid::from_u128(51), "x").await, Err(StoreError::UnknownObject)));
}

pub(crate) async fn orders_are_done_once_and_whole(place: Place) {
    let front = opened(&place).await;
    let mark = |number, byte| OrderMark { number: OrderNumber(number), digest: Digest([byte; 32]) };
    let (first, new) = (mark(1, 1), publication(GROUP, 1, vec![entry("tool", 1, 1)]));
    assert_eq!(front.last_order().await.unwrap(), None);
    let left_out = front.begin_order(mark(2, 2), at(1)).await.map(|_| ());
    assert!(matches!(left_out, Err(StoreError::NotNext { expected: 1, found: 2 })), "{left_out:?}");

    let mut doing = front.begin_order(first, at(1)).await.unwrap().unwrap();
    doing.publish(&new).await.unwrap();
    drop(doing);
    assert_eq!(front.last_order().await.unwrap(), None, "what was dropped was not done");
    assert!(numbers(&front, ALICE, GROUP, &Filter::default()).await.is_empty());

    let mut doing = front.begin_order(first, at(1)).await.unwrap().unwrap();
    assert_eq!(doing.publish(&new).await.unwrap(), Published::Now);
    doing.set_audience(&Audience { credentials: Vec::new(), ..audience() }).await.unwrap();
    doing.set_audience(&audience()).await.unwrap();
    doing.taken(Uuid::from_u128(99), "of something that was forgotten").await.unwrap();
    doing.commit().await.unwrap();
    assert_eq!(front.last_order().await.unwrap(), Some(first));
    assert_eq!(front.done_order(OrderNumber(1)).await.unwrap(), Some(Digest([1; 32])));
    assert_eq!(numbers(&front, ALICE, GROUP, &Filter::default()).await, [1]);
    assert!(front.begin_order(first, at(2)).await.unwrap().is_none(), "it was done");
    let other = front.begin_order(mark(1, 9), at(2)).await.map(|_| ());
    assert!(matches!(other, Err(StoreError::Taken("order"))), "{other:?}");
    front.begin_order(mark(2, 2), at(2)).await.unwrap().unwrap().commit().await.unwrap();
    front.empty_log().await.unwrap();
}

pub(crate) async fn counts_are_told_once(place: Place) {
    let fronts = [opened(&place).await, FrontStore::open(&place).await.unwrap()];
    let front = &fronts[0];
    let of = |credential, stream, week: &str, byte: u8| ToldCounts {
        credential,
        stream,
        week: week.parse().unwrap(),
        received: at(i64::from(byte)),
        bytes: vec![byte],
    };
    let first = of(ALICE, GROUP, "2026-W10", 1);
    assert_eq!(front.keep_counts(&first).await.unwrap(), Noted::Now);
    let again = ToldCounts { received: at(99), ..first.clone() };
    assert_eq!(fronts[1].keep_counts(&again).await.unwrap(), Noted::Before);
    let other = of(ALICE, GROUP, "2026-W10", 2);
    assert!(matches!(front.keep_counts(&other).await, Err(StoreError::Taken("counts"))));
    assert!(matches!(front.keep_counts(&of(ALICE, BOBS, "2026-W10", 3)).await, Err(StoreError::Denied)));
    let more = [of(BOB, GROUP, "2026-W10", 4), of(ALICE, ALICES, "2026-W10", 5), of(ALICE, GROUP, "2026-W11", 6)];
    for one in &more {
        assert_eq!(front.keep_counts(one).await.unwrap(), Noted::Now, "each by itself");
    }
    let waiting = front.waiting_counts(9).await.unwrap();
    assert_eq!(waiting, [&[first.clone()][..], &more].concat());
    assert_eq!(front.waiting_counts(2).await.unwrap(), waiting[..2]);

    // What the desk has is gone, and still nothing else takes its place.
    front.counts_taken(&first).await.unwrap();
    assert_eq!(front.waiting_counts(9).await.unwrap(), more);
    assert_eq!(front.keep_counts(&again).await.unwrap(), Noted::Before);
    assert!(matches!(front.keep_counts(&other).await, Err(StoreError::Taken("counts"))));
    let after = |weeks: i64| first.week.begins() + jiff::SignedDuration::from_hours(weeks * 7 * 24);
    assert_eq!(front.forget(after(8), 9, 0, at(0)).await.unwrap(), 0, "such a week is still taken");
    assert_eq!(front.forget(after(9), 9, 0, at(0)).await.unwrap(), 1);
    assert_eq!(front.waiting_counts(9).await.unwrap(), more, "what the desk has not stays");

    let rush: Vec<_> = (0..12_u8)
        .map(|number| {
            let (front, one) = (fronts[usize::from(number % 2)].clone(), of(BOB, GROUP, "2026-W12", 10 + number / 4));
            tokio::spawn(async move { front.keep_counts(&one).await })
        })
        .collect();
    let mut kept = 0;
    for one in rush {
        match one.await.unwrap() {
            Ok(Noted::Now) => kept += 1,
            Ok(Noted::Before) | Err(StoreError::Taken("counts")) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(kept, 1);
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
    assert!(matches!(newer, Err(StoreError::Newer { found: 99, known: 4 })), "{newer:?}");
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
