//! Upstream servers that die, lie and dawdle: the right answer comes, or an older one, or SERVFAIL that says why.

use std::{
    net::UdpSocket,
    sync::{Arc, atomic::Ordering::SeqCst},
    thread,
    time::{Duration, Instant},
};

use tokio::runtime::Runtime;
use vauban_resolver::{Answer, ExtendedError, Question, Resolver};

use crate::{
    client::{name, resolver},
    liars::{HONEST, Liar, Manner},
};

const A: u16 = 1;

fn asks(upstreams: &[String]) -> Resolver {
    resolver(upstreams, |settings| settings.validate = false)
}

fn www() -> Question {
    Question::new(name("www.example"), A)
}

fn is_honest(answer: &Answer) -> bool {
    answer.rcode() == 0 && answer.addresses.iter().map(|address| address.value.to_string()).eq([HONEST])
}

#[test]
fn another_server_answers_for_one_that_does_not() {
    let runtime = Runtime::new().unwrap();
    let dead = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for manner in [Manner::Silent, Manner::Code(1), Manner::Code(2), Manner::Code(5), Manner::WrongId] {
        let (first, second) = (Liar::new(manner), Liar::new(Manner::Honest));
        let asking = asks(&[first.url(), second.url()]);
        let answer = runtime.block_on(asking.resolve(&www()));
        assert!(is_honest(&answer), "{manner:?}: {answer:?}");
        assert!(first.count() > 0 && second.count() > 0, "{manner:?}");
    }
    let second = Liar::new(Manner::Honest);
    let asking = asks(&[format!("udp://{dead}"), second.url()]);
    for index in 0..5 {
        let question = Question::new(name(&format!("w{index}.example")), A);
        assert!(is_honest(&runtime.block_on(asking.resolve(&question))), "nobody at that port");
    }
    let standings = asking.upstreams();
    assert!(standings[0].1.answered == 0 && standings[1].1.answered == 5, "{standings:?}");
    assert!(standings[0].1.usual > standings[1].1.usual, "{standings:?}");
}

#[test]
fn a_server_that_failed_is_not_asked_first_again() {
    let (first, second) = (Liar::new(Manner::Code(5)), Liar::new(Manner::Honest));
    let asking = asks(&[first.url(), second.url()]);
    let runtime = Runtime::new().unwrap();
    for index in 0..20 {
        let question = Question::new(name(&format!("w{index}.example")), A);
        assert!(is_honest(&runtime.block_on(asking.resolve(&question))));
    }
    assert!(first.count() < 10, "{}", first.count());
}

#[test]
fn forgeries_do_not_count() {
    let runtime = Runtime::new().unwrap();
    let flood = Liar::new(Manner::Floods);
    assert!(is_honest(&runtime.block_on(asks(&[flood.url()]).resolve(&www()))));
    // What is no message, or comes back in other letters, is asked again over TCP.
    for manner in [Manner::Garbage, Manner::OtherCase, Manner::Truncates] {
        let liar = Liar::new(manner);
        let answer = runtime.block_on(asks(&[liar.url()]).resolve(&www()));
        assert!(is_honest(&answer), "{manner:?}: {answer:?}");
        assert_eq!(liar.asked[1].load(SeqCst), 1, "{manner:?}");
    }
    for manner in [Manner::OtherQuestion, Manner::WrongId] {
        let liar = Liar::new(manner);
        let answer = runtime.block_on(asks(&[liar.url()]).resolve(&www()));
        assert_eq!((answer.rcode(), answer.addresses.len()), (2, 0), "{manner:?}");
        assert_eq!(answer.error, Some(ExtendedError::UNREACHABLE), "{manner:?}");
    }
}

#[test]
fn failures_say_why_and_are_remembered_for_a_while() {
    let runtime = Runtime::new().unwrap();
    let dead = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let answer = runtime.block_on(asks(&[format!("tcp://{dead}")]).resolve(&www()));
    assert_eq!((answer.rcode(), answer.error), (2, Some(ExtendedError::NETWORK)));
    let refusing = Liar::new(Manner::Code(5));
    let asking = asks(&[refusing.url()]);
    for _ in 0..5 {
        let answer = runtime.block_on(asking.resolve(&www()));
        assert_eq!((answer.rcode(), answer.error), (2, Some(ExtendedError::FAILED)));
    }
    assert_eq!(refusing.count(), 1);
    for kind in [0, 41, 250, 251, 252] {
        let answer = runtime.block_on(asking.resolve(&Question::new(name("www.example"), kind)));
        assert_eq!(answer.rcode(), 5, "{kind}");
    }
    let chaos = Question { class: 3, ..www() };
    assert_eq!(runtime.block_on(asking.resolve(&chaos)).rcode(), 5);
    assert_eq!(refusing.count(), 1, "none of that is forwarded");
}

