//! A backup as a whole: what it says about itself, its entries, and their bytes.

use std::{
    fs,
    io::{self, Read, Write},
    path::Path,
};

use jiff::Timestamp;
use vauban_intake::StopFlag;

use crate::{
    Contents, Doubt, Entry, EntryError, Kind, Secret,
    cipher::Decrypting,
    contents,
    folder::{Folder, Refused},
    keybag::{Keys, Locked, WrappedKey},
    listing::{Database, Entries, Listing, Records},
    property_list::{Value, parse},
};

/// The list of a phone with a million files has some 500 MiB; SQLite takes no more than this in memory.
const MAX_LISTING: u64 = 1 << 30;
/// `Manifest.plist` and `Info.plist` name every application, with icons.
const MAX_PROPERTY_LIST: u64 = 64 << 20;
/// Values of one of those.
const MAX_VALUES: usize = 2_000_000;
/// Characters of what the phone says about itself, which are for one line of a report.
const MAX_WORDS: usize = 200;

/// Why a backup does not open.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The folder holds no backup.
    #[error("the folder holds no backup of a phone")]
    NotABackup,
    /// It is encrypted, and no password was given.
    #[error("the backup is encrypted and needs its password")]
    PasswordNeeded,
    /// The password opens none of its keys.
    #[error("the password does not open the backup")]
    WrongPassword,
    /// One of the files that everything hangs on is broken, or asks for too much.
    #[error("the backup is damaged: {0}")]
    Damaged(String),
    /// One of the files that everything hangs on is larger than any real one.
    #[error("{name} has more than the {limit} bytes allowed")]
    TooLarge {
        /// Which file.
        name: &'static str,
        /// Bytes allowed.
        limit: u64,
    },
    /// The operating system refused.
    #[error("the backup could not be read: {0}")]
    Io(#[from] io::Error),
}

/// The phone, in its own words; they are evidence, to be escaped wherever they are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Device {
    /// The name its owner gave it.
    pub name: Option<String>,
    /// The model, as `iPhone12,1`.
    pub model: Option<String>,
    /// The version of its system, as `17.4`.
    pub version: Option<String>,
    /// When the backup was made.
    pub last_backup: Option<Timestamp>,
}

/// Whether a folder looks like a backup, without reading anything.
#[must_use]
pub fn is_backup(folder: &Path) -> bool {
    [DATABASE, RECORDS].iter().any(|name| fs::symlink_metadata(folder.join(name)).is_ok_and(|file| file.is_file()))
}

/// An open backup. Several threads may read entries at once.
pub struct Backup {
    folder: Folder,
    device: Device,
    /// The keys of an encrypted backup.
    keys: Option<Keys>,
    listing: Listing,
}

const DATABASE: &str = "Manifest.db";
const RECORDS: &str = "Manifest.mbdb";
const MANIFEST: &str = "Manifest.plist";
const INFO: &str = "Info.plist";

impl Backup {
    /// Opens the backup in `folder`, which is never changed. With a password this takes some seconds, because the
    /// phone made guessing slow; a minute or so at worst, however hostile the backup. `stop` ends work in the list
    /// early, but not the derivation of the key.
    ///
    /// # Errors
    /// See [`BackupError`]. A password that is not needed is not looked at.
    pub fn open(folder: &Path, password: Option<&Secret>, stop: &StopFlag) -> Result<Self, BackupError> {
        let folder = Folder::open(folder).map_err(|refused| refused.of("the folder"))?;
        let manifest = property_list(&folder, MANIFEST)?;
        let manifest = manifest.as_deref().map_or(Ok(Value::Dictionary(Vec::new())), |bytes| parse(bytes, MAX_VALUES));
        // Without it the list may still be readable, which is worth more than what it says.
        let (manifest, flaw) = match manifest {
            Ok(manifest) => (manifest, None),
            Err(detail) => (Value::Dictionary(Vec::new()), Some(detail)),
        };
        // What this one adds is convenient and no more, so that a broken one costs nothing.
        let info = property_list(&folder, INFO).ok().flatten();
        let info = info.as_deref().and_then(|bytes| parse(bytes, MAX_VALUES).ok());

        let keys = if is_decrypted(&folder, &manifest) { None } else { unlock(&manifest, password)? };
        let listing = listing(&folder, &manifest, keys.as_ref(), stop).map_err(|error| match (error, flaw) {
            (BackupError::Damaged(_), Some(detail)) => BackupError::Damaged(format!("{MANIFEST}: {detail}")),
            (error, _) => error,
        })?;
        Ok(Self { device: device(&manifest, info.as_ref()), folder, keys, listing })
    }

