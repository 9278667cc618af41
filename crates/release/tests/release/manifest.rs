//! A manifest has one spelling, contradicts itself nowhere, and says when it is something else.

use vauban_release::{
    BlindKey, Content, Digest, Epoch, Flaw, Manifest, ManifestError, PartName, Release, ReleaseError, Signature,
    SignedManifest, Time, WholeError,
};

use crate::support::{after, bridge, day, draft, hub, key, key_log, objects, rich, run, stream, with_blind};

type Parts = Vec<(PartName, Vec<u8>)>;

/// Signs whatever it is, as a hub would that does not keep to the format.
fn sign_raw(bytes: &[u8]) -> Result<SignedManifest, ManifestError> {
    let signature: Signature = key(1).sign(bytes, "x".parse().unwrap());
    SignedManifest::read(bytes, signature.to_string().as_bytes())
}

fn text(release: &Release) -> String {
    String::from_utf8(release.signed().bytes().to_vec()).unwrap()
}

#[test]
fn the_bytes_are_these_and_always_these() {
    let release = Release::sign(draft(), [objects(1)], &key(1)).unwrap();
    let expected = format!(
        concat!(
            r#"{{"vauban":"release/1","hub":"{hub}","stream":"{stream}","epoch":1,"number":1,"#,
            r#""time":"2026-11-01T12:00:00Z","expires":"2026-11-08T12:00:00Z","before":null,"content":"full","#,
            r#""objects":1,"gone":0,"parts":[{{"name":"objects.jsonl","type":"application/x-ndjson","length":27,"#,
            r#""sha256":"{sha256}"}}],"blind":null,"advice":{{"fr":"","en":""}},"signer":"{signer}","changes":[]}}"#,
            "\n"
        ),
        hub = hub(),
        stream = stream(),
        sha256 = release.signed().manifest().parts[0].sha256,
        signer = key(1).public(),
    );
    assert_eq!(text(&release), expected);
    assert_eq!(rich().to_body(), rich().to_body(), "signatures, too");
}

#[test]
fn the_order_in_which_parts_are_given_changes_nothing() {
    let (draft, mut parts) = with_blind(draft(), &key_log(2));
    parts.push(objects(2));
    let one = Release::sign(draft.clone(), parts.clone(), &key(1)).unwrap();
    parts.reverse();
    assert_eq!(Release::sign(draft, parts, &key(1)).unwrap().to_body(), one.to_body());
}

