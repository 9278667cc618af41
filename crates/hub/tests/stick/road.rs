//! One suite for both ways to a front: what happens is the same, one visit later.

use vauban_hub::{
    desk::{DeskError, Reach, Rest},
    stick::StickError,
    store::{FrontStore, Place, State},
};

use crate::world::{NOTE, TITLE, WEEK, World, act, files, holds, now};

/// What is at the front in the end, in words.
async fn end_of_road(way: fn(&World) -> Reach) -> Vec<String> {
    let mut world = World::new(1).await;
    let reach = way(&world);
    let visit = async |world: &World| {
        if reach.stick().is_some() {
            world.exchange().await.unwrap();
        }
    };
    let number = world.publish(&reach).await;
    visit(&world).await;
    assert_eq!(world.sees(&world.front, &world.bob).await.len(), 1);

    world.join_and_send(&world.alice, number, 77).await;
    visit(&world).await;
    let collected = world.desk.collect(act(), &reach).await.unwrap();
    assert_eq!(collected.joined.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [world.alice.id]);
    assert_eq!(collected.receipts, [(world.alice.id, world.stream, number)]);
    assert_eq!(collected.objects, [(world.alice.id, 1)]);
    assert_eq!(collected.sightings.iter().map(|seen| seen.note.as_str()).collect::<Vec<_>>(), [NOTE]);
    assert_eq!(collected.counts.iter().map(|sum| sum.week.to_string()).collect::<Vec<_>>(), [WEEK]);
    assert!(collected.wrong.is_empty(), "{:?}", collected.wrong);
    assert_eq!(world.desk.objects(State::Imported).await.unwrap().len(), 1);

    // It is here once, whether the front has heard of it or not.
    for _ in 0..2 {
        let again = world.desk.collect(act(), &reach).await.unwrap();
        assert!(again.receipts.is_empty() && again.sightings.is_empty() && again.objects.is_empty(), "{again:?}");
        assert!(again.counts.is_empty() && again.joined.is_empty() && again.wrong.is_empty(), "{again:?}");
        visit(&world).await;
    }
    assert!(world.front.waiting(10).await.unwrap().is_empty(), "the desk has it");
    assert!(world.front.waiting_counts(10).await.unwrap().is_empty(), "the counts, too");
    assert!(world.front.countersigned(world.alice.credential, world.stream, number).await.unwrap().is_some());

    world.publish(&reach).await;
    world.desk.store().revoke_party(act(), world.bob.id).await.unwrap();
    world.desk.hand_over_audience(&reach, now()).await.unwrap();
    visit(&world).await;
    assert!(world.sees(&world.front, &world.bob).await.is_empty(), "revoked");
    let mut end = world.sees(&world.front, &world.alice).await;
    let streams = world.front.streams(world.alice.credential).await.unwrap();
    end.extend(streams.iter().map(|view| format!("{} {} {}", view.info.title, view.head, view.epoch)));
    end.push(format!("{:?}", world.front.keys(vauban_hub::store::Sequence(0), 10).await.unwrap().len()));
    end.push(format!("{:?}", world.front.known(world.bob.credential).await.unwrap().is_some()));
    end
}

#[tokio::test]
async fn a_stick_does_what_the_database_does() {
    let by_database = end_of_road(|world| Reach::Database(Place::File(world.home.path().join("front.sqlite")))).await;
    assert_eq!(by_database.len(), 6, "{by_database:?}");
    assert_eq!(end_of_road(World::by_stick).await, by_database);
}

#[tokio::test]
async fn a_stick_tells_its_finder_sizes_and_numbers() {
    let mut world = World::new(1).await;
    let number = world.publish(&world.by_stick()).await;
    world.exchange().await.unwrap();
    world.join_and_send(&world.alice, number, 77).await;
    let before = Rest { orders: 2, more: false };
    world.exchange().await.unwrap();
    // What waits for the front and what comes from it, both at once.
    world.publish(&world.by_stick()).await;
    assert_eq!(world.desk.hand_over_audience(&world.by_stick(), now()).await.unwrap(), before);
    let files = files(&world.stick());
    assert!(files.len() > 8, "{files:?}");
    let credential: String = world.alice.credential.0.iter().map(|byte| format!("{byte:02x}")).collect();
    let stream = world.stream.0.to_string();
    for secret in
        ["burnt", NOTE, TITLE, "Alice", "A. Martin", "indicator--", "receipt/1", "counts/1", &credential, &stream]
    {
        assert!(files.iter().all(|file| !holds(file, secret)), "{secret}");
    }
    assert!(files.iter().any(|file| holds(file, "order/1")), "the order itself is to be seen");
}

#[tokio::test]
async fn the_note_of_a_sighting_leaves_the_front_with_its_log() {
    for by_stick in [true, false] {
        let mut world = World::new(1).await;
        let place = Place::File(world.home.path().join("front.sqlite"));
        let number = world.publish(&Reach::Database(place.clone())).await;
        world.join_and_send(&world.alice, number, 77).await;
        let is_there = || {
            let names = ["front.sqlite", "front.sqlite-wal", "front.sqlite-shm"];
            names.iter().any(|name| holds(&world.home.path().join(name), NOTE))
        };
        assert!(is_there(), "else this test finds nothing");
        if by_stick {
            world.exchange().await.unwrap();
            world.collect().await.unwrap();
            assert!(is_there(), "the front does not know yet that the desk has it");
            world.exchange().await.unwrap();
        } else {
            world.desk.collect(act(), &Reach::Database(place)).await.unwrap();
        }
        assert!(!is_there(), "by stick: {by_stick}");
    }
}

#[tokio::test]
async fn a_stick_that_is_not_there_is_not_made() {
    let world = World::new(1).await;
    let away = world.home.path().join("away");
    let told = world.desk.hand_over_audience(&Reach::Stick(away.clone()), now()).await;
    assert!(matches!(told, Err(DeskError::Stick(StickError::NoStick(_)))), "{told:?}");
    assert!(matches!(world.exchange_at(&world.front, &away).await, Err(StickError::NoStick(_))));
    assert!(!away.exists());
    assert!(matches!(world.collect().await, Err(DeskError::Stick(StickError::NoAnswer))), "it was not at the front");
    // A front that did nothing yet, and a blank stick.
    let exchanged = world.exchange().await.unwrap();
    assert_eq!((exchanged.done, exchanged.last, exchanged.waiting), (0, None, (0, 0, 0)));
    let collected = world.collect().await.unwrap();
    assert!(collected.joined.is_empty() && collected.rest == Rest::default());
    let other = FrontStore::open(&Place::File(world.home.path().join("other.sqlite"))).await.unwrap();
    assert!(other.last_order().await.unwrap().is_none());
}
