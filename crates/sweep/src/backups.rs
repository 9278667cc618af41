//! Backups of phones: their files under the names they have on the phone, decrypted where the password is known.
//!
//! The list of a backup is the one piece of evidence that this process understands itself: without it there is no telling
//! which files to hand to the workers. `vauban-phone` bounds what it takes.

use std::{
    collections::HashSet,
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use vauban_examine::denied;
use vauban_intake::{Problem, StopFlag};
use vauban_model::Reason;
use vauban_phone::{Backup, BackupError, Entry, EntryError, Kind, Secret, is_backup};
use vauban_record::Stat;

use crate::{
    file::in_memory,
    unpack::{Held, Piece, Unpack},
};

/// The longest list of a backup that is handed to a reader.
const LONGEST_LIST: u64 = 256 << 20;

/// Opens backups of phones.
#[derive(Debug, Default)]
pub struct Backups {
    /// The password of encrypted ones.
    pub password: Option<Secret>,
    /// Ends the opening early.
    pub stop: StopFlag,
}

impl Unpack for Backups {
    fn unpack(&self, folder: &Path, held: &mut dyn FnMut(Held) -> bool) -> HashSet<PathBuf> {
        let mut dealt_with = HashSet::new();
        if !is_backup(folder) {
            return dealt_with;
        }
        let backup = match Backup::open(folder, self.password.as_ref(), &self.stop) {
            Ok(backup) => Arc::new(backup),
            Err(error) => {
                held(Held::Unread(folder.to_path_buf(), not_opened(&error)));
                return dealt_with;
            }
        };
        let mut go_on = true;
        if backup.is_encrypted() {
            let list = list(folder, &backup);
            dealt_with.insert(list.path.clone());
            go_on = held(Held::Piece(list));
        }
        for entry in backup.entries() {
            if !go_on {
                break;
            }
            go_on = match entry {
                Ok(entry) if entry.kind == Kind::File => {
                    let piece = piece(folder, &backup, entry);
                    dealt_with.insert(piece.path.clone());
                    held(Held::Piece(piece))
                }
                Ok(_) => true,
                Err(flawed) => held(Held::Unread(folder.to_path_buf(), Problem::corrupt(flawed.to_string()))),
            };
        }
        dealt_with
    }
}

/// The decrypted list, in which names of files may be looked for.
fn list(folder: &Path, backup: &Arc<Backup>) -> Piece {
    let backup = Arc::clone(backup);
    let path = folder.join("Manifest.db");
    Piece {
        stat: stat(&path),
        path,
        inside: "Manifest.db".to_owned(),
        open: Box::new(move |limit| {
            let bytes = backup.list(limit.min(LONGEST_LIST)).map_err(|error| not_read(&error))?;
            let mut file = in_memory().map_err(|error| denied(&error))?;
            file.write_all(&bytes).map_err(|error| denied(&error))?;
            Ok((file, None))
        }),
    }
}

fn piece(folder: &Path, backup: &Arc<Backup>, entry: Entry) -> Piece {
    let backup = Arc::clone(backup);
    let path = entry.path_on_disk(folder);
    Piece {
        stat: stat(&path),
        path,
        inside: entry.name(),
        open: Box::new(move |limit| {
            let opened = backup.file(&entry).and_then(|plain| match plain {
                Some(plain) => Ok(plain),
                None => {
                    let mut file = in_memory()?;
                    let doubt = backup.copy(&entry, limit, &mut file)?;
                    Ok((file, doubt))
                }
            });
            let (file, doubt) = opened.map_err(|error| not_read(&error))?;
            Ok((file, doubt.map(|doubt| Problem::corrupt(doubt.to_string()))))
        }),
    }
}

fn stat(path: &Path) -> Option<Stat> {
    path.symlink_metadata().ok().map(|metadata| Stat::of(&metadata))
}

fn not_opened(error: &BackupError) -> Problem {
    let reason = match error {
        BackupError::PasswordNeeded | BackupError::WrongPassword => Reason::Encrypted,
        BackupError::TooLarge { .. } => Reason::TooLarge,
        BackupError::Io(_) => Reason::Denied,
        BackupError::NotABackup | BackupError::Damaged(_) => Reason::Corrupt,
    };
    let hint = if matches!(error, BackupError::PasswordNeeded) { ": sweep it with --ask-backup-password" } else { "" };
    Problem::new(reason, format!("{error}{hint}"))
}

fn not_read(error: &EntryError) -> Problem {
    let reason = match error {
        EntryError::NoKey => Reason::Encrypted,
        EntryError::TooLarge { .. } => Reason::TooLarge,
        EntryError::Stopped => Reason::Timeout,
        EntryError::Missing | EntryError::NotAFile | EntryError::Io(_) => Reason::Denied,
        EntryError::BadId | EntryError::Malformed | EntryError::Damaged(_) => Reason::Corrupt,
    };
    Problem::new(reason, error.to_string())
}
