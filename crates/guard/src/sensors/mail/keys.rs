//! The readers' public keys, and mail encrypted to them. No private key is ever here, and a file that holds one is refused.

use std::{collections::HashMap, fs, io, path::Path, sync::Arc};

use jiff::Timestamp;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use vauban_openpgp::{Certificate, Options, is_encrypted};

use super::means::Random;
use crate::config::{OnUnusable, OpenPgpTable};

/// The largest file of a key.
const LARGEST: u64 = 256 << 10;

/// The readers' keys.
#[derive(Clone)]
pub struct Keys {
    by_address: Arc<HashMap<String, Certificate>>,
    on_unusable: OnUnusable,
}

/// Why the keys cannot be used at all.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The folder cannot be read.
    #[error("the folder of keys {0} cannot be read: {1}")]
    Folder(String, io::Error),
    /// A file in it is no public key.
    #[error("{0}: {1}")]
    Key(String, String),
}

/// Why mail for a reader with a key cannot be encrypted now.
#[derive(Debug, thiserror::Error)]
pub enum CannotEncrypt {
    /// The key cannot be used.
    #[error("the key of {0} cannot be used: {1}")]
    Key(String, String),
    /// The message cannot be encrypted.
    #[error("a message for {0} cannot be encrypted: {1}")]
    Message(String, String),
}

impl CannotEncrypt {
    /// The word for a header field and a metric.
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::Key(..) => "key",
            Self::Message(..) => "message",
        }
    }
}

impl Keys {
    /// Reads all keys of the folder: files ending in `.asc`, `.pgp`, `.gpg` or `.key`. A reader is whoever stands in a key, or
    /// whose address the file is named after.
    ///
    /// # Errors
    /// When the folder cannot be read, or a file is no public key: mail must not go out in clear because of a slip.
    pub fn read(table: &OpenPgpTable) -> Result<Self, KeysError> {
        let folder = Path::new(&table.keys);
        let wrong = |error| KeysError::Folder(table.keys.clone(), error);
        let mut by_address = HashMap::new();
        let mut paths = fs::read_dir(folder)
            .map_err(wrong)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(wrong)?;
        paths.sort();
        for path in paths {
            let is_key =
                path.extension().is_some_and(|end| ["asc", "pgp", "gpg", "key"].iter().any(|known| end == *known));
            if !is_key {
                continue;
            }
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let not = |why: String| KeysError::Key(name.clone(), why);
            let size = fs::metadata(&path).map_err(|error| not(error.to_string()))?.len();
            if size > LARGEST {
                return Err(not("too large to be a key".to_owned()));
            }
            let bytes = fs::read(&path).map_err(|error| not(error.to_string()))?;
            let certificate = Certificate::parse(&bytes).map_err(|error| not(error.to_string()))?;
            let stem = path.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
            // The name that an administrator gave says whose it is; what the key says of itself anybody may have written.
            if stem.contains('@') {
                by_address.insert(stem, certificate);
            } else {
                for address in certificate.addresses() {
                    by_address.entry(address.clone()).or_insert_with(|| certificate.clone());
                }
            }
        }
        Ok(Self { by_address: Arc::new(by_address), on_unusable: table.on_unusable })
    }

    /// How many readers have one.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_address.len()
    }

    /// Whether nobody has one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_address.is_empty()
    }

    /// Each reader with the key's fingerprint, and why it cannot be used now, where it cannot.
    #[must_use]
    pub fn list(&self, now: Timestamp) -> Vec<(String, String, Option<String>)> {
        let mut all: Vec<_> = self
            .by_address
            .iter()
            .map(|(address, key)| {
                (address.clone(), key.fingerprint(), key.usable(now).err().map(|why| why.to_string()))
            })
            .collect();
        all.sort();
        all
    }

    /// What becomes of mail whose reader's key cannot be used.
    #[must_use]
    pub const fn on_unusable(&self) -> OnUnusable {
        self.on_unusable
    }

    /// Whether this reader has a key.
    pub(super) fn has(&self, reader: &str) -> bool {
        self.key_of(reader).is_some()
    }

    /// Whether mail for this reader can be encrypted now; so can it be for a reader without a key, who gets it in clear.
    ///
    /// # Errors
    /// When the reader has a key and it cannot be used.
    pub fn usable(&self, reader: &str, now: Timestamp) -> Result<(), CannotEncrypt> {
        let usable = self.key_of(reader).map(|key| key.usable(now)).transpose();
        usable.map(drop).map_err(|why| CannotEncrypt::Key(reader.to_owned(), why.to_string()))
    }

    /// The key of a reader, however the address is written: `"alice"@`, `alice+news@`, with a last dot.
    fn key_of(&self, reader: &str) -> Option<&Certificate> {
        let reader = reader.trim_end_matches('.').to_lowercase();
        let (local, domain) = reader.rsplit_once('@')?;
        let local = local.strip_prefix('"').and_then(|local| local.strip_suffix('"')).unwrap_or(local);
        let local = local.replace('\\', "");
        let whole = self.by_address.get(&format!("{local}@{domain}"));
        whole.or_else(|| self.by_address.get(&format!("{}@{domain}", local.split_once('+')?.0)))
    }

    /// The message, encrypted to this reader. None for a reader without a key, and for what is encrypted already.
    ///
    /// # Errors
    /// When the reader has a key and it cannot be used.
    pub fn encrypt(
        &self,
        reader: &str,
        message: &[u8],
        random: Random,
        now: Timestamp,
    ) -> Result<Option<Vec<u8>>, CannotEncrypt> {
        let Some(key) = self.key_of(reader) else { return Ok(None) };
        if is_encrypted(message) {
            return Ok(None);
        }
        self.usable(reader, now)?;
        let not = |why: String| CannotEncrypt::Message(reader.to_owned(), why);
        let mut seed = [0; 32];
        random(&mut seed).map_err(|error| not(error.to_string()))?;
        // What Sieve or the mail program sorts by stays readable: it says nothing of the message.
        let options =
            Options { keep: vec!["X-Vauban-Verdict".to_owned(), "X-Vauban-Reasons".to_owned()], ..Options::default() };
        let encrypted = vauban_openpgp::encrypt(message, &[key], now, &mut ChaCha20Rng::from_seed(seed), &options);
        encrypted.map(Some).map_err(|error| not(error.to_string()))
    }
}
