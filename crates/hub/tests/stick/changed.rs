//! A stick that somebody else had: whatever they change, the front does nothing, and the desk takes nothing.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use vauban_hub::{
    FrontRole,
    desk::{DeskError, Reach},
    stick::StickError,
};
use vauban_release::OrderError;

use crate::world::{World, copy, files, now};

/// A hub whose stick has two orders that the front has not done.
async fn loaded() -> World {
    let mut world = World::new(1).await;
    for _ in 0..2 {
        world.publish(&world.by_stick()).await;
    }
    world
}

async fn nothing_was_done(world: &World) {
    assert!(world.front.last_order().await.unwrap().is_none());
    assert!(world.sees(&world.front, &world.alice).await.is_empty());
    assert!(world.front.known(world.alice.credential).await.unwrap().is_none());
}

/// Changes each file of `to-front`, one at a time, and brings the stick to the front.
async fn with_each(world: &World, change: impl Fn(&Path, Vec<u8>)) -> usize {
    let all = files(&world.stick().join("to-front"));
    for file in &all {
        let bytes = fs::read(file).unwrap();
        change(file, bytes.clone());
        assert!(world.exchange().await.is_err(), "{}", file.display());
        nothing_was_done(world).await;
        fs::write(file, bytes).unwrap();
    }
    assert_eq!(world.exchange().await.unwrap().done, 2, "as it was, it is good");
    all.len()
}

#[tokio::test]
async fn a_changed_byte_is_found_before_anything_is_done() {
    let world = loaded().await;
    let flipped = |at: fn(usize) -> usize| {
        move |file: &Path, mut bytes: Vec<u8>| {
            let place = at(bytes.len());
            bytes[place] ^= 1;
            fs::write(file, bytes).unwrap();
        }
    };
    let all = with_each(&world, flipped(|length| length / 2)).await;
    assert!(all >= 10, "two orders, their acts and their releases: {all}");
    let ends: [fn(usize) -> usize; 2] = [|_| 0, |length| length - 1];
    for end in ends {
        with_each(&loaded().await, flipped(end)).await;
    }
}

#[tokio::test]
async fn a_stick_that_was_copied_by_half_does_nothing() {
    with_each(&loaded().await, |file, bytes| fs::write(file, &bytes[..bytes.len() / 2]).unwrap()).await;
    with_each(&loaded().await, |file, _| fs::write(file, b"").unwrap()).await;
    let world = loaded().await;
    for file in files(&world.stick().join("to-front")).iter().filter(|file| file.extension().unwrap() == "age") {
        let bytes = fs::read(file).unwrap();
        fs::remove_file(file).unwrap();
        let told = world.exchange().await;
        assert!(matches!(told, Err(StickError::Missing(_))), "{told:?}");
        nothing_was_done(&world).await;
        fs::write(file, bytes).unwrap();
    }
}

#[tokio::test]
async fn an_order_that_is_left_out_or_stands_elsewhere_stops_the_rest() {
    let world = loaded().await;
    let place = |number: u32| world.stick().join(format!("to-front/{number:08}.order"));
    let [first, second] = [1, 2].map(|number| fs::read(place(number)).unwrap());
    fs::remove_file(place(1)).unwrap();
    let told = world.exchange().await;
    assert!(matches!(told, Err(StickError::Order(OrderError::NotNext { due: 1, found: 2 }))), "{told:?}");
    for (one, other) in [(&second, &first), (&first, &first)] {
        fs::write(place(1), one).unwrap();
        fs::write(place(2), other).unwrap();
        let told = world.exchange().await;
        assert!(matches!(told, Err(StickError::Changed(_))), "{told:?}");
    }
    nothing_was_done(&world).await;
}

#[tokio::test]
async fn another_hubs_stick_is_refused_on_both_sides() {
    let (world, other) = (loaded().await, World::new(2).await);
    let told = other.exchange_at(&other.front, &world.stick()).await;
    assert!(matches!(told, Err(StickError::Order(OrderError::OtherHub))), "{told:?}");
    let told = other.desk.hand_over_audience(&world.by_stick(), now()).await;
    assert!(matches!(told, Err(DeskError::Stick(StickError::Order(OrderError::OtherHub)))), "{told:?}");
    assert_eq!(world.exchange().await.unwrap().done, 2, "it was left as it is");
    let told = other.desk.collect(crate::world::act(), &world.by_stick()).await;
    assert!(matches!(told, Err(DeskError::Stick(StickError::Answer))), "{told:?}");
}

#[tokio::test]
async fn what_comes_back_is_the_fronts_or_nothing() {
    let world = loaded().await;
    world.exchange().await.unwrap();
    let answer = world.stick().join("from-front/answer.age");
    let good = fs::read(&answer).unwrap();
    for bad in [Vec::new(), good[..good.len() / 2].to_vec(), [&good[..], b"x"].concat()] {
        fs::write(&answer, bad).unwrap();
        let told = world.collect().await;
        assert!(matches!(told, Err(DeskError::Stick(StickError::Answer))), "{told:?}");
    }
    // Somebody who knows what it is sealed to, but not the secret of the fronts.
    let text = fs::read_to_string(world.desk.roles_folder().join("front.toml")).unwrap();
    let secret = text.lines().find(|line| line.starts_with("secret")).unwrap();
    let forged = FrontRole::read(&text.replacen(secret, &format!("secret = \"{}\"", "00".repeat(32)), 1)).unwrap();
    let mut forger = World::new(3).await;
    forger.role = forged;
    forger.exchange_at(&world.front, &world.stick()).await.unwrap();
    let told = world.collect().await;
    assert!(matches!(told, Err(DeskError::Stick(StickError::Answer))), "{told:?}");
    fs::write(&answer, good).unwrap();
    world.collect().await.unwrap();
}

#[tokio::test]
async fn nobody_is_led_elsewhere_by_a_link() {
    let world = loaded().await;
    let elsewhere = world.home.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::write(elsewhere.join("00000009.order"), "somebody's").unwrap();
    let is_refused = |told: Result<(), StickError>| assert!(matches!(told, Err(StickError::NotPlain(_))), "{told:?}");
    let desk = async |world: &World| match world.desk.hand_over_audience(&world.by_stick(), now()).await {
        Err(DeskError::Stick(error)) => Err(error),
        other => panic!("{other:?}"),
    };
    let link: PathBuf = world.stick().join("to-front/.00000004.order.1.part");
    symlink(elsewhere.join("00000009.order"), &link).unwrap();
    is_refused(desk(&world).await);
    is_refused(world.exchange().await.map(|_| ()));
    fs::remove_file(&link).unwrap();
    let moved = world.home.path().join("moved");
    copy(&world.stick().join("to-front"), &moved);
    fs::remove_dir_all(world.stick().join("to-front")).unwrap();
    symlink(&elsewhere, world.stick().join("to-front")).unwrap();
    is_refused(desk(&world).await);
    is_refused(world.exchange().await.map(|_| ()));
    assert_eq!(fs::read_to_string(elsewhere.join("00000009.order")).unwrap(), "somebody's");
    assert_eq!(files(&elsewhere).len(), 1);
    let other = Reach::Stick(world.home.path().to_owned());
    assert!(world.desk.hand_over_audience(&other, now()).await.is_ok());
}
