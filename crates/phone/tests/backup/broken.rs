//! Backups that were cut short or changed: what is broken costs itself, and is said.

use std::fs;

use super::*;

#[test]
fn one_broken_file_costs_that_file() {
    let (folder, making) = ordinary(true);
    let backup = open(&folder, Some(PASSWORD)).unwrap();
    let messages = entry(&backup, "Library/SMS/sms.db");
    let path = messages.path_on_disk(folder.path());
    let whole = fs::read(&path).unwrap();

    // Cut at a block: the bytes before the cut are still there, and it is said.
    fs::write(&path, &whole[..32]).unwrap();
    let contents = backup.read(&messages, LIMIT).unwrap();
    assert_eq!(contents.bytes, MESSAGES[..32]);
    assert_eq!(contents.doubt, Some(Doubt::Padding));
    // Cut within a block.
    fs::write(&path, &whole[..40]).unwrap();
    let contents = backup.read(&messages, LIMIT).unwrap();
    assert_eq!((contents.bytes.as_slice(), contents.doubt), (&MESSAGES[..32], Some(Doubt::Padding)));
    fs::write(&path, &whole[..7]).unwrap();
    let contents = backup.read(&messages, LIMIT).unwrap();
    assert_eq!((contents.bytes.as_slice(), contents.doubt), (&[][..], Some(Doubt::Padding)));
    // Emptied, and another file put in its place.
    fs::write(&path, b"").unwrap();
    let told = MESSAGES.len() as u64;
    assert_eq!(backup.read(&messages, LIMIT).unwrap().doubt, Some(Doubt::Size { told, found: 0 }));
    fs::write(&path, making.encrypted(b"something else")).unwrap();
    let contents = backup.read(&messages, LIMIT).unwrap();
    assert_eq!(contents.bytes, b"something else");
    assert_eq!(contents.doubt, Some(Doubt::Size { told, found: 14 }));

    assert!(matches!(backup.read(&messages, 3), Err(EntryError::TooLarge { size: 16, limit: 3 })));
    fs::remove_file(&path).unwrap();
    assert!(matches!(backup.read(&messages, LIMIT), Err(EntryError::Missing)));
    fs::create_dir(&path).unwrap();
    assert!(matches!(backup.read(&messages, LIMIT), Err(EntryError::NotAFile)));
    assert!(backup.read(&entry(&backup, "Documents/empty"), LIMIT).is_ok());
}

#[test]
fn a_file_without_its_key_is_said_to_be_so() {
    let mut making = Making::new(true);
    making.file("HomeDomain", "bound to the phone", b"x");
    making.archive(|archive| archive.key = Some(making::wrapped_with_the_class_of_no_one()));
    making.file("HomeDomain", "no key", b"x");
    making.archive(|archive| archive.key = None);
    let folder = making.write();
    let backup = open(&folder, Some(PASSWORD)).unwrap();
    for path in ["bound to the phone", "no key"] {
        assert!(matches!(backup.read(&entry(&backup, path), LIMIT), Err(EntryError::NoKey)), "{path}");
    }
}

#[test]
fn many_rows_come_in_their_order_and_a_broken_page_costs_its_own() {
    let mut making = Making::new(false);
    for number in 0..2_000 {
        making.file("HomeDomain", &format!("file {number}"), b"");
    }
    let folder = making.write();
    let backup = open(&folder, None).unwrap();
    let paths: Vec<_> = backup.entries().map(|entry| entry.unwrap().path).collect();
    assert_eq!(paths, (0..2_000).map(|number| format!("file {number}")).collect::<Vec<_>>());

    // A page somewhere in the middle of the table.
    let path = folder.path().join("Manifest.db");
    let mut bytes = fs::read(&path).unwrap();
    let needle = b"file 1000";
    let at = bytes.windows(needle.len()).position(|window| window == needle).unwrap();
    let page = at / 4096 * 4096;
    bytes[page..page + 4096].fill(0xff);
    fs::write(&path, &bytes).unwrap();
    let backup = open(&folder, None).unwrap();
    let (found, flawed): (Vec<_>, Vec<_>) = backup.entries().partition(Result::is_ok);
    assert!((1_900..2_000).contains(&found.len()), "{}", found.len());
    assert_eq!(flawed.len(), 1);
    let mut paths: Vec<_> = found.into_iter().map(|entry| entry.unwrap().path).collect();
    assert_eq!((paths[0].as_str(), paths.contains(&"file 1999".to_owned())), ("file 0", true));
    paths.sort();
    paths.dedup();
    assert!(paths.len() >= 1_900, "no row came twice");
}

#[test]
fn damaged_lists_are_said_to_be_so() {
    let whole = fs::read(ordinary(false).0.path().join("Manifest.db")).unwrap();
    let mut no_pages = whole.clone();
    no_pages[16..18].fill(0);
    let mut garbage = whole.clone();
    garbage[100..].fill(0xa5);
    for bytes in
        [&[][..], b"SQLite format 3\0", &whole[..99], &whole[..300], &whole[..4096], &[0; 8192], &no_pages, &garbage]
    {
        let (folder, _) = ordinary(false);
        fs::write(folder.path().join("Manifest.db"), bytes).unwrap();
        // Half a database opens, and then says that it is broken.
        match open(&folder, None) {
            Err(BackupError::Damaged(_)) => {}
            Err(error) => panic!("{error}"),
            Ok(backup) => assert!(backup.entries().any(|entry| entry.is_err()), "{} bytes", bytes.len()),
        }
    }
    for bytes in [&[][..], b"bplist00", b"<plist><dict>"] {
        let (folder, _) = ordinary(true);
        fs::write(folder.path().join("Manifest.plist"), bytes).unwrap();
        let error = refused(&folder, Some(PASSWORD)).to_string();
        assert!(error.starts_with("the backup is damaged: Manifest.plist: "), "{error}");
        // The list of a backup that is not encrypted can be read without it.
        let (folder, _) = ordinary(false);
        fs::write(folder.path().join("Manifest.plist"), bytes).unwrap();
        assert_eq!(open(&folder, None).unwrap().entries().flatten().count(), 4);
        // What it would add is not worth a backup.
        let (folder, _) = ordinary(false);
        fs::write(folder.path().join("Info.plist"), bytes).unwrap();
        assert!(open(&folder, None).is_ok());
    }
}

#[test]
fn a_backup_that_somebody_decrypted_needs_no_password() {
    for keep_manifest in [true, false] {
        let (folder, _) = ordinary(true);
        let list = open(&folder, Some(PASSWORD)).unwrap().list(LIMIT).unwrap();
        fs::write(folder.path().join("Manifest.db"), list).unwrap();
        if !keep_manifest {
            fs::remove_file(folder.path().join("Manifest.plist")).unwrap();
        }
        let backup = open(&folder, None).unwrap();
        assert!(!backup.is_encrypted());
        // This one is still encrypted, and is not taken for a plain one.
        let messages = entry(&backup, "Library/SMS/sms.db");
        assert!(matches!(backup.read(&messages, LIMIT), Err(EntryError::NoKey)));
        fs::write(messages.path_on_disk(folder.path()), MESSAGES).unwrap();
        let contents = backup.read(&messages, LIMIT).unwrap();
        assert_eq!((contents.bytes.as_slice(), contents.doubt), (MESSAGES, None));
    }
}
