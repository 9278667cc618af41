//! Who may draft and approve: people by the key that each signs with. Two of them publish a release, never one.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use vauban_intel::whole;
use vauban_release::{PublicKey, Signature, SignedManifest};

/// Why somebody is not taken for who they say.
#[derive(Debug, thiserror::Error)]
pub enum ApproversError {
    /// The file.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    /// A key that cannot be read.
    #[error("this is no public key of minisign")]
    Key,
    /// A name or a key that is there already: one person with two names would be two.
    #[error("{0} is there already")]
    Taken(String),
    /// A signature that no known key made.
    #[error("nobody who may approve made this signature over this manifest")]
    NotSigned,
    /// Nobody has this name.
    #[error("nobody who may draft is called {0}")]
    Unknown(String),
}

/// People by name, each with the base64 line of a key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approvers(BTreeMap<String, String>);

impl Approvers {
    /// Reads the list; an empty one where there is none.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(path: &Path) -> Result<Self, ApproversError> {
        let told = |error| ApproversError::File(path.to_owned(), error);
        match fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| told(io::Error::other(error))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(told(error)),
        }
    }

    /// Writes the list.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), ApproversError> {
        let told = |error| ApproversError::File(path.to_owned(), error);
        let bytes = serde_json::to_vec_pretty(self).map_err(|error| told(io::Error::other(error)))?;
        whole::write(path, &bytes).map_err(told)
    }

    /// Adds somebody with the key of a `minisign.pub` file.
    ///
    /// # Errors
    /// [`ApproversError::Key`] and [`ApproversError::Taken`].
    pub fn add(&mut self, name: &str, key: &str) -> Result<(), ApproversError> {
        let key = PublicKey::from_file(key).map_err(|_| ApproversError::Key)?.to_string();
        if self.0.contains_key(name) || self.0.values().any(|other| *other == key) {
            return Err(ApproversError::Taken(name.to_owned()));
        }
        self.0.insert(name.to_owned(), key);
        Ok(())
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Whether somebody of this name may draft.
    ///
    /// # Errors
    /// [`ApproversError::Unknown`].
    pub fn knows(&self, name: &str) -> Result<(), ApproversError> {
        if self.0.contains_key(name) { Ok(()) } else { Err(ApproversError::Unknown(name.to_owned())) }
    }

    /// Who made a signature over the bytes of a manifest.
    ///
    /// # Errors
    /// [`ApproversError::NotSigned`] when it is nobody's here.
    pub fn who(&self, signed: &SignedManifest, signature: &[u8]) -> Result<&str, ApproversError> {
        let signature = Signature::from_bytes(signature).map_err(|_| ApproversError::NotSigned)?;
        let made =
            |key: &String| key.parse::<PublicKey>().is_ok_and(|key| key.verify(signed.bytes(), &signature).is_ok());
        let found = self.0.iter().find(|(_, key)| made(key));
        found.map(|(name, _)| name.as_str()).ok_or(ApproversError::NotSigned)
    }
}
