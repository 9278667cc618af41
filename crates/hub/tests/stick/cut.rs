//! Whoever is cut off in the middle leaves an order done or not begun, and does it again without harm.

use std::{
    fs,
    pin::pin,
    task::{Context, Poll, Waker},
};

use vauban_hub::{
    desk::{DeskError, Reach},
    store::{FrontStore, Place},
};

use crate::world::{World, act, copy, files, now};

/// Goes on with something so many times, then drops it; whether it had ended.
async fn cut<F: Future>(doing: F, times: usize) -> Option<F::Output> {
    let mut doing = pin!(doing);
    for _ in 0..times {
        if let Poll::Ready(output) = doing.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return Some(output);
        }
        // What works beside it gets its time.
        tokio::time::sleep(std::time::Duration::from_micros(300)).await;
    }
    None
}

#[tokio::test]
async fn an_exchange_that_is_cut_off_did_whole_orders() {
    let mut world = World::new(1).await;
    for _ in 0..2 {
        world.publish(&world.by_stick()).await;
    }
    let mut seen = std::collections::BTreeSet::new();
    let mut was_cut = 0;
    for times in (1..).map(|round: usize| round * round) {
        let (stick, place) =
            (world.home.path().join(format!("stick{times}")), world.home.path().join(format!("front{times}")));
        copy(&world.stick(), &stick);
        let front = FrontStore::open(&Place::File(place.clone())).await.unwrap();
        let ended = cut(world.exchange_at(&front, &stick), times).await;
        // What was asked of the database before the cut may still be done.
        front.close().await.unwrap();
        let front = FrontStore::open(&Place::File(place)).await.unwrap();
        let done = front.last_order().await.unwrap().map_or(0, |last| last.number.0);
        assert_eq!(world.sees(&front, &world.alice).await.len() as u64, done, "each order brings one object");
        seen.insert(done);
        assert_eq!(world.exchange_at(&front, &stick).await.unwrap().done, 2 - done);
        assert_eq!(world.sees(&front, &world.alice).await.len(), 2);
        if ended.is_some() {
            break;
        }
        was_cut += 1;
    }
    assert!(was_cut > 3 && seen.len() > 1, "cut {was_cut} times, after {seen:?} orders");
}

#[tokio::test]
async fn a_desk_whose_stick_is_full_gives_the_order_again() {
    let mut world = World::new(1).await;
    let id = world.approved().await;
    // Nothing can be written where a folder cannot be made: as on a disk that is full, after the desk noted the order.
    fs::write(world.stick().join("from-front"), "not a folder").unwrap();
    fs::write(world.stick().join("to-front"), "not a folder").unwrap();
    for _ in 0..2 {
        let told = world.desk.publish(act(), id, &world.by_stick()).await;
        assert!(matches!(told, Err(DeskError::Stick(_))), "{told:?}");
    }
    assert!(world.desk.store().last_published(world.stream).await.unwrap().is_none(), "it is not out");
    fs::remove_file(world.stick().join("from-front")).unwrap();
    fs::remove_file(world.stick().join("to-front")).unwrap();
    world.desk.publish(act(), id, &world.by_stick()).await.unwrap();
    world.desk.publish(act(), id, &world.by_stick()).await.unwrap();
    let orders = files(&world.stick().join("to-front"));
    let orders = orders.iter().filter(|file| file.extension().unwrap() == "order").count();
    assert_eq!(orders, 1, "the same order again is one");
    assert_eq!(world.exchange().await.unwrap().done, 1);
    // And once more when the front has it: another order, which changes nothing.
    world.desk.publish(act(), id, &world.by_stick()).await.unwrap();
    assert_eq!(world.exchange().await.unwrap().done, 1);
    assert_eq!(world.sees(&world.front, &world.alice).await.len(), 1);
}

#[tokio::test]
async fn half_an_order_on_the_stick_is_none() {
    let mut world = World::new(1).await;
    world.publish(&world.by_stick()).await;
    let to_front = world.stick().join("to-front");
    // What a desk leaves that is killed: files without their order, and one that was not done.
    fs::write(to_front.join(format!("{}.age", "00".repeat(32))), "rest of a file").unwrap();
    fs::write(to_front.join(".00000002.order.77.part"), "half").unwrap();
    assert_eq!(world.exchange().await.unwrap().done, 1);
    world.desk.hand_over_audience(&world.by_stick(), now()).await.unwrap();
    let left = files(&to_front);
    assert_eq!(left.len(), 2, "an order and its acts: {left:?}");
    let reach = Reach::Stick(world.stick());
    assert_eq!(world.desk.hand_over_audience(&reach, now()).await.unwrap().orders, 1);
}