#[test]
fn another_spelling_of_the_same_is_refused_though_it_is_signed() {
    let one = text(&rich());
    assert!(sign_raw(one.as_bytes()).is_ok());
    let spellings = [
        (one.replace(":1,", ": 1,"), ManifestError::Spelling),
        (one.trim_end().to_owned(), ManifestError::Spelling),
        (format!("{one}\n"), ManifestError::Spelling),
        (one.replacen("phone", "\\u0070hone", 1), ManifestError::Spelling),
        (
            one.replacen(r#""gone":1,"#, "", 1).replacen(r#""objects":3,"#, r#""gone":1,"objects":3,"#, 1),
            ManifestError::Spelling,
        ),
        (format!(" {one}"), ManifestError::Other),
        (one.replacen("release/1", "release/2", 1), ManifestError::Version("release/2".to_owned())),
        (one.replacen("release/1", "receipt/1", 1), ManifestError::Other),
    ];
    for (spelling, error) in spellings {
        assert_ne!(spelling, one);
        assert_eq!(sign_raw(spelling.as_bytes()), Err(error), "{spelling}");
    }
}

#[test]
fn what_no_manifest_has_is_refused_with_its_reason() {
    let one = text(&rich());
    let wrong = [
        (one.replacen(r#""objects":3"#, r#""objects":3,"more":1"#, 1), "unknown field `more`"),
        (one.replacen(r#""objects":3"#, r#""objects":3,"objects":3"#, 1), "duplicate field `objects`"),
        (one.replacen(r#""objects":3"#, r#""objects":3.0"#, 1), "invalid type: floating point"),
        (one.replacen(r#""objects":3"#, r#""objects":-3"#, 1), "invalid value: integer `-3`"),
        (one.replacen(r#""number":1"#, r#""number":0"#, 1), "not a whole number from 1"),
        (one.replacen(r#""number":1"#, r#""number":9007199254740992"#, 1), "not a whole number from 1"),
        (one.replacen("gone.txt", "../gone.txt", 1), "not the name of a part"),
        (one.replacen("gone.txt", "/etc/passwd", 1), "not the name of a part"),
        (one.replacen(r#""content":"full""#, r#""content":"half""#, 1), "unknown variant `half`"),
        (one.replacen("12:00:00Z", "12:00:00+00:00", 1), "not a time in UTC"),
        (one.replacen(r#""advice":{"fr":"#, r#""advice":{"de":"","fr":"#, 1), "unknown field `de`"),
    ];
    for (manifest, reason) in wrong {
        match sign_raw(manifest.as_bytes()) {
            Err(ManifestError::Shape(said)) => assert!(said.contains(reason), "{said}"),
            other => panic!("{reason}: {other:?}"),
        }
    }
}

#[test]
fn a_length_is_bounded_before_anything_is_read() {
    let deep = format!(r#"{{"vauban":"release/1","hub":{}"#, "[".repeat(60_000));
    assert!(matches!(sign_raw(deep.as_bytes()), Err(ManifestError::Shape(_))));
    assert_eq!(sign_raw(&vec![b'['; 1 << 20]), Err(ManifestError::TooLong));
    let mut long = draft();
    long.advice.fr = "é".repeat(2049);
    assert_eq!(SignedManifest::sign(long, &key(1)), Err(Flaw::Advice.into()));
}

#[test]
fn what_contradicts_itself_is_neither_signed_nor_read() {
    let flaw = |change: &dyn Fn(&mut Manifest)| {
        let mut manifest = rich().signed().manifest().clone();
        change(&mut manifest);
        match SignedManifest::sign(manifest, &key(1)) {
            Err(ManifestError::Flawed(flaw)) => flaw,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(flaw(&|manifest| manifest.before = Some(Digest::of(b""))), Flaw::Before);
    assert_eq!(flaw(&|manifest| manifest.content = Content::Delta), Flaw::FirstDelta);
    assert_eq!(flaw(&|manifest| manifest.expires = manifest.time), Flaw::Life);
    assert_eq!(flaw(&|manifest| manifest.parts.reverse()), Flaw::PartOrder);
    assert_eq!(flaw(&|manifest| manifest.parts.insert(0, manifest.parts[0].clone())), Flaw::PartOrder);
    assert_eq!(
        flaw(&|manifest| manifest.parts[0].media_type = "text/html".to_owned()),
        Flaw::MediaType(PartName::KeyLog)
    );
    assert_eq!(flaw(&|manifest| manifest.parts[0].length = 0), Flaw::PartLength(PartName::KeyLog));
    assert_eq!(flaw(&|manifest| manifest.parts[0].length = u64::MAX), Flaw::PartLength(PartName::KeyLog));
    assert_eq!(
        flaw(&|manifest| manifest.parts.iter_mut().for_each(|part| part.length = part.name.largest())),
        Flaw::Total
    );
    assert_eq!(flaw(&|manifest| manifest.objects = 0), Flaw::Count(PartName::Objects));
    assert_eq!(flaw(&|manifest| manifest.gone = 1 << 40), Flaw::Count(PartName::Gone));
    assert_eq!(flaw(&|manifest| manifest.advice.en = "\u{1b}[2J".to_owned()), Flaw::Advice);
    assert_eq!(flaw(&|manifest| manifest.blind = None), Flaw::Blind);
    assert_eq!(flaw(&|manifest| drop(manifest.parts.remove(0))), Flaw::Blind);
    assert_eq!(flaw(&|manifest| manifest.blind.as_mut().unwrap().table = PartName::Objects), Flaw::Blind);
    assert_eq!(flaw(&|manifest| manifest.blind.as_mut().unwrap().batch = 0), Flaw::Batch);
    assert_eq!(flaw(&|manifest| manifest.blind.as_mut().unwrap().slots = 1441), Flaw::Batch);
}

#[test]
fn only_a_full_release_has_a_history() {
    let run = run(3);
    let mut delta = bridge(&run, 1, 4).signed().manifest().clone();
    assert!(SignedManifest::sign(delta.clone(), &key(1)).is_ok());
    delta.content = Content::Delta;
    assert_eq!(SignedManifest::sign(delta, &key(1)), Err(Flaw::History.into()));
}

#[test]
fn another_key_than_the_named_one_does_not_sign() {
    assert_eq!(SignedManifest::sign(draft(), &key(2)), Err(ManifestError::OtherKey));
    let one = rich();
    let other = key(2).sign(one.signed().bytes(), "x".parse().unwrap());
    let read = SignedManifest::read(one.signed().bytes(), other.to_string().as_bytes());
    assert!(matches!(read, Err(ManifestError::NotSigned(_))), "{read:?}");
}

#[test]
fn the_next_one_goes_on_where_this_ends() {
    let one = rich();
    let next = one.signed().following(day(2), day(9)).unwrap();
    assert_eq!((next.number.get(), next.before, next.epoch.get()), (2, Some(one.signed().digest()), 3));
    let early: Time = "2026-10-01T00:00:00Z".parse().unwrap();
    assert_eq!(one.signed().following(early, day(9)).unwrap().time, day(1), "a clock that was set back");
    assert_eq!(after(&one, 2, Content::Delta).signed().manifest().number.get(), 2);
}

#[test]
fn what_a_reader_would_refuse_cannot_be_made() {
    let sign = |parts: Vec<(PartName, Vec<u8>)>| Release::sign(draft(), parts, &key(1)).unwrap_err();
    assert_eq!(sign(vec![objects(1), objects(2)]), ReleaseError::Twice(PartName::Objects));
    assert_eq!(sign(vec![(PartName::Objects, b"{}".to_vec())]), ReleaseError::OpenLine(PartName::Objects));
    assert_eq!(sign(vec![(PartName::BlindTable, vec![1])]), ReleaseError::Manifest(Flaw::Blind.into()));
    let refused = |change: &dyn Fn(&mut Manifest, &mut Parts)| {
        let (mut draft, mut parts) = with_blind(draft(), &key_log(2));
        change(&mut draft, &mut parts);
        Release::sign(draft, parts, &key(1)).unwrap_err()
    };
    let other_log = ReleaseError::Whole(WholeError::OtherLog);
    assert_eq!(refused(&|_, parts| parts[0].1 = key_log(3).to_string().into_bytes()), other_log);
    assert_eq!(refused(&|draft, _| draft.blind.as_mut().unwrap().key = BlindKey::new([1; 32])), other_log);
    assert_eq!(refused(&|draft, _| draft.blind.as_mut().unwrap().log = Digest::of(b"")), other_log);
    assert_eq!(refused(&|draft, _| draft.epoch = Epoch::FIRST), other_log);
    assert_eq!(refused(&|draft, _| draft.hub = stream().to_string().parse().unwrap()), other_log);
    assert!(matches!(refused(&|_, parts| parts[0].1.truncate(60)), ReleaseError::Whole(WholeError::Log(_))));
}
