//! The cache as a clock that is told shows it.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use super::*;
use crate::{
    Answer, ExtendedError, Name, Question, Security, Why,
    answer::Parts,
    wire::{Record, kind},
};

fn question(text: &str) -> Question {
    Question::new(Name::from_text(text).unwrap(), kind::A)
}

fn record(owner: &Question, kind: u16, ttl: u32, data: &[u8]) -> Record {
    Record { owner: owner.name.clone(), kind, class: 1, ttl, data: data.into() }
}

fn answer(question: &Question, ttl: u32) -> Arc<Answer> {
    let answers =
        vec![record(question, kind::A, ttl, &[192, 0, 2, 1]), record(question, kind::A, ttl + 9, &[192, 0, 2, 2])];
    let parts = Parts { answers, ttl, security: Security::Secure, ..Parts::default() };
    Arc::new(Answer::compose(question, parts, None).unwrap())
}

fn absence(question: &Question, ttl: u32) -> Arc<Answer> {
    let parts = Parts { rcode: 3, is_absence: true, ttl, ..Parts::default() };
    Arc::new(Answer::compose(question, parts, None).unwrap())
}

fn failure(question: &Question) -> Arc<Answer> {
    Arc::new(Answer::failure(question, Security::Indeterminate, ExtendedError::UNREACHABLE))
}

struct Told {
    cache: Cache,
    start: Instant,
}

impl Told {
    fn new() -> Self {
        let start = Instant::now();
        Self { cache: Cache::new(Limits::default(), [7, 9], start), start }
    }

    fn at(&self, seconds: u64) -> Instant {
        self.start + Duration::from_secs(seconds)
    }

    fn get(&self, question: &Question, seconds: u64) -> Option<(Hit, Vec<u8>)> {
        let mut bytes = Vec::new();
        self.cache.get(question.key(), self.at(seconds), &mut bytes).map(|hit| (hit, bytes))
    }

    fn insert(&self, question: &Question, answer: &Arc<Answer>, seconds: u64) {
        self.cache.insert(question, answer, self.at(seconds));
    }
}

fn ttls(hit: &Hit, bytes: &[u8]) -> Vec<u32> {
    hit.ttl_offsets().map(|at| u32::from_be_bytes(bytes[usize::from(at)..][..4].try_into().unwrap())).collect()
}

#[test]
fn times_to_live_go_down_until_nothing_is_left() {
    let (told, www) = (Told::new(), question("www.example"));
    let made = answer(&www, 100);
    told.insert(&www, &made, 10);
    let (hit, bytes) = told.get(&www, 10).unwrap();
    assert_eq!((ttls(&hit, &bytes), hit.ttl), (vec![100, 100], 100), "no record outlives the answer");
    let (hit, bytes) = told.get(&www, 60).unwrap();
    assert_eq!((ttls(&hit, &bytes), hit.ttl, hit.security), (vec![50, 50], 50, Security::Secure));
    assert_eq!(bytes.len(), made.bytes.len());
    assert!(told.get(&www, 110).is_none());
    assert!(told.get(&question("ww.example"), 10).is_none());
    assert!(told.get(&Question { dnssec_ok: true, ..www.clone() }, 10).is_none());
    assert!(told.get(&www, 0).is_some(), "a clock that goes back does no harm");
    assert_eq!(told.cache.counts().hits, 3);
}

#[test]
fn nothing_is_kept_for_longer_than_allowed() {
    let (told, www, gone) = (Told::new(), question("www.example"), question("gone.example"));
    told.insert(&www, &answer(&www, 9_000_000), 0);
    told.insert(&gone, &absence(&gone, 90_000), 0);
    assert!(told.get(&gone, 3599).is_some() && told.get(&gone, 3600).is_none());
    let (hit, _) = told.get(&www, 86_399).unwrap();
    assert_eq!(hit.ttl, 1);
    assert!(told.get(&www, 86_400).is_none());
}

#[test]
fn what_is_old_is_given_only_when_there_is_nothing_newer() {
    let (told, www, gone) = (Told::new(), question("www.example"), question("gone.example"));
    told.insert(&www, &answer(&www, 10), 0);
    told.insert(&gone, &absence(&gone, 10), 0);
    assert!(told.get(&www, 11).is_none());
    assert_eq!(told.cache.stale(&www, told.at(11)).unwrap().error, Some(ExtendedError::STALE));
    assert_eq!(told.cache.stale(&gone, told.at(11)).unwrap().error, Some(ExtendedError::STALE_NXDOMAIN));
    told.insert(&www, &failure(&www), 12);
    let (hit, bytes) = told.get(&www, 13).unwrap();
    assert!(hit.is_stale && hit.error == Some(ExtendedError::STALE) && !hit.should_prefetch);
    assert_eq!(ttls(&hit, &bytes), [30, 30]);
    assert!(told.get(&www, 43).is_none(), "then it is worth a try");
    let end = 10 + 48 * 3600;
    assert!(told.cache.stale(&www, told.at(end - 1)).is_some() && told.cache.stale(&www, told.at(end)).is_none());
    told.insert(&www, &answer(&www, 10), 50);
    assert!(!told.get(&www, 51).unwrap().0.is_stale);
}

