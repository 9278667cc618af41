//! A release as anybody might hand it over: the body, and a manifest, a history, a log of keys and what left under a signature that holds,
//! as a hub could write them that means harm. The first byte chooses.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vauban_release::{
<<<<<<< HEAD
    BodyReader, Chain, Countersignature, Enrolment, KeyLog, PartName, Piece, Release, SignedManifest, SignedOrder,
=======
    BodyReader, Chain, Countersignature, Enrolment, KeyLog, PartName, Piece, Release, SignedCounts, SignedManifest,
>>>>>>> efccb01 (Add counts/1: how much of a stream met something in a week, in bands of one length)
    SignedReceipt, SigningKey, read_gone,
};

/// A key of nobody's, for this target: `minisign -G -W`.
const KEY: &str = "untrusted comment: minisign secret key\nRWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAYYa/mh6YPnNDwhv+ytBvI+HRj8WKGasLVW6jLzQwPMxRwtAW7BIb3/fsMNosuXGKBs2u+6CNwrZFbTG7vRpRnqRE1JjIgNpzAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let text = std::str::from_utf8(bytes);
    match (choice % 8, text) {
        (0, _) => body(bytes),
        (1, _) => {
            let key = SigningKey::from_file(KEY).expect("the key above");
            let signature = key.sign(bytes, "x".parse().expect("a comment")).to_string();
            if let Ok(signed) = SignedManifest::read(bytes, signature.as_bytes()) {
                let again = SignedManifest::sign(signed.manifest().clone(), &key).expect("what was read can be signed");
                assert_eq!(again.bytes(), bytes, "one spelling");
            }
        }
        (2, _) => history(bytes),
        (3, _) => drop(read_gone(bytes).last()),
        (4, Ok(text)) => {
            if let Ok(log) = text.parse::<KeyLog>() {
                assert!(log.continues(&log.head()));
            }
        }
        (5, Ok(text)) => {
            if let Ok(chain) = text.parse::<Chain>() {
                assert_eq!(chain.to_string(), text);
            }
        }
<<<<<<< HEAD
        (6, Ok(text)) => drop((
            SignedReceipt::from_text(text),
            Countersignature::from_text(text),
            SignedOrder::from_text(text),
        )),
=======
        (6, Ok(text)) => {
            drop((SignedReceipt::from_text(text), Countersignature::from_text(text)));
            if let Ok(counts) = SignedCounts::from_text(text) {
                assert_eq!(counts.to_text(), text, "one spelling");
            }
        }
>>>>>>> efccb01 (Add counts/1: how much of a stream met something in a week, in bands of one length)
        (7, Ok(text)) => drop(text.parse::<Enrolment>()),
        _ => {}
    }
});

/// A body in pieces of 100 bytes.
fn body(bytes: &[u8]) {
    let mut reader = BodyReader::new();
    for mut chunk in bytes.chunks(100) {
        while !matches!(reader.next(&mut chunk), Ok(Piece::More) | Err(_)) {}
    }
    let _ = reader.finish();
}

/// A full release with this history.
fn history(bytes: &[u8]) {
    let key = SigningKey::from_file(KEY).expect("the key above");
    let Some(first) = bytes.split_inclusive(|byte| *byte == b'\n').next() else { return };
    let signature = key.sign(first, "x".parse().expect("a comment")).to_string();
    let Ok(signed) = SignedManifest::read(first, signature.as_bytes()) else { return };
    let manifest = signed.manifest();
    if let Some(draft) = signed.following(manifest.time, manifest.expires) {
        let _ = Release::sign(draft, [(PartName::History, bytes.to_vec())], &key);
    }
}
