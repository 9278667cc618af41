//! A list of streams as a hub might answer: read within its bounds, and nothing in it moves a terminal's cursor.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vauban_party::parse_streams;

fuzz_target!(|bytes: &[u8]| {
    let Ok(listed) = parse_streams(bytes) else { return };
    assert!(listed.len() <= 256);
    for stream in listed {
        let shown = [stream.title, stream.description];
        assert!(shown.iter().all(|text| text.chars().count() <= 1000 && !text.contains(char::is_control)));
    }
});