    /// What the backup says about the phone.
    #[must_use]
    pub const fn device(&self) -> &Device {
        &self.device
    }

    /// Whether it is encrypted. If not, the files on disk are the files of the phone, under other names.
    #[must_use]
    pub const fn is_encrypted(&self) -> bool {
        self.keys.is_some()
    }

    /// All entries, in the order of the list. A row that is no entry is an error that costs that row.
    #[must_use]
    pub fn entries(&self) -> Entries<'_> {
        self.listing.entries()
    }

    /// The list itself, decrypted: `Manifest.db` or `Manifest.mbdb`, for readers of those formats.
    ///
    /// # Errors
    /// When it has more than `limit` bytes.
    pub fn list(&self, limit: u64) -> Result<Vec<u8>, EntryError> {
        match &self.listing {
            Listing::Database(database) => database.bytes(limit),
            Listing::Records(records) => match records.bytes() {
                bytes if bytes.len() as u64 > limit => Err(EntryError::TooLarge { size: bytes.len() as u64, limit }),
                bytes => Ok(bytes.to_vec()),
            },
        }
    }

    /// The bytes of a file, decrypted, if it has at most `limit` on disk. Folders and links have none.
    ///
    /// # Errors
    /// See [`EntryError`]; the other entries can still be read.
    pub fn read(&self, entry: &Entry, limit: u64) -> Result<Contents, EntryError> {
        let mut bytes = Vec::new();
        let doubt = self.copy(entry, limit, &mut bytes)?;
        Ok(Contents { bytes, doubt })
    }

    /// Writes the bytes of a file to `output`, a portion at a time; for files that do not fit into memory.
    ///
    /// # Errors
    /// As [`Backup::read`], and when `output` fails. Some bytes may have been written then.
    pub fn copy(&self, entry: &Entry, limit: u64, output: &mut dyn Write) -> Result<Option<Doubt>, EntryError> {
        let Some((file, size)) = self.on_disk(entry)? else { return Ok(None) };
        if size > limit {
            return Err(EntryError::TooLarge { size, limit });
        }
        let key = match &self.keys {
            Some(keys) if size > 0 => {
                let wrapped = entry.key.as_ref().ok_or(EntryError::NoKey)?;
                Some(keys.unwrap(wrapped).ok_or(EntryError::NoKey)?)
            }
            // The list of a backup that somebody decrypted still has the keys. Padding tells which files are not.
            None if entry.key.is_some() && entry.size.and_then(contents::padded) == Some(size) => {
                return Err(EntryError::NoKey);
            }
            _ => None,
        };
        contents::copy(file, size, entry.size, key.as_ref(), output)
    }

    /// The file that holds the bytes of an entry as they are, of whatever size, where nothing is encrypted; none where the
    /// bytes have to be [copied](Self::copy).
    ///
    /// # Errors
    /// See [`EntryError`]; the other entries can still be read.
    pub fn file(&self, entry: &Entry) -> Result<Option<(fs::File, Option<Doubt>)>, EntryError> {
        if self.is_encrypted() || entry.key.is_some() {
            return Ok(None);
        }
        let doubt = |found: u64| entry.size.filter(|told| *told != found).map(|told| Doubt::Size { told, found });
        Ok(self.on_disk(entry)?.map(|(file, size)| (file, doubt(size))))
    }

    /// The file of an entry, as it lies there, and its size; none for what has no bytes.
    fn on_disk(&self, entry: &Entry) -> Result<Option<(fs::File, u64)>, EntryError> {
        if entry.kind != Kind::File {
            return Ok(None);
        }
        let (subfolder, name) = entry.place();
        match self.folder.file(subfolder.as_deref(), &name) {
            Ok(file) => Ok(Some(file)),
            // Some versions write no file for one that was empty.
            Err(Refused::Missing) if entry.size == Some(0) => Ok(None),
            Err(Refused::Missing) => Err(EntryError::Missing),
            Err(Refused::NotAFile) => Err(EntryError::NotAFile),
            Err(Refused::Io(error)) => Err(EntryError::Io(error)),
        }
    }
}

impl Refused {
    /// The error of a file without which there is no backup.
    fn of(self, name: &str) -> BackupError {
        match self {
            Self::Missing => BackupError::NotABackup,
            Self::NotAFile => BackupError::Damaged(format!("{name} is not what it should be")),
            Self::Io(error) => BackupError::Io(error),
        }
    }
}

