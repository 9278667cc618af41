//! Old sticks, old desks, new fronts: what comes again changes nothing, and what was lost is made good.

use std::fs;

use vauban_hub::{
    desk::{Desk, DeskError, Reach, Rest},
    stick::StickError,
    store::{FrontStore, Place},
};

use crate::world::{World, act, copy, files, now};

#[tokio::test]
async fn an_old_stick_lets_nobody_back_in() {
    let mut world = World::new(1).await;
    world.publish(&world.by_stick()).await;
    let old = world.home.path().join("old");
    copy(&world.stick(), &old);
    assert_eq!(world.exchange().await.unwrap().done, 1);
    assert_eq!(world.exchange_at(&world.front, &old).await.unwrap().done, 0, "as new as the front");
    world.desk.store().revoke_party(act(), world.bob.id).await.unwrap();
    world.desk.hand_over_audience(&world.by_stick(), now()).await.unwrap();
    assert_eq!(world.exchange().await.unwrap().done, 1);
    assert!(world.front.known(world.bob.credential).await.unwrap().is_none());

    let told = world.exchange_at(&world.front, &old).await;
    assert!(matches!(told, Err(StickError::Old { newest: 1, done: 2 })), "{told:?}");
    // Nor with the newer order beside it, which was done.
    copy(&world.stick().join("to-front"), &old.join("to-front"));
    let _ = world.exchange_at(&world.front, &old).await;
    assert!(world.front.known(world.bob.credential).await.unwrap().is_none());
    assert_eq!(world.front.last_order().await.unwrap().unwrap().number.0, 2);
}

#[tokio::test]
async fn an_old_answer_is_nothing_new() {
    let mut world = World::new(1).await;
    let number = world.publish(&world.by_stick()).await;
    world.exchange().await.unwrap();
    world.join_and_send(&world.alice, number, 77).await;
    world.exchange().await.unwrap();
    let answer = world.stick().join("from-front/answer.age");
    let old = fs::read(&answer).unwrap();
    assert_eq!(world.collect().await.unwrap().sightings.len(), 1);
    world.exchange().await.unwrap();
    let id = world.send(&world.alice, "another one").await;
    fs::write(&answer, old).unwrap();
    let again = world.collect().await.unwrap();
    assert!(again.sightings.is_empty() && again.receipts.is_empty() && again.objects.is_empty(), "{again:?}");
    // The stick carries again what was done since; the front knows it.
    assert_eq!(again.rest, Rest { orders: 1, more: false });
    assert_eq!(world.exchange().await.unwrap().done, 0);
    let new = world.collect().await.unwrap();
    assert_eq!((new.sightings.len(), new.sightings[0].note.as_str()), (1, "another one"));
    world.exchange().await.unwrap();
    assert!(world.front.waiting_one(id).await.unwrap().is_none());
}

#[tokio::test]
async fn a_lost_stick_is_written_anew_and_a_lost_front_is_made_anew() {
    let mut world = World::new(1).await;
    world.publish(&world.by_stick()).await;
    fs::remove_dir_all(world.stick()).unwrap();
    fs::create_dir(world.stick()).unwrap();
    world.publish(&world.by_stick()).await;
    assert_eq!(world.exchange().await.unwrap().done, 2, "the first came with the second");
    world.publish(&world.by_stick()).await;
    let waits = files(&world.stick().join("to-front"));
    assert_eq!(waits.iter().filter(|file| file.extension().unwrap() == "order").count(), 1, "{waits:?}");
    world.exchange().await.unwrap();
    world.collect().await.unwrap();
    assert!(files(&world.stick().join("to-front")).is_empty(), "all was done");
    let kept = files(&world.home.path().join("desk/orders"));
    let size: u64 = kept.iter().map(|file| fs::metadata(file).unwrap().len()).sum();
    let releases = files(&world.home.path().join("desk/releases"));
    let all: u64 = releases.iter().map(|file| fs::metadata(file).unwrap().len()).sum();
    assert!(size < all, "no release is kept twice: {size} of {all}");

    // Another database: the front says that it did nothing, and gets everything.
    let place = Place::File(world.home.path().join("new.sqlite"));
    let new = FrontStore::open(&place).await.unwrap();
    world.exchange_at(&new, &world.stick()).await.unwrap();
    let rest = world.collect().await.unwrap().rest;
    assert_eq!(rest.orders, 3);
    assert_eq!(world.exchange_at(&new, &world.stick()).await.unwrap().done, 3);
    assert_eq!(world.sees(&new, &world.bob).await, world.sees(&world.front, &world.bob).await);
    assert_eq!(world.sees(&new, &world.bob).await.len(), 3);
}

#[tokio::test]
async fn an_old_copy_of_the_desk_gives_no_order() {
    let mut world = World::new(1).await;
    world.publish(&world.by_stick()).await;
    let old = world.home.path().join("old-desk");
    copy(&world.home.path().join("desk"), &old);
    let old = Desk::open(&old).await.unwrap();
    world.publish(&world.by_stick()).await;
    let is_refused = |told: Result<Rest, DeskError>| {
        assert!(matches!(told, Err(DeskError::Stick(StickError::OldDesk(2)))), "{told:?}");
    };
    is_refused(old.hand_over_audience(&world.by_stick(), now()).await);
    assert_eq!(world.exchange().await.unwrap().done, 2);
    is_refused(old.hand_over_audience(&world.by_stick(), now()).await);
    world.collect().await.unwrap();
    is_refused(old.hand_over_audience(&world.by_stick(), now()).await);

    // On a blank stick nobody can tell; the front does.
    let blank = world.home.path().join("blank");
    fs::create_dir(&blank).unwrap();
    old.hand_over_audience(&Reach::Stick(blank.clone()), now()).await.unwrap();
    let told = world.exchange_at(&world.front, &blank).await;
    assert!(matches!(told, Err(StickError::Fork(2))), "{told:?}");
}
