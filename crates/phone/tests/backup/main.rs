//! Backups that are made here, the inverse of what the crate does, and opened.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]
#![expect(clippy::panic, reason = "a test says what it met instead")]

mod broken;
mod hostile;
mod making;
mod ordinary;

use std::{os::unix::fs::symlink, path::Path};

use making::{Making, PASSWORD};
use tempfile::TempDir;
use vauban_intake::StopFlag;
use vauban_phone::{Backup, BackupError, Doubt, Entry, EntryError, Kind, Secret, is_backup};

const LIMIT: u64 = 1 << 20;
const MESSAGES: &[u8] = b"a message with https://lure.example/ in it";

fn open(folder: &TempDir, password: Option<&str>) -> Result<Backup, BackupError> {
    let password = password.map(|password| Secret::new(password.to_owned()));
    Backup::open(folder.path(), password.as_ref(), &StopFlag::default())
}

fn refused(folder: &TempDir, password: Option<&str>) -> BackupError {
    match open(folder, password) {
        Ok(_) => panic!("it opened"),
        Err(error) => error,
    }
}

fn entry(backup: &Backup, path: &str) -> Entry {
    backup.entries().filter_map(Result::ok).find(|entry| entry.path == path).unwrap()
}

/// A backup of two files, a folder and a link.
fn ordinary(encrypted: bool) -> (TempDir, Making) {
    let mut making = Making::new(encrypted);
    making.file("HomeDomain", "Library/SMS/sms.db", MESSAGES);
    making.file("AppDomain-org.example.app", "Documents/empty", b"");
    making.folder("HomeDomain", "Library/SMS");
    making.link("HomeDomain", "Library/latest");
    (making.write(), making)
}
