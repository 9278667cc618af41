//! The store: what it keeps, and what it refuses.

use std::{
    cell::RefCell,
    collections::HashMap,
    fs,
    io::Cursor,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use minisign::KeyPair;
use vauban_intel::store::{AddOptions, Fetch, FetchError, Shown, SignatureError, SourceId, Store, StoreError};
use vauban_model::Marking;

/// Answers from memory.
#[derive(Default)]
struct Memory(RefCell<HashMap<String, Vec<u8>>>);

impl Memory {
    fn put(&self, url: &str, bytes: impl Into<Vec<u8>>) {
        self.0.borrow_mut().insert(url.to_owned(), bytes.into());
    }
}

impl Fetch for Memory {
    fn get(&self, url: &str, limit: u64) -> Result<Vec<u8>, FetchError> {
        let all = self.0.borrow();
        let bytes = all.get(url).ok_or_else(|| FetchError::Missing(url.to_owned()))?;
        assert!(bytes.len() as u64 <= limit);
        Ok(bytes.clone())
    }
}

struct Nothing;

impl Fetch for Nothing {
    fn get(&self, url: &str, _limit: u64) -> Result<Vec<u8>, FetchError> {
        unreachable!("dialled {url}")
    }
}

fn at(day: u8) -> Timestamp {
    format!("2026-01-{day:02}T00:00:00Z").parse().expect("a test's own data")
}

fn names(count: usize) -> String {
    (0..count).map(|number| format!("evil{number}.example\n")).collect()
}

fn signed(pair: &KeyPair, bytes: &[u8], comment: &str) -> Vec<u8> {
    minisign::sign(Some(&pair.pk), &pair.sk, Cursor::new(bytes), Some(comment), None)
        .expect("a test's own data")
        .into_string()
        .into_bytes()
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a test's own data") {
        let path = entry.expect("a test's own data").path();
        if path.is_dir() { found.extend(files_below(&path)) } else { found.push(path) }
    }
    found
}

#[test]
fn a_folder_is_added_listed_shown_updated_and_removed() {
    let state = tempfile::tempdir().unwrap();
    let store = Store::open(state.path());
    assert!(store.list().unwrap().is_empty());
    let feed = tempfile::tempdir().unwrap();
    fs::create_dir(feed.path().join("inner")).unwrap();
    fs::write(feed.path().join("inner/names.txt"), names(20)).unwrap();
    fs::write(feed.path().join("LICENSE"), "you may copy https://licence.example/").unwrap();
    let options =
        AddOptions { name: Some("CERT Example!".to_owned()), marking: Marking::Green, ..AddOptions::default() };
    let from = feed.path().to_str().unwrap();
    let added = store.add(from, &options, &Nothing, at(1)).unwrap();
    assert_eq!((added.meta.id.as_str(), added.meta.indicators, added.changed), ("cert-example", 20, true));
    assert!(matches!(store.add(from, &options, &Nothing, at(1)), Err(StoreError::Exists(_))));

    let listed: Vec<_> = store.list().unwrap().into_iter().map(Result::unwrap).collect();
    assert_eq!(listed, std::slice::from_ref(&added.meta));
    let Shown::Indicators { indicators, .. } = store.show("EVIL3[.]example").unwrap() else {
        panic!("not an indicator")
    };
    assert_eq!(indicators[0].source.name, "CERT Example!");
    assert_eq!(indicators[0].source.document, "cert-example/inner/names.txt");
    assert_eq!(indicators[0].source.line, Some(4));
    assert_eq!(indicators[0].marking, Marking::Green);
    let by_id = indicators[0].id.to_string();
    assert!(matches!(store.show(&by_id).unwrap(), Shown::Indicators { indicators, .. } if indicators.len() == 1));
    assert!(
        matches!(store.show("cert-example").unwrap(), Shown::Source { reading, .. } if reading.indicators.len() == 20)
    );
    assert!(matches!(store.show("other.example"), Err(StoreError::Unknown(_))));

    let id = added.meta.id;
    let same = store.update(&id, &Nothing, false, at(2)).unwrap();
    assert!(!same.changed);
    assert_eq!((same.meta.updated, same.meta.checked), (at(1), at(2)));
    fs::write(feed.path().join("inner/names.txt"), names(30)).unwrap();
    let more = store.update(&id, &Nothing, false, at(3)).unwrap();
    assert_eq!((more.changed, more.before, more.meta.indicators, more.meta.updated), (true, 20, 30, at(3)));
    let kept = files_below(state.path());
    assert_eq!(kept.len(), 3, "one record and two documents, nothing left over: {kept:?}");
    // The same id for the same value of the same source, whatever line it moved to.
    assert!(more.reading.indicators.iter().any(|indicator| indicator.id.as_str() == by_id));

    store.remove(&id).unwrap();
    assert!(matches!(store.update(&id, &Nothing, false, at(4)), Err(StoreError::Unknown(_))));
    assert!(store.list().unwrap().is_empty() && files_below(state.path()).is_empty());
}

