//! Writes two small backups of an invented phone, a plain one and an encrypted one, into a folder: what the tests of the
//! program sweep. `make_backup FOLDER`; the password is in `tests/backup/making.rs`.
#![expect(clippy::unwrap_used, reason = "an example that makes test data stops at the first thing that is wrong")]
#![expect(dead_code, reason = "the tests use more of it")]

use std::{fs, path::Path};

use rusqlite::Connection;

#[path = "../tests/backup/making.rs"]
mod making;

use making::Making;

/// Seconds between 1970 and 2001, where the clocks of these databases begin.
const EPOCH: i64 = 978_307_200;

fn database(statements: &str) -> Vec<u8> {
    let database = Connection::open_in_memory().unwrap();
    database.execute_batch("PRAGMA page_size = 1024; VACUUM;").unwrap();
    database.execute_batch(statements).unwrap();
    database.serialize("main").unwrap().to_vec()
}

fn main() {
    let folder = std::env::args().nth(1).unwrap();
    let at = 1_772_000_000 - EPOCH;
    let messages = database(&format!(
        "CREATE TABLE handle (ROWID INTEGER PRIMARY KEY, id TEXT);
         CREATE TABLE message (ROWID INTEGER PRIMARY KEY, guid TEXT, text TEXT, handle_id INTEGER, date INTEGER, is_from_me INTEGER);
         INSERT INTO handle VALUES (1, '+33100000000');
         INSERT INTO message VALUES (1, 'a', 'Your parcel: https://spy.evil.example/p?1', 1, {}, 0);
         INSERT INTO message VALUES (2, 'b', 'no link here', 1, {}, 1);",
        at * 1_000_000_000,
        at * 1_000_000_000,
    ));
    let network = database(&format!(
        "CREATE TABLE ZPROCESS (Z_PK INTEGER PRIMARY KEY, ZFIRSTTIMESTAMP REAL, ZTIMESTAMP REAL, ZPROCNAME TEXT, ZBUNDLENAME TEXT);
         INSERT INTO ZPROCESS VALUES (1, {at}, {at}, 'stealthd', NULL), (2, {at}, {at}, 'SpringBoard', NULL);"
    ));
    for (name, encrypted) in [("plain", false), ("encrypted", true)] {
        let mut making = Making::new(encrypted);
        making.folder("HomeDomain", "Library/SMS");
        making.file("HomeDomain", "Library/SMS/sms.db", &messages);
        making.file("WirelessDomain", "Library/Databases/DataUsage.sqlite", &network);
        making.file("CameraRollDomain", "Media/DCIM/100APPLE/note.txt", b"nothing to see");
        copy(making.write().path(), &Path::new(&folder).join(name));
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() { copy(&from, &to) } else { fs::copy(from, to).map(drop).unwrap() }
    }
}
