//! Manifests as a hub might answer: whatever comes, and lines whose signature holds, as a hub could write them that means harm.
#![no_main]

use data_encoding::BASE64;
use libfuzzer_sys::fuzz_target;
use vauban_party::parse_manifests;
use vauban_release::SigningKey;

/// A key of nobody's, for this target: `minisign -G -W`.
const KEY: &str = "untrusted comment: minisign secret key\nRWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAYYa/mh6YPnNDwhv+ytBvI+HRj8WKGasLVW6jLzQwPMxRwtAW7BIb3/fsMNosuXGKBs2u+6CNwrZFbTG7vRpRnqRE1JjIgNpzAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";

const MOST: usize = 5;

fuzz_target!(|bytes: &[u8]| {
    let key = SigningKey::from_file(KEY).expect("the key above");
    let signed: String = bytes
        .split_inclusive(|byte| *byte == b'\n')
        .map(|line| {
            let signature = key.sign(line, "x".parse().expect("a comment")).to_string();
            let (manifest, signature) = (BASE64.encode(line), BASE64.encode(signature.as_bytes()));
            format!("{}\n", serde_json::json!({ "manifest": manifest, "signature": signature }))
        })
        .collect();
    for body in [bytes, signed.as_bytes()] {
        let Ok(manifests) = parse_manifests(body, 1, MOST) else { continue };
        let numbers: Vec<u64> = manifests.iter().map(|signed| signed.manifest().number.get()).collect();
        assert!(numbers.len() <= MOST && numbers.is_sorted_by(|one, other| one < other));
        assert!(numbers.first().is_none_or(|first| *first > 1));
    }
});
