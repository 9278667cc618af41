//! Backups of iPhones and iPads, as Finder, iTunes and libimobiledevice write them: what is in them, and the bytes.
//!
//! A backup is a folder with a list of everything (`Manifest.db`, before iOS 10 `Manifest.mbdb`), a few property
//! lists about the phone, and one file for each file of the phone, named for a digest of its path. With a password
//! the phone encrypts all of it. This crate opens both, and gives each entry its name on the phone and its bytes; what
//! they mean is for the readers of `observe`. It changes nothing in the folder, follows no link in it, asks no
//! network, writes no file, and guesses no password. Like `observe` for the databases of evidence, it knows enough SQL
//! to read one table of a database in memory.
//!
//! ```no_run
//! use std::path::Path;
//! use vauban_intake::StopFlag;
//! use vauban_phone::{Backup, BackupError, Kind, Secret, is_backup};
//!
//! # fn ask() -> Secret { Secret::new(String::new()) }
//! # fn main() -> Result<(), BackupError> {
//! let folder = Path::new("backups/00008030-001122334455802E");
//! if is_backup(folder) {
//!     let stop = StopFlag::default();
//!     let backup = match Backup::open(folder, None, &stop) {
//!         Err(BackupError::PasswordNeeded) => Backup::open(folder, Some(&ask()), &stop)?,
//!         opened => opened?,
//!     };
//!     for entry in backup.entries() {
//!         match entry {
//!             Ok(entry) if entry.kind == Kind::File => match backup.read(&entry, 96 << 20) {
//!                 // The location is `00008030-001122334455802E ! HomeDomain/Library/SMS/sms.db`.
//!                 Ok(contents) => drop((entry.name(), contents.bytes, contents.doubt)),
//!                 Err(unread) => drop((entry.name(), unread)),
//!             },
//!             Ok(_) => {}
//!             Err(flawed) => drop((flawed.name, flawed.error)),
//!         }
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Names and texts from a backup are hostile. Whoever walks its folder as files, too, leaves out what
//! [`Entry::path_on_disk`] names: what no entry names is still evidence.

mod archived;
mod backup;
mod cipher;
mod contents;
mod entry;
mod folder;
mod keybag;
mod listing;
mod property_list;

pub use backup::{Backup, BackupError, Device, is_backup};
pub use contents::{Contents, Doubt};
pub use entry::{Entry, EntryError, FileId, Flawed, Kind};
pub use listing::Entries;
pub use vauban_model::Secret;
