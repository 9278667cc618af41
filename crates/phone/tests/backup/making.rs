//! Makes backups: the inverse of the crate, with the same ciphers and with another writer of property lists.

use aes::{
    Aes256,
    cipher::{BlockEncryptMut, KeyIvInit, block_padding::Pkcs7},
};
use aes_kw::Kek;
use pbkdf2::pbkdf2_hmac;
use plist::{Dictionary, Uid, Value};
use rusqlite::Connection;
use sha1::Sha1;
use sha2::Sha256;
use tempfile::TempDir;
use vauban_phone::FileId;

pub(crate) const PASSWORD: &str = "pâté de campagne";
/// Few rounds keep the tests fast; a phone asks for ten million and ten thousand.
const FIRST_ROUNDS: u32 = 100;
const ROUNDS: u32 = 10;
const CLASS: u32 = 3;
const CLASS_OF_THE_LIST: u32 = 4;
const CLASS_KEY: [u8; 32] = [0x33; 32];
const FILE_KEY: [u8; 32] = [0x44; 32];

/// A backup in the making.
pub(crate) struct Making {
    encrypted: bool,
    database: Connection,
    archives: Vec<Archive>,
    files: Vec<(FileId, Vec<u8>)>,
}

/// What the list says of one file.
pub(crate) struct Archive {
    row: i64,
    size: u64,
    pub(crate) key: Option<Vec<u8>>,
}

impl Making {
    pub(crate) fn new(encrypted: bool) -> Self {
        let database = Connection::open_in_memory().unwrap();
        database
            .execute_batch(
                "CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB);
                 CREATE TABLE Properties (key TEXT PRIMARY KEY, value BLOB);
                 BEGIN;",
            )
            .unwrap();
        Self { encrypted, database, archives: Vec::new(), files: Vec::new() }
    }

    pub(crate) fn file(&mut self, domain: &str, path: &str, bytes: &[u8]) {
        let id = self.entry(domain, path, 1);
        let key = self.encrypted.then(|| wrapped(CLASS, &FILE_KEY));
        self.archives.push(Archive { row: self.database.last_insert_rowid(), size: bytes.len() as u64, key });
        self.files.push((id, if self.encrypted { self.encrypted(bytes) } else { bytes.to_vec() }));
    }

    pub(crate) fn folder(&mut self, domain: &str, path: &str) {
        self.entry(domain, path, 2);
    }

    pub(crate) fn link(&mut self, domain: &str, path: &str) {
        self.entry(domain, path, 4);
    }

    fn entry(&mut self, domain: &str, path: &str, flags: i64) -> FileId {
        let id = FileId::of(domain, path);
        let row = (id.to_string(), domain, path, flags);
        self.database.execute("INSERT INTO Files VALUES (?1, ?2, ?3, ?4, NULL)", row).unwrap();
        id
    }

    /// A row with whatever these expressions are.
    pub(crate) fn row(&mut self, id: &str, domain: &str, path: &str) {
        let sql = format!("INSERT OR IGNORE INTO Files VALUES ({id}, {domain}, {path}, 1, NULL)");
        // The same id may be asked for twice.
        if self.database.execute(&sql, []).unwrap() == 0 {
            self.database.execute(&sql.replace("'00'", "'01'"), []).unwrap();
        }
    }

    /// Changes what is said of the last file.
    pub(crate) fn archive(&mut self, change: impl FnOnce(&mut Archive)) {
        change(self.archives.last_mut().unwrap());
    }

    /// Bytes as a file of the backup holds them.
    pub(crate) fn encrypted(&self, bytes: &[u8]) -> Vec<u8> {
        cbc::Encryptor::<Aes256>::new(&FILE_KEY.into(), &[0; 16].into()).encrypt_padded_vec_mut::<Pkcs7>(bytes)
    }

    pub(crate) fn write(&mut self) -> TempDir {
        for archive in &self.archives {
            let row = (archive.row, archive.bytes());
            self.database.execute("UPDATE Files SET file = ?2 WHERE rowid = ?1", row).unwrap();
        }
        self.database.execute_batch("COMMIT; PRAGMA page_size = 4096; VACUUM; BEGIN;").unwrap();
        let folder = tempfile::tempdir().unwrap();
        for (id, bytes) in &self.files {
            let id = id.to_string();
            let subfolder = folder.path().join(&id[..2]);
            std::fs::create_dir_all(&subfolder).unwrap();
            std::fs::write(subfolder.join(&id), bytes).unwrap();
        }
        let list = self.database.serialize("main").unwrap().to_vec();
        let list = if self.encrypted { self.encrypted(&list) } else { list };
        std::fs::write(folder.path().join("Manifest.db"), list).unwrap();
        self.manifest().to_file_binary(folder.path().join("Manifest.plist")).unwrap();
        let date = plist::Date::from_xml_format("2026-03-01T10:20:30Z").unwrap();
        let info = Value::Dictionary([("Last Backup Date".to_owned(), Value::Date(date))].into_iter().collect());
        info.to_file_xml(folder.path().join("Info.plist")).unwrap();
        folder
    }

