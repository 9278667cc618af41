//! Every message of the shared corpus, which is evaluated on and never shipped: all are recognised, none panics,
//! and the text of each is reached.

use std::{fs, path::PathBuf, process::Command};

use vauban_model::Location;

use super::Mail;
use crate::{Item, Reader, reader_for, testing::read};

#[test]
fn every_message_of_the_shared_corpus_is_read() {
    let archive = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/mail/corpus-public.tar.xz"));
    if !archive.exists() {
        println!("skipped: no shared data");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let status = Command::new("tar").arg("-xJf").arg(&archive).arg("-C").arg(folder.path()).status().unwrap();
    assert!(status.success(), "tar could not unpack the corpus");
    let (mut messages, mut stopped, mut children, mut unread, mut elsewhere) = (0, Vec::new(), 0, 0, Vec::new());
    let mut folders = vec![folder.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "eml") {
                messages += 1;
                let bytes = fs::read(&path).unwrap();
                let shown = path.display().to_string();
                let location = Location::file(&shown);
                // Without its extension: a message on a mail server has none.
                let item = Item { location: &location, name: "message", media_type: "", bytes: &bytes };
                let chosen = reader_for(crate::READERS, &item).map(Reader::name);
                if chosen != Some("mail") {
                    elsewhere.push((shown.clone(), chosen));
                }
                let (result, transcript) = read(&Mail, "message", &bytes);
                children += transcript.children.len();
                unread += transcript.unread.len();
                assert!(!transcript.passages.is_empty(), "{shown}: nothing was read");
                if let Err(problem) = result {
                    stopped.push((shown, problem));
                }
            }
        }
    }
    println!(
        "{messages} messages, {children} children, {unread} announced as unread, {} stopped: {stopped:?}",
        stopped.len()
    );
    assert!(messages > 1500, "only {messages} messages in the corpus");
    assert!(elsewhere.is_empty(), "{} messages go to another reader: {elsewhere:?}", elsewhere.len());
    assert!(stopped.is_empty());
}