#[test]
fn what_is_bogus_takes_the_place_of_what_was_good() {
    let (told, www) = (Told::new(), question("www.example"));
    told.insert(&www, &answer(&www, 10), 0);
    let bogus = Answer::failure(&www, Security::Bogus(Why::Expired), Why::Expired.into());
    told.insert(&www, &Arc::new(bogus), 12);
    let (hit, bytes) = told.get(&www, 13).unwrap();
    assert_eq!((bytes[3] & 0xF, hit.error.unwrap().code), (2, 7));
    assert!(told.cache.stale(&www, told.at(13)).is_none());
}

#[test]
fn failures_are_remembered_longer_when_they_repeat_themselves() {
    let (told, www) = (Told::new(), question("www.example"));
    let mut at = 0;
    for expected in [5, 10, 20, 40, 80, 160, 300, 300] {
        told.insert(&www, &failure(&www), at);
        assert!(told.get(&www, at + expected - 1).is_some(), "{expected}");
        assert!(told.get(&www, at + expected).is_none(), "{expected}");
        at += expected;
    }
    told.insert(&www, &answer(&www, 1), at);
    told.cache.forget_all();
    told.insert(&www, &failure(&www), at + 2);
    assert!(told.get(&www, at + 7).is_none(), "a success in between counts");
}

#[test]
fn one_caller_is_told_to_ask_anew() {
    let (told, wanted, once) = (Told::new(), question("www.example"), question("once.example"));
    told.insert(&wanted, &answer(&wanted, 100), 0);
    told.insert(&once, &answer(&once, 100), 0);
    assert!(!told.get(&wanted, 50).unwrap().0.should_prefetch);
    let said: Vec<bool> = (0..3).map(|_| told.get(&wanted, 95).unwrap().0.should_prefetch).collect();
    assert_eq!(said, [true, false, false]);
    assert!(!told.get(&once, 95).unwrap().0.should_prefetch, "nobody asked before");
}

#[test]
fn it_is_bounded_in_bytes_and_keeps_what_is_used() {
    let start = Instant::now();
    let limits = Limits { bytes: 4 << 20, ..Limits::default() };
    let cache = Cache::new(limits, [7, 9], start);
    let (often, mut bytes) = (question("often.example"), Vec::new());
    cache.insert(&often, &answer(&often, 1000), start);
    for index in 0..40_000 {
        let other = question(&format!("host{index}.example"));
        cache.insert(&other, &answer(&other, 1000), start);
        assert!(cache.get(often.key(), start, &mut bytes).is_some(), "{index}");
    }
    let counts = cache.counts();
    assert!(counts.bytes <= limits.bytes && counts.bytes > limits.bytes / 2, "{counts:?}");
    assert_eq!(counts.entries as u64 + counts.evicted, 40_001);
}

#[test]
fn names_are_forgotten_with_what_is_below_and_what_leads_to_them() {
    let told = Told::new();
    let [zone, below, alias, other] = ["a.example", "www.a.example", "b.example", "ba.example"].map(question);
    for asked in [&zone, &below, &other] {
        told.insert(asked, &answer(asked, 100), 0);
    }
    let target = record(&alias, kind::CNAME, 100, below.name.as_bytes());
    let parts = Parts { answers: vec![target], ttl: 100, ..Parts::default() };
    told.insert(&alias, &Arc::new(Answer::compose(&alias, parts, None).unwrap()), 0);
    assert_eq!(told.cache.forget(&zone.name), 3);
    assert!(told.get(&other, 1).is_some() && told.get(&alias, 1).is_none());
    assert_eq!(told.cache.forget_all(), 1);
    assert_eq!(told.cache.counts().bytes, 0);
}

#[test]
fn threads_see_whole_answers() {
    let start = Instant::now();
    let cache = Cache::new(Limits { bytes: 4 << 20, ..Limits::default() }, [7, 9], start);
    let names: Vec<Question> = (0..2_000).map(|index| question(&format!("host{index}.example"))).collect();
    thread::scope(|scope| {
        for turn in 0..4 {
            let (cache, names) = (&cache, &names);
            scope.spawn(move || {
                let mut bytes = Vec::new();
                for (index, name) in names.iter().enumerate().cycle().skip(turn * 500).take(8_000) {
                    if index % 4 == turn {
                        cache.insert(name, &answer(name, 50 + turn as u32), start);
                    } else if let Some(hit) = cache.get(name.key(), start, &mut bytes) {
                        let expected = answer(name, hit.ttl);
                        assert_eq!(bytes.len(), expected.bytes.len());
                        let differs = |&at: &usize| bytes[at] != expected.bytes[at] && !in_ttl(&expected, at);
                        assert_eq!((0..bytes.len()).find(differs), None, "{index}");
                    }
                }
            });
        }
    });
    assert!(cache.counts().bytes <= 4 << 20);
}

fn in_ttl(answer: &Answer, at: usize) -> bool {
    answer.ttl_offsets.iter().any(|&offset| (usize::from(offset)..usize::from(offset) + 4).contains(&at))
}