#[test]
fn an_update_that_takes_nearly_everything_is_refused_and_the_last_good_one_stays() {
    let state = tempfile::tempdir().unwrap();
    let store = Store::open(state.path());
    let feed = tempfile::tempdir().unwrap();
    let list = feed.path().join("list.txt");
    fs::write(&list, names(100)).unwrap();
    let id = store.add(list.to_str().unwrap(), &AddOptions::default(), &Nothing, at(1)).unwrap().meta.id;
    for (text, expected_empty) in
        [(names(5), false), ("<html>captive portal</html>".to_owned(), true), (String::new(), true)]
    {
        fs::write(&list, &text).unwrap();
        let error = store.update(&id, &Nothing, false, at(2)).unwrap_err();
        assert_eq!(matches!(error, StoreError::Empty(_)), expected_empty, "{error}");
        assert_eq!(store.read(&store.meta(&id).unwrap()).unwrap().indicators.len(), 100);
    }
    fs::remove_file(&list).unwrap();
    assert!(store.update(&id, &Nothing, false, at(2)).is_err());
    assert_eq!(store.read(&store.meta(&id).unwrap()).unwrap().indicators.len(), 100);
    fs::write(&list, names(5)).unwrap();
    assert_eq!(store.update(&id, &Nothing, true, at(3)).unwrap().meta.indicators, 5);
}

#[test]
fn what_holds_no_indicator_is_not_added() {
    let state = tempfile::tempdir().unwrap();
    let store = Store::open(state.path());
    let feed = tempfile::tempdir().unwrap();
    fs::write(feed.path().join("README"), "nothing here\n").unwrap();
    let error = store.add(feed.path().to_str().unwrap(), &AddOptions::default(), &Nothing, at(1)).unwrap_err();
    assert!(matches!(error, StoreError::Empty(_)));
    assert!(store.list().unwrap().is_empty());
    assert!(store.add("/no/such/path", &AddOptions::default(), &Nothing, at(1)).is_err());
    assert!(SourceId::from_name("../..").is_err());
    assert_eq!(SourceId::from_name("../Évil/..").unwrap().as_str(), "vil");
}

#[test]
fn signed_updates_must_be_the_publishers_and_newer() {
    const URL: &str = "https://intel.example/list.txt";
    const SIGNATURE: &str = "https://intel.example/list.txt.minisig";
    let pair = KeyPair::generate_unencrypted_keypair().unwrap();
    let state = tempfile::tempdir().unwrap();
    let store = Store::open(state.path());
    let web = Memory::default();
    let options =
        AddOptions { name: Some("signed".to_owned()), key: Some(pair.pk.to_base64()), ..AddOptions::default() };

    web.put(URL, names(20));
    assert!(matches!(store.add(URL, &options, &web, at(1)), Err(StoreError::Signature(SignatureError::Missing(_)))));
    let first = signed(&pair, names(20).as_bytes(), "timestamp:1700000000\tfile:list.txt");
    web.put(SIGNATURE, first.clone());
    let id = store.add(URL, &options, &web, at(1)).unwrap().meta.id;

    let refused = |text: &str, signature: Vec<u8>| {
        web.put(URL, text);
        web.put(SIGNATURE, signature);
        let error = store.update(&id, &web, true, at(2)).unwrap_err();
        assert_eq!(store.read(&store.meta(&id).unwrap()).unwrap().indicators.len(), 20, "the last good one stays");
        match error {
            StoreError::Signature(error) => error,
            other => panic!("{other}"),
        }
    };
    // Tampered with after signing.
    assert!(matches!(refused(&names(21), first.clone()), SignatureError::Wrong(_)));
    // Signed by somebody else.
    let other = KeyPair::generate_unencrypted_keypair().unwrap();
    let forged = signed(&other, names(21).as_bytes(), "timestamp:1800000000");
    assert!(matches!(refused(&names(21), forged), SignatureError::Wrong(_)));
    // Older, and another document under the same number.
    for number in ["1600000000", "1700000000"] {
        let old = signed(&pair, names(21).as_bytes(), &format!("timestamp:{number}"));
        assert!(matches!(refused(&names(21), old), SignatureError::RolledBack { .. }), "{number}");
    }
    let nameless = signed(&pair, names(21).as_bytes(), "no number");
    assert!(matches!(refused(&names(21), nameless), SignatureError::NoSequence(_)));
    let misnamed = signed(&pair, names(21).as_bytes(), "timestamp:1800000000\tfile:other.txt");
    assert!(matches!(refused(&names(21), misnamed), SignatureError::OtherName { .. }));
    assert!(matches!(refused(&names(21), b"garbage".to_vec()), SignatureError::Wrong(_)));

    web.put(URL, names(21));
    web.put(SIGNATURE, signed(&pair, names(21).as_bytes(), "timestamp:1800000000\tfile:list.txt"));
    let updated = store.update(&id, &web, false, at(3)).unwrap();
    assert_eq!((updated.meta.indicators, updated.meta.sequences["list.txt"]), (21, 1_800_000_000));
    // Putting the first one back is a rollback.
    web.put(URL, names(20));
    web.put(SIGNATURE, first);
    assert!(matches!(
        store.update(&id, &web, true, at(4)),
        Err(StoreError::Signature(SignatureError::RolledBack { .. }))
    ));
}

#[test]
fn a_broken_record_hides_no_other_source() {
    let state = tempfile::tempdir().unwrap();
    let store = Store::open(state.path());
    let feed = tempfile::tempdir().unwrap();
    let list = feed.path().join("list.txt");
    fs::write(&list, names(3)).unwrap();
    for name in ["one", "two"] {
        let options = AddOptions { name: Some(name.to_owned()), ..AddOptions::default() };
        store.add(list.to_str().unwrap(), &options, &Nothing, at(1)).unwrap();
    }
    fs::write(state.path().join("intel/one/meta.json"), "{\"id\":\"one\"").unwrap();
    let (reading, failed) = store.read_all().unwrap();
    assert_eq!((reading.indicators.len(), failed.len()), (3, 1));
    assert!(matches!(failed[0], StoreError::Broken(_)));
}
