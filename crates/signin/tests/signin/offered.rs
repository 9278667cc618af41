//! The field in which a browser offers keys, on a page that stands open for long.

use std::sync::atomic::{AtomicI64, Ordering};

use axum::{Router, routing::get};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use vauban_people::Rules;

use crate::{
    chromium::{modules, walked},
    world::World,
};

/// By how many seconds the clock of this server is ahead.
static AHEAD: AtomicI64 = AtomicI64::new(0);

fn server() -> Timestamp {
    Timestamp::now() + SignedDuration::from_secs(AHEAD.load(Ordering::Relaxed))
}

/// What was asked until now is too old then.
async fn move_on() -> &'static str {
    AHEAD.fetch_add(301, Ordering::Relaxed);
    "later\n"
}

#[test]
fn what_tells_a_browser_apart_is_kept_for_an_hour_from_each_question_on() {
    let world = World::new();
    let mut browser = world.browser();
    let mut kept = || {
        let came = browser.post("/signin/ask", &json!({}));
        came.head.lines().find(|line| line.starts_with("set-cookie: vauban-browser=")).unwrap_or_default().to_owned()
    };
    let (first, second) = (kept(), kept());
    assert!(first.ends_with("; Max-Age=3600"), "{first}");
    assert_eq!(first, second, "the same, anew");
}

#[test]
fn a_browser_offers_a_key_after_the_first_question_is_too_old_and_says_what_fails() {
    let Some(modules) = modules() else { return };
    let more = Router::new().route("/test/later", get(move_on));
    let world = World::clocked(&Rules::default(), |_| (), |_, _| more, server);
    walked("offer.mjs", &modules, &[&world.founders_page(&format!("http://{}", world.address), "Ana")]);
}
