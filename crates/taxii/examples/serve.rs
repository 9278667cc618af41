//! A TAXII 2.1 server in memory, for other people's clients: `serve [OBJECTS]` listens on a port of this computer and says which.
//! The user is `admin` with the password `Password0`. It keeps nothing.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "an example stops at the first thing that is wrong, and says where it listens"
)]

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use vauban_taxii::{Refusal, TAXII};

#[path = "../tests/standard/default_data.rs"]
#[expect(dead_code, reason = "tests look for a folder, and an example makes its data")]
mod default_data;
#[path = "../tests/standard/store.rs"]
mod store;

#[tokio::main]
async fn main() {
    let objects = std::env::args().nth(1).map_or(45, |text| text.parse().unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let store = Arc::new(Mutex::new(default_data::store(&data(&address, objects).to_string())));
    println!("{address}taxii2/");
    axum::serve(listener, Router::new().fallback(answer).with_state(store)).await.unwrap();
}

async fn answer(State(store): State<Arc<Mutex<store::Store>>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let most = usize::try_from(store.lock().unwrap().settings.body).unwrap();
    let Ok(body) = to_bytes(body, most).await else { return sent(Refusal::TooLarge(most as u64).response(None)) };
    let asked = vauban_taxii::Request {
        method: parts.method.as_str(),
        path: parts.uri.path(),
        query: parts.uri.query().unwrap_or_default(),
        accept: text(&parts.headers, header::ACCEPT),
        content_type: text(&parts.headers, header::CONTENT_TYPE),
        body: &body,
    };
    let authorization = text(&parts.headers, header::AUTHORIZATION);
    let answered = store.lock().unwrap().serve(authorization, &asked, Timestamp::now());
    sent(answered)
}

fn sent(answered: vauban_taxii::Response) -> Response {
    let mut response = Response::builder().status(StatusCode::from_u16(answered.status).unwrap());
    for (name, value) in &answered.headers {
        response = response.header(*name, value);
    }
    response.body(Body::from(answered.body)).unwrap()
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// One API root with a collection that may be written, and one that may only be read: so many objects, the first in three
/// versions.
fn data(address: &str, objects: u32) -> Value {
    let mut held = Vec::new();
    let mut manifest = Vec::new();
    for number in 0..objects + 2 {
        // The first three are one object.
        let (object, hour) = (number.saturating_sub(2), number % 24);
        let id = format!("indicator--00000000-0000-4000-8000-{object:012x}");
        let time = format!("2016-{:02}-{:02}T{hour:02}:00:00.000Z", 1 + number / 672 % 12, 1 + number / 24 % 28);
        held.push(json!({
            "type": "indicator", "spec_version": "2.1", "id": id, "created": "2016-01-01T00:00:00.000Z", "modified": time,
            "name": format!("number {number}"), "pattern": format!("[domain-name:value = 'n{number}.example']"),
            "pattern_type": "stix", "valid_from": "2016-01-01T00:00:00Z",
        }));
        let added = format!("2026-01-01T00:00:00.{number:06}Z");
        manifest.push(
            json!({"id": id, "date_added": added, "version": time, "media_type": "application/stix+json;version=2.1"}),
        );
    }
    let collection = |id: &str, can_write: bool, objects: Vec<Value>, manifest: Vec<Value>| {
        let media_types = ["application/stix+json;version=2.1"];
        json!({"id": id, "title": id, "can_read": true, "can_write": can_write, "media_types": media_types, "objects": objects, "manifest": manifest})
    };
    json!({
        "/discovery": {"title": "serve", "default": format!("{address}group/"), "api_roots": [format!("{address}group/")]},
        "group": {
            "information": {"title": "group", "versions": [TAXII], "max_content_length": 9_765_625},
            "status": [],
            "collections": [
                collection("52892447-4d7e-4f70-b94d-d7f22742ff63", false, held, manifest),
                collection("365fed99-08fa-4dcd-a1b3-fb247eb41d01", true, vec![], vec![]),
            ],
        },
    })
}
