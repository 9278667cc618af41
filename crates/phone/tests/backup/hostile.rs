//! Backups that somebody made to do harm.

use std::fs;

use proptest::prelude::*;

use super::*;

#[test]
fn links_lead_nowhere() {
    let secret = tempfile::tempdir().unwrap();
    fs::write(secret.path().join("secret"), MESSAGES).unwrap();
    let (folder, _) = ordinary(false);
    let backup = open(&folder, None).unwrap();
    let messages = entry(&backup, "Library/SMS/sms.db");
    let path = messages.path_on_disk(folder.path());

    fs::remove_file(&path).unwrap();
    symlink(secret.path().join("secret"), &path).unwrap();
    assert!(matches!(backup.read(&messages, LIMIT), Err(EntryError::NotAFile)));

    let subfolder = path.parent().unwrap();
    fs::remove_dir_all(subfolder).unwrap();
    fs::rename(secret.path().join("secret"), secret.path().join(messages.file_id.to_string())).unwrap();
    symlink(secret.path(), subfolder).unwrap();
    assert!(matches!(backup.read(&messages, LIMIT), Err(EntryError::NotAFile)));

    fs::rename(folder.path().join("Manifest.db"), secret.path().join("Manifest.db")).unwrap();
    symlink(secret.path().join("Manifest.db"), folder.path().join("Manifest.db")).unwrap();
    assert!(!is_backup(folder.path()));
    assert!(matches!(refused(&folder, None), BackupError::NotABackup));
}

#[test]
fn a_pipe_keeps_nobody_waiting() {
    let (folder, _) = ordinary(false);
    let backup = open(&folder, None).unwrap();
    let messages = entry(&backup, "Library/SMS/sms.db");
    let path = messages.path_on_disk(folder.path());
    fs::remove_file(&path).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    assert!(matches!(backup.read(&messages, LIMIT), Err(EntryError::NotAFile)));
}

#[test]
fn hostile_rows_cost_themselves() {
    let mut making = Making::new(false);
    making.row("'../../../../etc/passwd'", "'HomeDomain'", "'etc/passwd'");
    making.row("NULL", "'HomeDomain'", "'no id'");
    making.row("'00'", "NULL", "'no domain'");
    making.row("'00'", "'HomeDomain'", "hex(zeroblob(100000))");
    making.row("x'ff'", "'HomeDomain'", "'a blob for an id'");
    making.row("'00112233445566778899aabbccddeeff00112233'", "'HomeDomain'", "'../../outside'");
    let folder = making.write();
    let backup = open(&folder, None).unwrap();
    let found: Vec<_> = backup.entries().collect();
    let said: Vec<_> = found
        .iter()
        .map(|entry| match entry {
            Ok(entry) => entry.path_on_disk(Path::new("b")).display().to_string(),
            Err(flawed) => flawed.to_string(),
        })
        .collect();
    let expected = [
        "HomeDomain/etc/passwd: its file id is not 40 hexadecimal digits",
        "HomeDomain/no id: its file id is not 40 hexadecimal digits",
        "row 3: its row in the list of the backup is malformed",
        "row 4: its row in the list of the backup is malformed",
        "HomeDomain/a blob for an id: its file id is not 40 hexadecimal digits",
        "b/00/00112233445566778899aabbccddeeff00112233",
    ];
    assert_eq!(said, expected);
}

/// A backup whose list is what these statements make.
fn with_list(statements: &str) -> TempDir {
    let (folder, _) = ordinary(false);
    let path = folder.path().join("Manifest.db");
    fs::remove_file(&path).unwrap();
    rusqlite::Connection::open(&path).unwrap().execute_batch(statements).unwrap();
    folder
}

#[test]
fn a_view_is_not_the_table() {
    let folder = with_list(
        "CREATE VIEW Files AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
    );
    assert!(matches!(refused(&folder, None), BackupError::Damaged(_)));
}

#[test]
fn a_computed_column_cannot_make_gigabytes() {
    let folder = with_list(
        "CREATE TABLE Files (fileID TEXT, domain TEXT, flags INTEGER, file BLOB,
                relativePath TEXT GENERATED ALWAYS AS (hex(zeroblob(400000000))) VIRTUAL);
             INSERT INTO Files (fileID, domain) VALUES ('00', 'HomeDomain');",
    );
    assert!(open(&folder, None).unwrap().entries().all(|entry| entry.is_err()));
}

#[test]
fn a_raised_flag_ends_the_list() {
    let mut making = Making::new(false);
    for number in 0..20_000 {
        making.row("NULL", "'HomeDomain'", &format!("'{number}'"));
    }
    let folder = making.write();
    let stop = StopFlag::default();
    let backup = Backup::open(folder.path(), None, &stop).unwrap();
    let mut entries = backup.entries();
    assert!(entries.next().is_some());
    stop.raise();
    let last = entries.last().unwrap().unwrap_err();
    assert!(matches!(last.error, EntryError::Stopped), "{last}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever is changed in the files that everything hangs on, opening and listing ends, and in no panic.
    #[test]
    fn changed_bytes_do_no_harm(
        name in prop::sample::select(vec!["Manifest.db", "Manifest.plist", "Info.plist"]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
    ) {
        let (folder, _) = ordinary(false);
        let path = folder.path().join(name);
        let mut bytes = fs::read(&path).unwrap();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        fs::write(&path, bytes).unwrap();
        if let Ok(backup) = open(&folder, Some("")) {
            for entry in backup.entries().flatten() {
                let _ = backup.read(&entry, LIMIT);
            }
        }
    }
}
