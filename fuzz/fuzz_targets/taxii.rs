//! Whatever a client may ask of the TAXII server, and whatever a server may answer our client.
#![no_main]

use std::num::NonZeroU32;

use libfuzzer_sys::fuzz_target;
use vauban_taxii::{Bounds, CursorKey, Reply, Request, Settings, TAXII, Walk, Wanted, read};

fuzz_target!(|bytes: &[u8]| {
    // The first lines are those of the request, and everything behind them is its body.
    let mut parts = bytes.splitn(5, |byte| *byte == b'\n').map(|part| std::str::from_utf8(part).unwrap_or_default());
    let mut part = || parts.next().unwrap_or_default();
    let (method, path, query, accept, body) = (part(), part(), part(), part(), part());
    let limit = NonZeroU32::MIN;
    let settings = Settings { page: limit, most: limit, body: 1 << 20, objects: 100, cursors: CursorKey::new([0; 32]) };
    let accept = Some(if accept.is_empty() { TAXII } else { accept });
    let request = Request { method, path, query, accept, content_type: Some(TAXII), body: body.as_bytes() };
    if let Err(refusal) = read(&request, &settings) {
        let _ = refusal.response(None);
    }
    let bounds = Bounds { reply: 1 << 20, bytes: 1 << 22, replies: 100, places: 10 };
    let Ok(mut walk) = Walk::new("https://hub.example/taxii2/", None, Wanted::default(), bounds) else { return };
    for body in bytes.split(|byte| *byte == b'\n') {
        let _ = walk.feed(&Reply { status: 200, content_type: Some(TAXII), added_last: None, body });
        if let Some(ask) = walk.ask() {
            assert!(ask.url.starts_with("https://hub.example/"));
        }
    }
});
