//! The header field with which mail programs hand over keys.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vauban_openpgp::Autocrypt;

fuzz_target!(|data: &[u8]| {
    let _ = Autocrypt::parse(data);
});
