//! Whether a message is encrypted already: asked of every message for a reader with a key.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = vauban_openpgp::is_encrypted(data);
});
