//! What another server answered over the same data. Each group starts from a fresh copy and is replayed in its order.
//!
//! Compared are status, headers and body; dates of the recording, generated ids and cursors count as equal. Whatever else
//! differs needs a line in [`DIFFERENCES`], with the paragraph of the standard that gives us the choice or takes it from the other.

use std::{collections::BTreeMap, fs};

use serde::Deserialize;
use serde_json::Value;
use vauban_taxii::{Request, Response, Stamp, TAXII};

use super::{
    default_data::{folder, store},
    store::Store,
};

/// A day before the recording's `added_after` and after all dates of its data.
const NOW: &str = "2026-11-24T00:08:56Z";

#[derive(Deserialize, Clone, PartialEq)]
struct Exchange {
    test: String,
    seq: u32,
    method: String,
    path: String,
    query: String,
    req_headers: BTreeMap<String, String>,
    req_body: Option<String>,
    status: u16,
    resp_headers: BTreeMap<String, String>,
    resp_body: Option<Value>,
}

/// What came back, from whichever server, without what no two servers have in common.
#[derive(Debug, Clone, PartialEq)]
struct Said {
    status: u16,
    media_type: String,
    added_first: Option<String>,
    added_last: Option<String>,
    challenged: bool,
    body: Option<Value>,
}