/// The bytes of one of the property lists; `None` when it is not there.
fn property_list(folder: &Folder, name: &'static str) -> Result<Option<Vec<u8>>, BackupError> {
    match folder.read(name, MAX_PROPERTY_LIST) {
        Ok(Some(bytes)) => Ok(Some(bytes)),
        Ok(None) => Err(BackupError::TooLarge { name, limit: MAX_PROPERTY_LIST }),
        Err(Refused::Missing) => Ok(None),
        Err(refused) => Err(refused.of(name)),
    }
}

/// Whether somebody decrypted the backup and left its manifest as it was: a list that has a key is encrypted.
fn is_decrypted(folder: &Folder, manifest: &Value<'_>) -> bool {
    let mut start = [0; Database::MAGIC.len()];
    manifest.get("ManifestKey").is_some()
        && folder.file(None, DATABASE).is_ok_and(|(mut file, _)| file.read_exact(&mut start).is_ok())
        && start == *Database::MAGIC
}

/// The keys of an encrypted backup; `None` when it is not encrypted.
fn unlock(manifest: &Value<'_>, password: Option<&Secret>) -> Result<Option<Keys>, BackupError> {
    if manifest.get("IsEncrypted").and_then(Value::as_boolean) != Some(true) {
        return Ok(None);
    }
    let keybag = manifest.get("BackupKeyBag").and_then(Value::as_data);
    let keybag = keybag.ok_or_else(|| BackupError::Damaged(format!("{MANIFEST} holds no keybag")))?;
    let password = password.ok_or(BackupError::PasswordNeeded)?;
    Keys::unlock(keybag, password).map(Some).map_err(|locked| match locked {
        Locked::WrongPassword => BackupError::WrongPassword,
        Locked::Damaged(detail) => BackupError::Damaged(detail.to_owned()),
    })
}

fn listing(
    folder: &Folder,
    manifest: &Value<'_>,
    keys: Option<&Keys>,
    stop: &StopFlag,
) -> Result<Listing, BackupError> {
    let (file, length) = match folder.file(None, DATABASE) {
        Ok(database) => database,
        Err(Refused::Missing | Refused::NotAFile) => return records(folder),
        Err(refused) => return Err(refused.of(DATABASE)),
    };
    if length > MAX_LISTING {
        return Err(BackupError::TooLarge { name: DATABASE, limit: MAX_LISTING });
    }
    // Until iOS 10.1 the list of an encrypted backup was not encrypted itself, and there is no key for it.
    let key = manifest.get("ManifestKey").and_then(Value::as_data);
    let database = match (keys, key) {
        (Some(keys), Some(key)) => {
            let key = WrappedKey::parse(key).and_then(|key| keys.unwrap(&key));
            let key = key.ok_or_else(|| BackupError::Damaged(format!("the key of {DATABASE} does not open")))?;
            Database::open(Decrypting::new(file, &key), length, stop)
        }
        _ => Database::open(file, length, stop),
    };
    database.map(Listing::Database).map_err(BackupError::Damaged)
}

fn records(folder: &Folder) -> Result<Listing, BackupError> {
    let bytes = folder.read(RECORDS, MAX_LISTING).map_err(|refused| match refused {
        Refused::NotAFile => BackupError::NotABackup,
        refused => refused.of(RECORDS),
    })?;
    let bytes = bytes.ok_or(BackupError::TooLarge { name: RECORDS, limit: MAX_LISTING })?;
    let records = Records::new(bytes).ok_or_else(|| BackupError::Damaged(format!("{RECORDS} is no list of files")))?;
    Ok(Listing::Records(records))
}

fn device(manifest: &Value<'_>, info: Option<&Value<'_>>) -> Device {
    let lockdown = manifest.get("Lockdown");
    let text = |key: &str, other: &str| {
        let value = lockdown.and_then(|lockdown| lockdown.get(key)).or_else(|| info?.get(other));
        value.and_then(Value::as_text).map(|text| text.chars().take(MAX_WORDS).collect())
    };
    let last_backup = info.and_then(|info| info.get("Last Backup Date")).or_else(|| manifest.get("Date"));
    Device {
        name: text("DeviceName", "Device Name"),
        model: text("ProductType", "Product Type"),
        version: text("ProductVersion", "Product Version"),
        last_backup: last_backup.and_then(Value::as_time),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_may_share_a_backup() {
        fn shared<T: Send + Sync>() {}
        shared::<Backup>();
    }

    #[test]
    fn what_the_phone_says_of_itself_is_short() {
        let name = Value::Text("x".repeat(1_000_000).into());
        let lockdown = Value::Dictionary(vec![("DeviceName".into(), name)]);
        let manifest = Value::Dictionary(vec![("Lockdown".into(), lockdown)]);
        assert_eq!(device(&manifest, None).name, Some("x".repeat(MAX_WORDS)));
    }
}