#[test]
fn something_old_is_better_than_nothing() {
    let runtime = Runtime::new().unwrap();
    for manner in [Manner::Silent, Manner::Code(2), Manner::Slow(3000)] {
        let server = Liar::new(Manner::Honest);
        let asking = asks(&[server.url()]);
        assert!(is_honest(&runtime.block_on(asking.resolve(&www()))));
        // Past the time to live.
        thread::sleep(Duration::from_millis(1100));
        server.now(manner);
        let before = server.count();
        let answer = runtime.block_on(asking.resolve(&www()));
        assert_eq!((answer.error, answer.ttl), (Some(ExtendedError::STALE), 30), "{manner:?}");
        assert!(is_honest(&answer) && server.count() > before, "{manner:?}");
    }
    // A name that did not exist is said to have been one.
    let server = Liar::new(Manner::Nothing);
    let asking = asks(&[server.url()]);
    assert_eq!(runtime.block_on(asking.resolve(&www())).rcode(), 3);
    server.now(Manner::Silent);
    let answer = runtime.block_on(asking.refresh(&www()));
    assert_eq!((answer.rcode(), answer.error), (3, Some(ExtendedError::STALE_NXDOMAIN)));
}

#[test]
fn what_comes_too_late_for_whoever_waited_is_there_for_the_next() {
    let runtime = Runtime::new().unwrap();
    let server = Liar::new(Manner::Honest);
    let asking = asks(&[server.url()]);
    assert!(is_honest(&runtime.block_on(asking.resolve(&www()))));
    server.now(Manner::Slow(2200));
    let late = runtime.block_on(asking.refresh(&www()));
    assert_eq!(late.error, Some(ExtendedError::STALE));
    let mut bytes = Vec::new();
    let is_there = (0..100).any(|_| {
        thread::sleep(Duration::from_millis(50));
        let hit = asking.cache().get(www().key(), Instant::now(), &mut bytes);
        hit.is_some_and(|hit| !hit.is_stale)
    });
    assert!(is_there);
}

#[test]
fn the_same_question_is_asked_once() {
    let server = Liar::new(Manner::Slow(150));
    let asking = Arc::new(asks(&[server.url()]));
    Runtime::new().unwrap().block_on(async {
        let tasks: Vec<_> = (0..100)
            .map(|_| {
                let asking = Arc::clone(&asking);
                tokio::spawn(async move { asking.resolve(&www()).await })
            })
            .collect();
        for task in tasks {
            assert!(is_honest(&task.await.unwrap()));
        }
    });
    assert_eq!(server.count(), 1);
}

#[test]
fn more_questions_than_there_is_room_for_are_refused_at_once() {
    let server = Liar::new(Manner::Slow(1000));
    let asking = resolver(&[server.url()], |settings| {
        settings.validate = false;
        settings.most_questions = 1;
    });
    let asking = Arc::new(asking);
    Runtime::new().unwrap().block_on(async {
        let first = tokio::spawn({
            let asking = Arc::clone(&asking);
            async move { asking.resolve(&www()).await }
        });
        while server.count() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let second = asking.resolve(&Question::new(name("other.example"), A)).await;
        assert_eq!((second.rcode(), second.error), (2, Some(ExtendedError::BUSY)));
        assert!(is_honest(&first.await.unwrap()));
    });
}

#[test]
fn an_alias_without_its_end_is_followed_and_one_without_end_is_not() {
    let runtime = Runtime::new().unwrap();
    let server = Liar::new(Manner::Stops);
    let answer = runtime.block_on(asks(&[server.url()]).resolve(&Question::new(name("a.example"), A)));
    assert!(is_honest(&answer) && answer.chain == [name("b.example")].into(), "{answer:?}");
    let server = Liar::new(Manner::Circles);
    let answer = runtime.block_on(asks(&[server.url()]).resolve(&Question::new(name("a.example"), A)));
    assert_eq!((answer.rcode(), answer.error), (2, Some(ExtendedError::INVALID)));
}
