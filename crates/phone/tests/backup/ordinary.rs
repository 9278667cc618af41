//! Backups as phones make them: plain and encrypted.

use std::fs;

use super::*;

#[test]
fn both_kinds_of_backup_read_the_same() {
    for encrypted in [false, true] {
        let (folder, _) = ordinary(encrypted);
        assert!(is_backup(folder.path()));
        let backup = open(&folder, encrypted.then_some(PASSWORD)).unwrap();
        assert_eq!(backup.is_encrypted(), encrypted);
        let device = backup.device();
        assert_eq!(device.name.as_deref(), Some("Zoé’s phone"));
        assert_eq!(device.model.as_deref(), Some("iPhone12,1"));
        assert_eq!(device.version.as_deref(), Some("17.4"));
        assert_eq!(device.last_backup, Some("2026-03-01T10:20:30Z".parse().unwrap()));

        let names: Vec<_> = backup.entries().map(|entry| entry.unwrap().name()).collect();
        let expected = [
            "HomeDomain/Library/SMS/sms.db",
            "AppDomain-org.example.app/Documents/empty",
            "HomeDomain/Library/SMS",
            "HomeDomain/Library/latest",
        ];
        assert_eq!(names, expected);
        let messages = entry(&backup, "Library/SMS/sms.db");
        assert_eq!(messages.size, Some(MESSAGES.len() as u64));
        assert_eq!(messages.modified, Some("2026-02-28T09:00:00Z".parse().unwrap()));
        let contents = backup.read(&messages, LIMIT).unwrap();
        assert_eq!(contents.bytes, MESSAGES);
        assert_eq!(contents.doubt, None);
        let on_disk = fs::read(messages.path_on_disk(folder.path())).unwrap();
        assert_eq!(on_disk == MESSAGES, !encrypted);
        for path in ["Documents/empty", "Library/SMS", "Library/latest"] {
            let contents = backup.read(&entry(&backup, path), LIMIT).unwrap();
            assert_eq!((contents.bytes, contents.doubt), (Vec::new(), None), "{path}");
        }
        assert_eq!(entry(&backup, "Library/SMS").kind, Kind::Folder);
        assert_eq!(entry(&backup, "Library/latest").kind, Kind::Link);
        assert!(backup.list(LIMIT).unwrap().starts_with(b"SQLite format 3\0"));
        assert!(matches!(backup.list(10), Err(EntryError::TooLarge { limit: 10, .. })));
    }
}

#[test]
fn a_password_is_asked_for_only_where_it_is_needed() {
    let (folder, _) = ordinary(true);
    assert!(matches!(refused(&folder, None), BackupError::PasswordNeeded));
    assert!(matches!(refused(&folder, Some("")), BackupError::WrongPassword));
    assert!(matches!(refused(&folder, Some("wrong")), BackupError::WrongPassword));
    let (folder, _) = ordinary(false);
    assert!(open(&folder, Some("not needed")).is_ok());
}

#[test]
fn files_of_any_size_survive_the_cipher() {
    let sizes = [1, 15, 16, 17, 65_535, 65_536, 65_537, 300_000];
    let mut making = Making::new(true);
    let bytes: Vec<u8> = (0..300_000_u32).map(|at| (at % 253) as u8).collect();
    for size in sizes {
        making.file("CameraRollDomain", &size.to_string(), &bytes[..size]);
    }
    let folder = making.write();
    let backup = open(&folder, Some(PASSWORD)).unwrap();
    for size in sizes {
        let contents = backup.read(&entry(&backup, &size.to_string()), LIMIT).unwrap();
        assert_eq!(contents.bytes, bytes[..size]);
        assert_eq!(contents.doubt, None);
    }
}

#[test]
fn a_folder_without_a_list_is_no_backup() {
    let folder = tempfile::tempdir().unwrap();
    assert!(!is_backup(folder.path()));
    assert!(matches!(refused(&folder, None), BackupError::NotABackup));
    fs::create_dir(folder.path().join("Manifest.db")).unwrap();
    assert!(!is_backup(folder.path()));
    let gone = Backup::open(&folder.path().join("gone"), None, &StopFlag::default());
    assert!(matches!(gone, Err(BackupError::NotABackup)));
}

#[test]
fn without_a_manifest_the_files_are_still_there() {
    let (folder, _) = ordinary(false);
    fs::remove_file(folder.path().join("Manifest.plist")).unwrap();
    let backup = open(&folder, None).unwrap();
    assert_eq!(backup.device().name, None);
    assert_eq!(backup.read(&entry(&backup, "Library/SMS/sms.db"), LIMIT).unwrap().bytes, MESSAGES);
    let (folder, _) = ordinary(true);
    fs::remove_file(folder.path().join("Manifest.plist")).unwrap();
    assert!(matches!(refused(&folder, None), BackupError::Damaged(_)));
}

#[test]
fn opening_and_reading_change_nothing() {
    let (folder, _) = ordinary(true);
    let state = || {
        let mut all = Vec::new();
        for entry in fs::read_dir(folder.path()).unwrap() {
            let path = entry.unwrap().path();
            let bytes = path.is_file().then(|| fs::read(&path).unwrap());
            all.push((path.clone(), bytes, fs::metadata(&path).unwrap().modified().unwrap()));
        }
        all.sort();
        all
    };
    let before = state();
    let backup = open(&folder, Some(PASSWORD)).unwrap();
    for entry in backup.entries() {
        backup.read(&entry.unwrap(), LIMIT).unwrap();
    }
    assert_eq!(state(), before);
}

#[test]
fn a_backup_of_the_old_kind_lies_flat() {
    let folder = tempfile::tempdir().unwrap();
    let mut records = b"mbdb\x05\x00\x00\x0aHomeDomain\x00\x12Library/SMS/sms.db".to_vec();
    records.extend_from_slice(&[0xff; 6]);
    records.extend_from_slice(b"\x81\xa4");
    records.extend_from_slice(&[0; 28]);
    records.extend_from_slice(&(MESSAGES.len() as u64).to_be_bytes());
    records.extend_from_slice(b"\x03\x00");
    fs::write(folder.path().join("Manifest.mbdb"), &records).unwrap();
    fs::write(folder.path().join("3d0d7e5fb2ce288813306e4d4636395e047a3d28"), MESSAGES).unwrap();
    assert!(is_backup(folder.path()));
    let backup = open(&folder, None).unwrap();
    let contents = backup.read(&entry(&backup, "Library/SMS/sms.db"), LIMIT).unwrap();
    assert_eq!((contents.bytes.as_slice(), contents.doubt), (MESSAGES, None));
    assert_eq!(backup.list(LIMIT).unwrap(), records);
    fs::write(folder.path().join("Manifest.mbdb"), b"mbdb\x06\x00").unwrap();
    assert!(matches!(refused(&folder, None), BackupError::Damaged(_)));
}
