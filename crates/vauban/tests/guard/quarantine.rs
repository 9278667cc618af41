//! What is kept back: unreadable on the disk, and given back as it was to whoever has the key.

use std::{fs, path::Path};

use crate::{
    door::Door,
    milter::{Client, doubtful, honest, trap},
    process::Guard,
};

#[test]
fn nothing_that_anybody_wrote_can_be_read_on_the_disk() {
    let mut guard = Guard::start("");
    let mut client = Client::ready(guard.milter);
    for number in 0..1000 {
        let canary = format!("canary{number:04}x");
        let message = match number % 4 {
            0 => trap(number, &canary),
            1 => doubtful(number).replace("Bonjour Claire", &canary),
            _ => honest(number).replace("Bonjour Claire", &canary),
        };
        assert!(client.message(&message).is_some());
    }
    guard.kill();
    let mut files = 0;
    let mut readable = Vec::new();
    each_file(guard.folder.path(), &mut |path, bytes| {
        files += 1;
        let canaries = bytes.windows(11).filter(|window| window.starts_with(b"canary") && window.ends_with(b"x"));
        readable.extend(canaries.map(|canary| format!("{} in {}", String::from_utf8_lossy(canary), path.display())));
    });
    assert!(files > 4, "{files}");
    assert_eq!(readable, Vec::<String>::new());
    let listed = String::from_utf8(guard.run(&["mail", "quarantine", "list"]).stdout).unwrap();
    assert_eq!(listed.matches("shortcut").count(), 250, "{listed}");
}

#[test]
fn a_message_is_released_exactly_as_it_arrived() {
    let mut guard = Guard::start("");
    let message = trap(1, "Élan");
    assert_eq!(Client::ready(guard.milter).message(&message).unwrap().last, 'd');
    let listed = String::from_utf8(guard.run(&["mail", "quarantine", "list"]).stdout).unwrap();
    let id = listed.split_whitespace().next().unwrap().to_owned();
    let key = guard.path("key").display().to_string();
    let config = guard.path("vauban.toml").display().to_string();

    let shown = guard.run(&["mail", "quarantine", "show", &id, "--identity", &key]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains("Élan") && shown.contains("A shortcut is attached") && shown.contains("p.lnk"), "{shown}");

    // Nobody takes it: it stays.
    let refused = guard.run(&["mail", "quarantine", "release", &id, "--identity", &key, "--config", &config]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");

    let door = Door::open(guard.release);
    let released = guard.run(&["mail", "quarantine", "release", &id, "--identity", &key, "--config", &config]);
    assert!(released.status.success(), "{released:?}");
    let taken = &door.waits_for(1)[0];
    assert_eq!(taken.envelope, ["MAIL FROM:<sender@lumiere.test>", "RCPT TO:<claire.martin@campagne.example>"]);
    assert_eq!(String::from_utf8(taken.bytes.clone()).unwrap(), message.replace('\n', "\r\n"));

    let listed = String::from_utf8(guard.run(&["mail", "quarantine", "list", "--all"]).stdout).unwrap();
    assert!(listed.contains("released"), "{listed}");
    let again = guard.run(&["mail", "quarantine", "release", &id, "--identity", &key, "--config", &config]);
    assert_eq!(again.status.code(), Some(2), "only once");
    let verified = guard.run(&["record", "verify"]);
    assert!(verified.status.success(), "{verified:?}");
    guard.end();
}

fn each_file(folder: &Path, each: &mut dyn FnMut(&Path, &[u8])) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            each_file(&path, each);
        } else {
            each(&path, &fs::read(&path).unwrap());
        }
    }
}
