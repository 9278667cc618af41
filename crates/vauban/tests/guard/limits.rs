//! Budgets that are reached are visible, and cost only those who reach them.

use std::{fs, thread, time::Duration};

use crate::{
    milter::{Client, doubtful, honest, trap},
    process::Guard,
};

#[test]
fn nonsense_ends_its_connection_and_nothing_else() {
    let guard = Guard::start("");
    for nonsense in [
        &b"\xff\xff\xff\xffAAAA"[..],
        b"\0\0\0\0",
        b"\0\0\0\x01!",
        b"\0\0\0\x02M\0",
        b"GET / HTTP/1.1\r\n\r\n",
        b"\0\0\0\x0dO\0\0\0\x02\0\0\x01\xff\0\x1f\xff\xff",
    ] {
        let mut client = Client::connect(guard.milter);
        client.raw(nonsense).unwrap();
        assert_eq!(client.receive(), None, "{nonsense:?}");
    }
    assert!((guard.metric("vauban_mail_refused_total{reason=\"protocol\"}") - 6.0).abs() < f64::EPSILON);
    assert_eq!(Client::ready(guard.milter).message(&doubtful(1)).unwrap().verdict(), "flag");
}

#[test]
fn those_who_say_nothing_keep_nobody_waiting_until_there_are_too_many() {
    let guard = Guard::start("connections = 20");
    let mut slow: Vec<Client> = (0..19).map(|_| Client::ready(guard.milter)).collect();
    for client in &mut slow {
        client.raw(b"\0\0\0").unwrap();
    }
    assert_eq!(Client::ready(guard.milter).message(&doubtful(1)).unwrap().verdict(), "flag");
    let mut last = Vec::new();
    assert!(guard.waits_for(|guard| { guard.metric("vauban_mail_connections") > 18.0 }));
    for _ in 0..3 {
        last.push(Client::connect(guard.milter));
    }
    assert!(guard.waits_for(|guard| guard.metric("vauban_mail_refused_total{reason=\"connections\"}") > 0.0));
    drop((slow, last));
    assert!(guard.waits_for(|guard| guard.metric("vauban_mail_connections") < 5.0));
    assert_eq!(Client::ready(guard.milter).message(&doubtful(1)).unwrap().verdict(), "flag");
}

#[test]
fn what_is_too_large_is_judged_by_its_beginning_and_flagged() {
    let guard = Guard::start("largest_mib = 1\nheld_mib = 8");
    let large = honest(1) + &"0123456789abcdef\n".repeat(200_000);
    let answer = Client::ready(guard.milter).message(&large).unwrap();
    assert_eq!(answer.verdict(), "flag", "{answer:?}");
    assert!(answer.inserted.iter().any(|field| field.contains("too-large")));
    // What would be kept back and cannot be kept whole is refused: its sender has it.
    let large = trap(2, "a").replace("--b--", &format!("--b\n\n{}\n--b--", "0123456789abcdef\n".repeat(200_000)));
    assert_eq!(Client::ready(guard.milter).message(&large).unwrap().verdict(), "550");
}

#[test]
fn more_messages_at_a_time_than_are_held_come_again() {
    let guard = Guard::start("largest_mib = 4\nheld_mib = 8");
    let large = honest(1) + &"0123456789abcdef\n".repeat(180_000);
    let mut waiting: Vec<Client> = (0..2)
        .map(|_| {
            let mut client = Client::ready(guard.milter);
            client.begin(&large);
            client
        })
        .collect();
    thread::sleep(Duration::from_millis(300));
    let mut third = Client::ready(guard.milter);
    third.begin(&large);
    third.send(b'E', b"");
    assert_eq!(third.answer().unwrap().verdict(), "451");
    assert!(guard.metric("vauban_mail_refused_total{reason=\"memory\"}") > 0.0);
    for client in &mut waiting {
        client.send(b'E', b"");
        assert_eq!(client.answer().unwrap().verdict(), "deliver");
    }
}

