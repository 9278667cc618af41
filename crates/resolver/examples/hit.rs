//! What an answer from the cache costs: `cargo run --release -p vauban-resolver --example hit`.
#![expect(clippy::print_stdout, reason = "it prints what it measured")]
#![expect(clippy::unwrap_used, reason = "it may fail in the shortest way")]

use std::{
    fs,
    hint::black_box,
    thread,
    time::{Duration, Instant},
};

use vauban_resolver::{Answer, Cache, Limits, Name, Question, Security};

const ROUNDS: usize = 4_000_000;

fn main() {
    for names in [1, 1_000, 100_000] {
        let start = Instant::now();
        let cache = Cache::new(Limits { bytes: 256 << 20, ..Limits::default() }, [0x1234, 0x5678], start);
        let questions: Vec<Question> = (0..names).map(question).collect();
        for question in &questions {
            cache.insert(question, &answer(question), start);
        }
        let size = answer(&questions[0]).bytes.len();
        for threads in [1, 2] {
            let took = thread::scope(|scope| {
                let running: Vec<_> = (0..threads).map(|_| scope.spawn(|| hits(&cache, &questions))).collect();
                running.into_iter().map(|thread| thread.join().unwrap()).max().unwrap()
            });
            let each = took.as_nanos() / ROUNDS as u128;
            println!("{names} names, {threads} threads: {each} ns for each answer of {size} bytes");
        }
    }
}

fn hits(cache: &Cache, questions: &[Question]) -> Duration {
    let mut bytes = Vec::with_capacity(512);
    let (start, before) = (Instant::now(), on_processor());
    let mut found = 0;
    for round in 0..ROUNDS {
        // A stride that has nothing in common with the number of names.
        let question = &questions[round.wrapping_mul(7919) % questions.len()];
        found += usize::from(cache.get(black_box(question.key()), start, &mut bytes).is_some());
    }
    assert_eq!(found, ROUNDS);
    on_processor() - before
}

/// How long this thread has been running, without what it waited for others.
fn on_processor() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(text.split(' ').next().unwrap().parse().unwrap())
}

fn question(index: usize) -> Question {
    Question::new(Name::from_text(&format!("host{index}.department.example")).unwrap(), 1)
}

/// Six addresses: some 150 bytes.
fn answer(question: &Question) -> Answer {
    let mut bytes = vec![0, 0, 0x81, 0x80, 0, 1, 0, 6, 0, 0, 0, 0];
    bytes.extend_from_slice(question.name.as_bytes());
    bytes.extend_from_slice(&[0, 1, 0, 1]);
    for host in 1..=6 {
        bytes.extend_from_slice(&[0xC0, 12, 0, 1, 0, 1, 0, 0, 14, 16, 0, 4, 192, 0, 2, host]);
    }
    Answer::read(question, &bytes, Security::Secure, None).unwrap()
}
