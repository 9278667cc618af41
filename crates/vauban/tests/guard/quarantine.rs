//! What is kept back: unreadable on the disk, and given back as it was to whoever has the key.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    path::Path,
    thread,
};

use crate::{
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

    let taken = sink(guard.release);
    let released = guard.run(&["mail", "quarantine", "release", &id, "--identity", &key, "--config", &config]);
    assert!(released.status.success(), "{released:?}");
    let (envelope, bytes) = taken.join().unwrap();
    assert_eq!(envelope, ["MAIL FROM:<sender@lumiere.test>", "RCPT TO:<claire.martin@campagne.example>"]);
    assert_eq!(String::from_utf8(bytes).unwrap(), message.replace('\n', "\r\n"));

    let listed = String::from_utf8(guard.run(&["mail", "quarantine", "list", "--all"]).stdout).unwrap();
    assert!(listed.contains("released"), "{listed}");
    let again = guard.run(&["mail", "quarantine", "release", &id, "--identity", &key, "--config", &config]);
    assert_eq!(again.status.code(), Some(2), "only once");
    let verified = guard.run(&["record", "verify"]);
    assert!(verified.status.success(), "{verified:?}");
    guard.end();
}

/// Takes one message over SMTP: the lines of the envelope, and the bytes.
fn sink(port: u16) -> thread::JoinHandle<(Vec<String>, Vec<u8>)> {
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut out = stream.try_clone().unwrap();
        let mut lines = BufReader::new(stream);
        out.write_all(b"220 sink\r\n").unwrap();
        let (mut envelope, mut bytes) = (Vec::new(), Vec::new());
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line).unwrap() == 0 {
                return (envelope, bytes);
            }
            let line = line.trim_end();
            if line.starts_with("EHLO") {
                out.write_all(b"250-sink\r\n250 8BITMIME\r\n").unwrap();
                continue;
            }
            if line.starts_with("MAIL") || line.starts_with("RCPT") {
                envelope.push(line.split(" BODY").next().unwrap().to_owned());
            }
            if line == "DATA" {
                out.write_all(b"354 go on\r\n").unwrap();
                loop {
                    let mut piece = Vec::new();
                    lines.read_until(b'\n', &mut piece).unwrap();
                    if piece == b".\r\n" {
                        break;
                    }
                    bytes.extend(piece.strip_prefix(b".").unwrap_or(&piece));
                }
            }
            let _ = out.write_all(b"250 ok\r\n");
        }
    })
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