#[test]
fn ten_thousand_recipients_and_broken_bytes_are_judged() {
    let guard = Guard::start("");
    let mut client = Client::ready(guard.milter);
    client.send(b'M', b"<sender@lumiere.test>\0");
    for number in 0..10_000 {
        client.send(b'R', format!("<r{number}@campagne.example>\0").as_bytes());
    }
    client.send(b'L', b"From\0 \xff\xfe\xfd <hb@gmail.com>\0");
    client.send(b'L', b"Subject\0 =?utf-8?q?=ff=00?=\0");
    client.send(b'L', b"Content-Type\0 text/plain; charset=nonsense\0");
    client.send(b'N', b"");
    client.send(b'B', b"a\0b\xff\r\n");
    client.send(b'E', b"");
    assert_eq!(client.answer().unwrap().last, 'c');
}

#[test]
fn a_message_that_cannot_be_kept_back_stays_with_its_sender() {
    let guard = Guard::start("");
    fs::create_dir(guard.path("state/quarantine.sqlite")).unwrap();
    assert_eq!(Client::ready(guard.milter).message(&trap(1, "a")).unwrap().verdict(), "451");
    assert!(guard.metric("vauban_mail_failures_total{reason=\"quarantine\"}") > 0.0);
    // Others pass.
    assert_eq!(Client::ready(guard.milter).message(&honest(2)).unwrap().verdict(), "deliver");
}

/// A disk of its own, which ends with its owner.
struct SmallDisk(std::path::PathBuf);

impl SmallDisk {
    /// None where nobody may mount.
    fn mount(path: &std::path::Path, size: &str) -> Option<Self> {
        fs::create_dir_all(path).unwrap();
        let mounted = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(path)
            .output();
        mounted.is_ok_and(|output| output.status.success()).then(|| Self(path.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

#[test]
fn on_a_full_disk_nothing_is_lost_and_what_is_harmless_passes() {
    if std::env::var_os("VAUBAN_SLOW").is_none() {
        println!("skipped: VAUBAN_SLOW is not set");
        return;
    }
    let mut guard = Guard::prepare("");
    let Some(_disk) = SmallDisk::mount(&guard.path("state"), "48m") else {
        println!("skipped: a full disk, because nobody may mount one here");
        return;
    };
    guard.begin();
    let mut client = Client::ready(guard.milter);
    assert_eq!(client.message(&trap(1, "a")).unwrap().last, 'd');
    // Filled to the last byte, as a log that nobody rotates does.
    let filler = guard.path("state/filler");
    let zeros = vec![0; 1 << 20];
    let mut file = fs::File::create(&filler).unwrap();
    while std::io::Write::write_all(&mut file, &zeros).is_ok() {}
    while std::io::Write::write_all(&mut file, &[0; 512]).is_ok() {}
    let large =
        trap(2, &"b".repeat(900)).replace("--b--", &format!("--b\n\n{}\n--b--", "0123456789abcdef\n".repeat(20_000)));
    for _ in 0..3 {
        assert!(client.message(&large).unwrap().words.starts_with("451"), "{}", guard.log());
        assert_eq!(client.message(&honest(3)).unwrap().verdict(), "deliver");
        assert_eq!(client.message(&doubtful(4)).unwrap().verdict(), "flag");
    }
    // Room again: it is taken, once.
    drop(file);
    fs::remove_file(&filler).unwrap();
    assert_eq!(client.message(&large).unwrap().last, 'd', "{}", guard.log());
    let listed = String::from_utf8(guard.run(&["mail", "quarantine", "list"]).stdout).unwrap();
    assert_eq!(listed.matches("shortcut").count(), 2, "{listed}");
    let verified = guard.run(&["record", "verify"]);
    assert!(verified.status.success(), "{verified:?}");
    guard.end();
}