/// A difference that the standard allows or demands: its paragraph, and what it makes of both sides.
type Difference = (&'static str, fn(&mut Said));

const DIFFERENCES: &[Difference] = &[
    (
        "3.6.1: all properties of an error are application-specific, and clients assume no meaning of titles across servers",
        |said| {
            if said.status >= 400
                && let Some(Value::Object(error)) = &mut said.body
            {
                error.retain(|name, _| name == "http_status");
            }
        },
    ),
    ("4.3.1: the message of a status is text for people; 5.5: an exact duplicate is a success", |said| {
        let successes = said.body.as_mut().and_then(|body| body.get_mut("successes")).and_then(Value::as_array_mut);
        for message in successes.into_iter().flatten().filter_map(|details| details.get_mut("message")) {
            *message = "…".into();
        }
    }),
    (
        "3.1 and the tables of 5: an error, too, has the Content-Type of TAXII and an error message; the other server's framework answered in HTML",
        |said| {
            if matches!(said.status, 401 | 404) {
                (said.media_type, said.body) = (TAXII.to_owned(), None);
            }
        },
    ),
];

#[test]
fn the_exchanges_are_answered_as_recorded() {
    let Some(folder) = folder() else { return };
    let data = fs::read_to_string(folder.join("taxii21_default_data.json")).unwrap();
    let lines = fs::read_to_string(folder.join("taxii21_exchanges.jsonl")).unwrap();
    let mut groups: BTreeMap<String, Vec<Exchange>> = BTreeMap::new();
    for exchange in lines.lines().map(|line| serde_json::from_str::<Exchange>(line).unwrap()) {
        groups.entry(exchange.test.clone()).or_default().push(exchange);
    }
    let mut tally = Tally::default();
    for exchanges in groups.values_mut() {
        exchanges.sort_by_key(|exchange| exchange.seq);
        Replay::new(store(&data)).run(exchanges, &mut tally);
    }
    println!("{tally:#?}");
    assert_eq!(tally.wrong, Vec::<String>::new());
    assert_eq!(groups.len(), 35);
    assert_eq!((tally.same, tally.twins, tally.explained.values().sum::<usize>()), (76, 5, 13));
}

#[derive(Debug, Default)]
struct Tally {
    same: usize,
    /// DELETE that stands twice, see [`Replay::run`].
    twins: usize,
    explained: BTreeMap<&'static str, usize>,
    wrong: Vec<String>,
}

struct Replay {
    store: Store,
    /// What the recording calls a status or a cursor, and what we call it.
    names: BTreeMap<String, String>,
}

impl Replay {
    const fn new(store: Store) -> Self {
        Self { store, names: BTreeMap::new() }
    }

    /// A request that went to a path without its slash was redirected by the other server, and stands twice in the recording:
    /// two lines are one request. So a line that repeats the one before is answered with the names of that time, and a DELETE
    /// is done once: its repetition would delete the next version, or answer 404 (section 5.7).
    fn run(mut self, exchanges: &[Exchange], tally: &mut Tally) {
        let (mut before, mut names_before): (Option<&Exchange>, _) = (None, self.names.clone());
        for exchange in exchanges {
            let is_twin = before.is_some_and(|before| Exchange { seq: exchange.seq, ..before.clone() } == *exchange);
            if is_twin && exchange.method == "DELETE" {
                tally.twins += 1;
                before = None;
                continue;
            }
            let names = if is_twin { std::mem::take(&mut names_before) } else { self.names.clone() };
            let response = self.ask(exchange, &names);
            (before, names_before) = (if is_twin { None } else { Some(exchange) }, names);
            self.learn(exchange, &response);
            tally.add(exchange, Said::recorded(exchange), Said::ours(&response));
        }
    }

    fn ask(&mut self, exchange: &Exchange, names: &BTreeMap<String, String>) -> Response {
        let ours = |text: &str| names.iter().fold(text.to_owned(), |text, (theirs, ours)| text.replace(theirs, ours));
        let header = |name: &str| exchange.req_headers.get(name).map(String::as_str);
        let request = Request {
            method: &exchange.method,
            path: &ours(&exchange.path),
            query: &ours(&exchange.query),
            accept: header("Accept"),
            content_type: header("Content-Type"),
            body: exchange.req_body.as_deref().unwrap_or_default().as_bytes(),
        };
        self.store.serve(header("Authorization"), &request, NOW.parse().unwrap())
    }

    fn learn(&mut self, exchange: &Exchange, response: &Response) {
        let Ok(ours) = serde_json::from_slice::<Value>(&response.body) else { return };
        let Some(theirs) = &exchange.resp_body else { return };
        for name in if exchange.method == "POST" { &["id"][..] } else { &["next"] } {
            if let (Some(theirs), Some(ours)) = (theirs[name].as_str(), ours[name].as_str()) {
                self.names.insert(theirs.to_owned(), ours.to_owned());
            }
        }
    }
}

impl Tally {
    fn add(&mut self, exchange: &Exchange, mut theirs: Said, mut ours: Said) {
        if theirs == ours {
            self.same += 1;
            return;
        }
        for (paragraph, make_equal) in DIFFERENCES {
            make_equal(&mut theirs);
            make_equal(&mut ours);
            if theirs == ours {
                *self.explained.entry(paragraph).or_default() += 1;
                return;
            }
        }
        self.wrong.push(format!(
            "{} {} {}\nrecorded {theirs:?}\nours     {ours:?}",
            exchange.test, exchange.seq, exchange.query
        ));
    }
}

impl Said {
    fn recorded(exchange: &Exchange) -> Self {
        let header = |name: &str| exchange.resp_headers.get(name).cloned();
        Self {
            status: exchange.status,
            media_type: header("Content-Type").unwrap_or_default(),
            added_first: header("X-TAXII-Date-Added-First").map(dateless),
            added_last: header("X-TAXII-Date-Added-Last").map(dateless),
            challenged: header("WWW-Authenticate").is_some(),
            body: exchange.resp_body.clone().map(nameless),
        }
    }

    fn ours(response: &Response) -> Self {
        let header = |name: &str| response.header(name).map(str::to_owned);
        Self {
            status: response.status,
            media_type: header("Content-Type").unwrap_or_default(),
            added_first: header("X-TAXII-Date-Added-First").map(dateless),
            added_last: header("X-TAXII-Date-Added-Last").map(dateless),
            challenged: header("WWW-Authenticate").is_some(),
            body: serde_json::from_slice(&response.body).ok().map(nameless),
        }
    }
}

/// Every time from the day of the recording on is the same time.
fn dateless(text: String) -> String {
    let is_of_recording = text.parse::<Stamp>().is_ok_and(|stamp| stamp.instant() >= NOW.parse().unwrap());
    if is_of_recording { "now".to_owned() } else { text }
}

/// The same for a body, where a generated id and a cursor are any, too.
fn nameless(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(dateless(text)),
        Value::Array(list) => list.into_iter().map(nameless).collect(),
        Value::Object(object) => {
            let is_new = object.get("request_timestamp").is_some_and(|time| nameless(time.clone()) == "now");
            let any = |name: &str| name == "next" || name == "id" && is_new;
            object
                .into_iter()
                .map(|(name, value)| if any(&name) { (name, "any".into()) } else { (name, nameless(value)) })
                .collect()
        }
        other => other,
    }
}
