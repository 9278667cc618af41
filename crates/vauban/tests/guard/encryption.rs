//! Mail that only its reader can open, opened by GnuPG.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use crate::{
    door::Door,
    milter::{Client, doubtful, honest},
    process::Guard,
};

const CLAIRE: &str = "claire.martin@campagne.example";

/// A reader's own keyring, somewhere else than the guard.
pub(crate) struct Reader {
    home: tempfile::TempDir,
}

impl Reader {
    /// A reader with a new key; `expires` as gpg takes it.
    pub(crate) fn new(address: &str, expires: &str) -> Option<Self> {
        let home = tempfile::tempdir().unwrap();
        let reader = Self { home };
        let made = reader.gpg(&["--quick-generate-key", address, "future-default", "default", expires]);
        let Ok(made) = made else {
            assert!(std::env::var_os("CI").is_none(), "CI must not skip this");
            println!("skipped: encryption to readers, which needs gpg (Debian package gnupg)");
            return None;
        };
        assert!(made.status.success(), "{made:?}");
        Some(reader)
    }

    fn gpg(&self, arguments: &[&str]) -> std::io::Result<Output> {
        Command::new("gpg")
            .arg("--homedir")
            .arg(self.home.path())
            .args(["--batch", "--no-tty", "--passphrase", "", "--pinentry-mode", "loopback"])
            .args(arguments)
            .output()
    }

    pub(crate) fn public_key(&self) -> Vec<u8> {
        self.gpg(&["--armor", "--export"]).unwrap().stdout
    }

    /// Opens the encrypted part of a message.
    pub(crate) fn open(&self, message: &str) -> String {
        let start = message.find("-----BEGIN PGP MESSAGE-----").expect("an encrypted part");
        let path = self.home.path().join("message.asc");
        fs::write(&path, &message[start..]).unwrap();
        let opened = self.gpg(&["--decrypt", &path.display().to_string()]).unwrap();
        assert!(opened.status.success(), "{opened:?}");
        String::from_utf8(opened.stdout).unwrap()
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // Its agent would outlive the test.
        let _ = Command::new("gpgconf").arg("--homedir").arg(self.home.path()).args(["--kill", "all"]).output();
    }
}

pub(crate) fn keys(folder: &Path, keys: &[(&str, &[u8])]) -> PathBuf {
    let path = folder.join("keys");
    fs::create_dir_all(&path).unwrap();
    for (name, key) in keys {
        fs::write(path.join(name), key).unwrap();
    }
    path
}

#[test]
fn mail_for_a_reader_with_a_key_can_be_opened_by_that_reader_alone() {
    let Some(claire) = Reader::new(CLAIRE, "0") else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = keys(folder.path(), &[("claire.asc", &claire.public_key())]);
    let guard = Guard::start(&format!("[mail.openpgp]\nkeys = {:?}\n", path.display().to_string()));
    let door = Door::open(guard.release);
    let mut client = Client::ready(guard.milter);

    let message = doubtful(1);
    assert_eq!(client.message(&message).unwrap().last, 'd', "the reader's copy is handed over");
    let taken = &door.waits_for(1)[0];
    assert_eq!(taken.envelope, ["MAIL FROM:<sender@lumiere.test>", &format!("RCPT TO:<{CLAIRE}>")]);
    let text = taken.text();
    assert!(!text.contains("Bonjour") && !text.contains("demain"), "in clear: {text}");
    assert!(text.contains("Subject: ...") && text.contains("X-Vauban-Verdict: flag"), "{text}");
    let opened = claire.open(&text);
    assert!(opened.contains("Bonjour Claire, à demain. 1"), "{opened}");
    assert!(opened.contains("Subject: Bonjour 1"), "the protected header: {opened}");

    // Somebody else among the readers gets it as it was, and what is encrypted already stays so.
    let both = client.incoming(&[CLAIRE, "hugo.bernard@campagne.example"], &honest(2)).unwrap();
    assert_eq!((both.last, both.removed.as_slice()), ('c', &[format!("<{CLAIRE}>")][..]));
    door.waits_for(2);
    let (header, body) = text.split_once("\r\n\r\n").unwrap();
    let header: Vec<&str> = header.split("\r\n").filter(|line| !line.starts_with("X-Vauban")).collect();
    let again =
        format!("{}\n\n{}", header.join("\n").replace("\n\t", " ").replace("\n ", " "), body.replace("\r\n", "\n"));
    let answer = client.message(&again).unwrap();
    assert_eq!(answer.last, 'c', "{answer:?}");
    assert_eq!(door.taken().len(), 2);

    let listed = guard.run(&["mail", "keys", "--config", &guard.path("vauban.toml").display().to_string()]);
    assert_eq!(listed.status.code(), Some(0));
    assert!(String::from_utf8(listed.stdout).unwrap().contains(CLAIRE));
}

#[test]
fn a_key_that_expired_lets_nothing_out_in_clear() {
    // It expires before the guard is asked.
    let Some(claire) = Reader::new(CLAIRE, "seconds=1") else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = keys(folder.path(), &[("claire.asc", &claire.public_key())]);
    std::thread::sleep(std::time::Duration::from_secs(2));
    let tables = format!("[mail.openpgp]\nkeys = {:?}\n", path.display().to_string());
    let guard = Guard::start(&tables);
    let door = Door::open(guard.release);
    let answer = Client::ready(guard.milter).message(&honest(1)).unwrap();
    assert!(answer.words.starts_with("451 4.7.5"), "{answer:?}");
    assert!(door.taken().is_empty());
    let listed = guard.run(&["mail", "keys", "--config", &guard.path("vauban.toml").display().to_string()]);
    assert_eq!(listed.status.code(), Some(1), "{listed:?}");

    guard.configure(&format!("{tables}on_unusable = \"deliver\"\n"), "");
    guard.signal("HUP");
    assert!(guard.waits_for(|guard| guard.metric("vauban_reloads_total{outcome=\"done\"}") > 0.0));
    let answer = Client::ready(guard.milter).message(&honest(1)).unwrap();
    assert_eq!(answer.last, 'c');
    assert!(answer.inserted.iter().any(|field| field == "X-Vauban-Encryption: none; reason=key"), "{answer:?}");
}

#[test]
fn a_private_key_among_the_readers_keys_is_refused() {
    let Some(claire) = Reader::new(CLAIRE, "0") else { return };
    let secret = claire.gpg(&["--armor", "--export-secret-keys"]).unwrap().stdout;
    let folder = tempfile::tempdir().unwrap();
    let path = keys(folder.path(), &[("claire.asc", &secret)]);
    let guard = Guard::prepare(&format!("[mail.openpgp]\nkeys = {:?}\n", path.display().to_string()));
    let config = guard.path("vauban.toml").display().to_string();
    let listed = guard.run(&["mail", "keys", "--config", &config]);
    assert_eq!(listed.status.code(), Some(2), "{listed:?}");
    let begun = guard.run(&["guard", "--config", &config]);
    assert_eq!(begun.status.code(), Some(2), "{begun:?}");
}
