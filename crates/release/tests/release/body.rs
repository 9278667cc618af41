//! A body comes in pieces of any size, and a large one is never in memory.

use proptest::prelude::*;
use vauban_release::{
    BodyError, BodyReader, ManifestError, PartError, PartMeasure, PartName, Piece, SignedManifest, Verifier, Whole,
    WholeError, body_head,
};

use crate::support::{bridge, draft, key, rich, run};

type Parts = Vec<(PartName, Vec<u8>)>;

/// Everything a reader says of `body` when it comes in pieces of `size`.
fn read(body: &[u8], size: usize) -> Result<(Parts, Whole), BodyError> {
    let (mut reader, mut parts) = (BodyReader::new(), Parts::new());
    for mut chunk in body.chunks(size) {
        loop {
            match reader.next(&mut chunk)? {
                Piece::More => break,
                Piece::Manifest => assert!(parts.is_empty() && reader.signed().is_some()),
                Piece::Bytes(name, bytes) if parts.last().is_some_and(|(last, _)| *last == name) => {
                    parts.last_mut().unwrap().1.extend_from_slice(bytes);
                }
                Piece::Bytes(name, bytes) => parts.push((name, bytes.to_vec())),
                Piece::PartEnd(name) => assert_eq!(parts.last().unwrap().0, name),
            }
        }
    }
    Ok((parts, reader.finish()?))
}

proptest! {
    #[test]
    fn pieces_of_any_size_say_the_same(size in 1_usize..4_000) {
        let release = rich();
        let (parts, whole) = read(&release.to_body(), size).unwrap();
        prop_assert_eq!(&whole, release.whole());
        for (name, bytes) in parts {
            prop_assert_eq!(&bytes[..], release.part(name).unwrap());
        }
    }
}

#[test]
fn a_large_part_passes_through() {
    let line = format!("{{\"x\":\"{}\"}}\n", "y".repeat(1_000));
    let lines = 100_000_u64;
    let mut measure = PartMeasure::default();
    (0..lines).for_each(|_| measure.take(line.as_bytes()));
    let mut manifest = draft();
    manifest.objects = lines;
    manifest.parts = vec![measure.finish(PartName::Objects)];
    let signed = SignedManifest::sign(manifest, &key(1)).unwrap();
    let mut reader = BodyReader::new();
    let (mut most, mut total) = (0, 0);
    let mut take = |mut chunk: &[u8]| {
        loop {
            match reader.next(&mut chunk).unwrap() {
                Piece::More => break,
                Piece::Bytes(_, bytes) => (most, total) = (most.max(bytes.len()), total + bytes.len() as u64),
                Piece::Manifest | Piece::PartEnd(_) => {}
            }
        }
    };
    take(&body_head(&signed));
    (0..lines).for_each(|_| take(line.as_bytes()));
    assert_eq!((most, total), (line.len(), signed.manifest().total()));
    assert_eq!(reader.finish().unwrap().signed(), &signed);
}

#[test]
fn a_reader_that_refused_refuses_on() {
    let mut reader = BodyReader::new();
    assert_eq!(reader.next(&mut &b"vauban rel3"[..]), Err(BodyError::FirstLine));
    assert_eq!(reader.next(&mut &b"vauban release/1\n"[..]), Err(BodyError::Refused));
    assert_eq!(reader.finish().unwrap_err(), BodyError::Refused);
    assert_eq!(BodyReader::new().finish().unwrap_err(), BodyError::Short);
}

#[test]
fn lengths_choose_no_memory() {
    for lengths in [[0, 100], [100, 0], [u32::MAX, 100], [100, u32::MAX], [65_537, 100], [100, 1_025]] {
        let head = [b"vauban release/1\n", &lengths[0].to_be_bytes()[..], &lengths[1].to_be_bytes()[..]].concat();
        assert_eq!(BodyReader::new().next(&mut &head[..]), Err(BodyError::Length), "{lengths:?}");
    }
}

#[test]
fn a_part_counts_once_and_only_its_own() {
    let release = rich();
    let mut verifier = Verifier::new(release.signed().clone());
    assert_eq!(verifier.begin(PartName::Sigma).unwrap_err(), PartError::None(PartName::Sigma));
    let check = || {
        let mut check = verifier.begin(PartName::Yara).unwrap();
        check.take(release.part(PartName::Yara).unwrap()).unwrap();
        check
    };
    let (one, two) = (check(), check());
    verifier.end(one).unwrap();
    assert_eq!(verifier.end(two), Err(PartError::Twice(PartName::Yara)));
    assert_eq!(verifier.begin(PartName::Yara).unwrap_err(), PartError::Twice(PartName::Yara));
    assert_eq!(verifier.finish(), Err(WholeError::Missing(PartName::KeyLog)));
}

#[test]
fn a_manifest_that_counts_wrong_is_found_out() {
    let mut manifest = rich().signed().manifest().clone();
    manifest.objects = 2;
    let verifier = Verifier::new(SignedManifest::sign(manifest, &key(1)).unwrap());
    let mut check = verifier.begin(PartName::Objects).unwrap();
    check.take(rich().part(PartName::Objects).unwrap()).unwrap();
    let mut verifier = verifier;
    assert_eq!(verifier.end(check), Err(PartError::Count(PartName::Objects)));
}

#[test]
fn a_history_leads_to_its_release_or_it_is_none() {
    let run = run(4);
    let manifests = |numbers: &[usize]| -> Vec<u8> {
        numbers.iter().flat_map(|number| run[number - 1].signed().bytes().to_vec()).collect()
    };
    let check = |history: Vec<u8>| {
        let draft = bridge(&run, 1, 5).signed().manifest().clone();
        vauban_release::Release::sign(draft, [(PartName::History, history)], &key(1))
            .map(|release| release.whole().reaches_back_to())
    };
    let broken = |line| Err(vauban_release::ReleaseError::Whole(WholeError::Broken(line)));
    assert_eq!(check(manifests(&[2, 3, 4])).unwrap().unwrap().get(), 2);
    assert_eq!(check(manifests(&[1, 2, 4])), broken(3));
    assert_eq!(check(manifests(&[1, 2, 3])), broken(3));
    assert_eq!(check(manifests(&[4, 3])), broken(2));
    assert_eq!(check(manifests(&[4, 4])), broken(2));
    let half = manifests(&[3, 4])[..50].to_vec();
    match check(half) {
        Err(vauban_release::ReleaseError::Whole(WholeError::Past { line: 1, error: ManifestError::Shape(_) })) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn whoever_gets_a_bad_body_is_told_in_both_languages() {
    let body = rich().to_body();
    let mut changed = body.clone();
    *changed.last_mut().unwrap() ^= 1;
    let mut later = body.clone();
    let version = later.windows(9).rposition(|window| window == b"release/1").unwrap();
    later[version + 8] = b'2';
    let refused: [(&[u8], &str); 4] = [
        (&body[..body.len() - 1], "incomplete"),
        (&changed, "changed after"),
        (b"PK\x03\x04 a zip", "not a release"),
        (&later, "later version"),
    ];
    for (body, expected) in refused {
        let words = vauban_release::Release::from_body(body).unwrap_err().words();
        assert!(words.en.contains(expected) && words.fr.ends_with('.'), "{words:?}");
    }
}
