//! Public keys, as strangers and colleagues hand them over.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vauban_openpgp::Certificate;

fuzz_target!(|data: &[u8]| {
    if let Ok(key) = Certificate::parse(data) {
        let _ = key.fingerprint();
        let _ = key.usable("2026-11-26T00:00:00Z".parse().unwrap());
    }
});
