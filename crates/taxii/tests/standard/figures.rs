//! What it costs. Prints figures and asserts no time: `cargo nextest run --release -p vauban-taxii --run-ignored only --no-capture`.

use std::{hint::black_box, time::Instant};

use vauban_taxii::{Answer, ObjectJson, Paging, Request, read};

use super::{
    default_data::settings,
    small::{OBJECTS, get, id},
};

const ROUNDS: u32 = 2_000;

fn measure(what: &str, mut work: impl FnMut()) {
    work();
    let start = Instant::now();
    (0..ROUNDS).for_each(|_| work());
    println!("{what}: {:.2} µs", start.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS));
}

#[test]
#[ignore = "it measures"]
fn what_a_page_and_a_request_cost() {
    let object = |number: u32| {
        let description = "Malicious site hosting downloader. ".repeat(8);
        format!(
            r#"{{"type":"indicator","spec_version":"2.1","id":"{}","created":"2016-11-03T12:30:59.000Z","modified":"2016-11-03T12:30:59.000Z","name":"number {number}","description":"{description}","pattern":"[url:value = 'http://x4z9arb.cn/{number}']","pattern_type":"stix","valid_from":"2016-11-03T12:30:59Z"}}"#,
            id(0)
        )
    };
    let texts: Vec<String> = (0..1000).map(object).collect();
    let objects: Vec<ObjectJson<'_>> = texts.iter().map(|text| ObjectJson::kept(text)).collect();
    let bytes: usize = texts.iter().map(String::len).sum();
    println!("a page of 1,000 objects has {bytes} bytes");
    measure("rendering a page of 1,000 objects", || {
        black_box(Answer::Objects(black_box(&objects), Paging::default()).response());
    });
    let settings = settings();
    measure("reading a plain request", || drop(black_box(read(&get(OBJECTS, ""), &settings))));
    let query = "added_after=2016-01-01T01:01:01.000Z&limit=20&match[type]=indicator,malware&match[version]=all";
    measure("reading a request with four parameters", || drop(black_box(read(&get(OBJECTS, query), &settings))));
    let wrong = "limit=20&next=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    measure("reading and refusing a forged cursor", || drop(black_box(read(&get(OBJECTS, wrong), &settings))));
    let body = format!("{{\"objects\":[{}]}}", texts.join(","));
    let post =
        Request { method: "POST", content_type: Some(vauban_taxii::TAXII), body: body.as_bytes(), ..get(OBJECTS, "") };
    measure("reading an envelope of 1,000 objects", || drop(black_box(read(&post, &settings))));
}
