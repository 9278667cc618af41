//! Any bit flipped, any byte moved, any end cut off: refused, on the wire and in a folder.

use proptest::prelude::*;
use vauban_release::{BodyError, PartError, PartName, Release, SIGNATURE_FILE, SignedManifest, Verifier, Whole};

use crate::support::rich;

/// A folder, read as a party reads it: the two files, then each part that the manifest names.
fn read_folder(files: &[(&'static str, Vec<u8>)]) -> Result<Whole, String> {
    let file = |name: &str| files.iter().find(|(own, _)| *own == name).map(|(_, bytes)| &bytes[..]);
    let manifest = file("manifest.json").ok_or("no manifest")?;
    let signature = file(SIGNATURE_FILE).ok_or("no signature")?;
    let mut verifier = Verifier::new(SignedManifest::read(manifest, signature).map_err(|error| error.to_string())?);
    while let Some(name) = verifier.missing() {
        let mut check = verifier.begin(name).map_err(|error| error.to_string())?;
        for bytes in file(name.as_str()).ok_or("no part")?.chunks(7) {
            check.take(bytes).map_err(|error| error.to_string())?;
        }
        verifier.end(check).map_err(|error| error.to_string())?;
    }
    verifier.finish().map_err(|error| error.to_string())
}

#[test]
fn every_bit_of_a_body_counts() {
    let body = rich().to_body();
    assert!(Release::from_body(&body).is_ok());
    for at in 0..body.len() * 8 {
        let mut flipped = body.clone();
        flipped[at / 8] ^= 1 << (at % 8);
        assert!(Release::from_body(&flipped).is_err(), "bit {} of byte {}", at % 8, at / 8);
    }
}

#[test]
fn every_bit_of_a_folder_counts() {
    let files = rich().files();
    assert_eq!(read_folder(&files), Ok(rich().whole().clone()));
    for file in 0..files.len() {
        for at in 0..files[file].1.len() * 8 {
            let mut flipped = files.clone();
            flipped[file].1[at / 8] ^= 1 << (at % 8);
            assert!(read_folder(&flipped).is_err(), "{}: bit {} of byte {}", files[file].0, at % 8, at / 8);
        }
    }
}

#[test]
fn every_beginning_of_a_body_is_half_a_release() {
    let body = rich().to_body();
    for end in 0..body.len() {
        assert!(Release::from_body(&body[..end]).is_err(), "{end} bytes of {}", body.len());
    }
    let longer = [&body[..], b"x"].concat();
    assert_eq!(Release::from_body(&longer), Err(BodyError::Trailing));
    let twice = [&body[..], &body[..]].concat();
    assert_eq!(Release::from_body(&twice), Err(BodyError::Trailing));
}

#[test]
fn a_folder_without_any_one_file_is_half_a_release() {
    let files = rich().files();
    for file in 0..files.len() {
        let mut fewer = files.clone();
        fewer.remove(file);
        assert!(read_folder(&fewer).is_err(), "without {}", files[file].0);
    }
    // It is written in this order, so what was interrupted has no manifest.
    assert_eq!(files.last().unwrap().0, "manifest.json");
}

#[test]
fn parts_that_change_places_are_refused() {
    let release = rich();
    let (head, parts) = (vauban_release::body_head(release.signed()), &release.signed().manifest().parts);
    let part = |at: usize| release.part(parts[at].name).unwrap();
    for one in 0..parts.len() {
        for other in 0..one {
            let mut order: Vec<usize> = (0..parts.len()).collect();
            order.swap(one, other);
            let body = order.iter().fold(head.clone(), |body, at| [&body, part(*at)].concat());
            assert!(Release::from_body(&body).is_err(), "{one} and {other}");
        }
    }
}

#[test]
fn parts_of_another_release_are_refused() {
    let (one, mut files) = (rich(), rich().files());
    files.iter_mut().find(|(name, _)| *name == "objects.jsonl").unwrap().1 = crate::support::objects(4).1;
    assert_eq!(read_folder(&files), Err(PartError::Long(PartName::Objects).to_string()));
    files.iter_mut().find(|(name, _)| *name == "objects.jsonl").unwrap().1 = crate::support::objects(2).1;
    assert_eq!(read_folder(&files), Err(PartError::Short(PartName::Objects).to_string()));
    assert_eq!(one.whole().signed(), one.signed());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_damaged_body_is_refused(cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0_u8..4), 1..4)) {
        let body = rich().to_body();
        let mut damaged = body.clone();
        for (one, other, how) in cuts {
            if damaged.is_empty() {
                break;
            }
            let (one, other) = (one.index(damaged.len()), other.index(damaged.len()));
            match how {
                0 => drop(damaged.remove(one)),
                1 => damaged.swap(one, other),
                2 => damaged.rotate_left(one),
                _ => damaged.insert(one, 0),
            }
        }
        prop_assume!(damaged != body);
        prop_assert!(Release::from_body(&damaged).is_err());
    }

    #[test]
    fn no_bytes_bring_the_reader_down(bytes in prop::collection::vec(any::<u8>(), 0..2_000), whole in any::<bool>()) {
        let bytes = if whole { [b"vauban release/1\n", &bytes[..]].concat() } else { bytes };
        prop_assert!(Release::from_body(&bytes).is_err());
    }
}
