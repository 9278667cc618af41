//! Releases from a folder: the same judge as for those that are fetched.

use std::{fs, path::Path};

use vauban_party::{Outcome, PartyError, StreamError};
use vauban_release::{Content, Release, Step};

use crate::made::{OTHER, STREAM, enrolled, evening, first, next, objects};

fn write(release: &Release, folder: &Path) {
    for (name, bytes) in release.files() {
        fs::write(folder.join(name), bytes).unwrap();
    }
}

#[test]
fn a_stick_is_taken_when_it_is_whole_and_ours() {
    let (state, stick) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut party = enrolled(state.path());
    let one = first(STREAM);
    write(&one, stick.path());
    let refused = party.take_folder(stick.path(), false, evening(1));
    assert!(matches!(refused, Err(PartyError::Stream(StreamError::NotOurs))));
    let (_, taken) = party.take_folder(stick.path(), true, evening(1)).unwrap();
    assert_eq!(taken, Outcome::Taken(Step::First));
    let (_, again) = party.take_folder(stick.path(), false, evening(1)).unwrap();
    assert_eq!(again, Outcome::Current);

    let two = next(&one, 2, Content::Delta, vec![objects([4], 2)]);
    write(&two, stick.path());
    for damage in [&two.part(vauban_release::PartName::Objects).unwrap()[..9], b"", &[b'x'; 4096]] {
        fs::write(stick.path().join("objects.jsonl"), damage).unwrap();
        let refused = party.take_folder(stick.path(), false, evening(2));
        assert!(matches!(refused, Err(PartyError::Stream(StreamError::Body(_)))), "{refused:?}");
    }
    fs::remove_file(stick.path().join("objects.jsonl")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", stick.path().join("objects.jsonl")).unwrap();
    assert!(matches!(party.take_folder(stick.path(), false, evening(2)), Err(PartyError::Stream(StreamError::Io(_)))));
    fs::remove_file(stick.path().join("objects.jsonl")).unwrap();
    write(&two, stick.path());
    let (_, taken) = party.take_folder(stick.path(), false, evening(2)).unwrap();
    assert_eq!(taken, Outcome::Taken(Step::Next(Content::Delta)));

    write(&first(OTHER), stick.path());
    let refused = party.take_folder(stick.path(), false, evening(2));
    assert!(matches!(refused, Err(PartyError::Stream(StreamError::NotOurs))));
}