    fn manifest(&self) -> Value {
        let device = [("DeviceName", "Zoé’s phone"), ("ProductType", "iPhone12,1"), ("ProductVersion", "17.4")];
        let device: Dictionary = device.into_iter().map(|(key, value)| (key.to_owned(), Value::from(value))).collect();
        let mut manifest = Dictionary::new();
        manifest.insert("IsEncrypted".to_owned(), self.encrypted.into());
        manifest.insert("Lockdown".to_owned(), device.into());
        if self.encrypted {
            manifest.insert("BackupKeyBag".to_owned(), Value::Data(keybag()));
            manifest.insert("ManifestKey".to_owned(), Value::Data(wrapped(CLASS_OF_THE_LIST, &FILE_KEY)));
        }
        manifest.into()
    }
}

impl Archive {
    /// The archive of an object, as Apple's keyed archiver writes it.
    fn bytes(&self) -> Vec<u8> {
        let mut file = Dictionary::new();
        file.insert("Size".to_owned(), self.size.into());
        file.insert("LastModified".to_owned(), 1_772_269_200.into());
        file.insert("ProtectionClass".to_owned(), CLASS.into());
        let mut objects: Vec<Value> = vec!["$null".into()];
        if let Some(key) = &self.key {
            file.insert("EncryptionKey".to_owned(), Value::Uid(Uid::new(2)));
            objects.push(file.into());
            let data = Dictionary::from_iter([("NS.data".to_owned(), Value::Data(key.clone()))]);
            objects.push(data.into());
        } else {
            objects.push(file.into());
        }
        let top = Dictionary::from_iter([("root".to_owned(), Value::Uid(Uid::new(1)))]);
        let mut archive = Dictionary::new();
        archive.insert("$version".to_owned(), 100_000.into());
        archive.insert("$archiver".to_owned(), "NSKeyedArchiver".into());
        archive.insert("$top".to_owned(), top.into());
        archive.insert("$objects".to_owned(), Value::Array(objects));
        let mut bytes = Vec::new();
        Value::Dictionary(archive).to_writer_binary(&mut bytes).unwrap();
        bytes
    }
}

/// A key wrapped for a class that the keybag of this backup does not have.
pub(crate) fn wrapped_with_the_class_of_no_one() -> Vec<u8> {
    wrapped(11, &FILE_KEY)
}

fn wrapped(class: u32, key: &[u8; 32]) -> Vec<u8> {
    [&class.to_le_bytes()[..], &wrap(&CLASS_KEY, key)].concat()
}

fn wrap(with: &[u8; 32], key: &[u8; 32]) -> [u8; 40] {
    let mut wrapped = [0; 40];
    Kek::<Aes256>::from(*with).wrap(key, &mut wrapped).unwrap();
    wrapped
}

fn keybag() -> Vec<u8> {
    let mut first = [0; 32];
    pbkdf2_hmac::<Sha256>(PASSWORD.as_bytes(), b"the first salt of 20", FIRST_ROUNDS, &mut first);
    let mut key = [0; 32];
    pbkdf2_hmac::<Sha1>(&first, b"the other salt of 20", ROUNDS, &mut key);
    let mut keybag = Vec::new();
    let mut put = |tag: &[u8; 4], value: &[u8]| {
        keybag.extend_from_slice(tag);
        keybag.extend_from_slice(&u32::try_from(value.len()).unwrap().to_be_bytes());
        keybag.extend_from_slice(value);
    };
    put(b"VERS", &5_u32.to_be_bytes());
    put(b"TYPE", &1_u32.to_be_bytes());
    put(b"UUID", &[1; 16]);
    put(b"HMCK", &[0; 40]);
    put(b"WRAP", &0_u32.to_be_bytes());
    put(b"SALT", b"the other salt of 20");
    put(b"ITER", &ROUNDS.to_be_bytes());
    put(b"DPWT", &0_u32.to_be_bytes());
    put(b"DPIC", &FIRST_ROUNDS.to_be_bytes());
    put(b"DPSL", b"the first salt of 20");
    // The last one is bound to the phone, too: no password opens it.
    for (class, wrap_bits, with) in [(CLASS, 2_u32, key), (CLASS_OF_THE_LIST, 2, key), (11, 3, [0x99; 32])] {
        put(b"UUID", &[2; 16]);
        put(b"CLAS", &class.to_be_bytes());
        put(b"WRAP", &wrap_bits.to_be_bytes());
        put(b"KTYP", &0_u32.to_be_bytes());
        put(b"WPKY", &wrap(&with, &CLASS_KEY));
    }
    keybag
}
