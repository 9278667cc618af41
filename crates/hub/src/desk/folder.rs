//! A release as a folder of files: at the desk, and on a stick. The manifest comes last, so that a folder that was left half-written has none.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use vauban_intel::whole;
use vauban_release::{
    BodyError, MANIFEST_FILE, ManifestError, PartName, Release, SIGNATURE_FILE, SignedManifest, body_head,
};

/// Why a folder holds no release that can be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A file cannot be read or written.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    /// The manifest or its signature.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A part is not what the manifest says.
    #[error(transparent)]
    Part(#[from] BodyError),
}

/// Writes a release into a folder that is made for it.
///
/// # Errors
/// When a file cannot be written.
pub fn write_release(folder: &Path, release: &Release) -> Result<(), FolderError> {
    fs::create_dir_all(folder).map_err(|error| FolderError::File(folder.to_owned(), error))?;
    for (name, bytes) in release.files() {
        let path = folder.join(name);
        whole::write(&path, &bytes).map_err(|error| FolderError::File(path.clone(), error))?;
    }
    Ok(())
}

/// Reads the manifest of a release alone, and checks its signature.
///
/// # Errors
/// See [`FolderError`].
pub fn read_manifest(folder: &Path) -> Result<SignedManifest, FolderError> {
    Ok(SignedManifest::read(&read(folder, MANIFEST_FILE)?, &read(folder, SIGNATURE_FILE)?)?)
}

/// Reads a release from its folder, and checks all of it.
///
/// # Errors
/// See [`FolderError`].
pub fn read_release(folder: &Path) -> Result<Release, FolderError> {
    let signed = read_manifest(folder)?;
    let mut body = body_head(&signed);
    for part in &signed.manifest().parts {
        body.extend(read(folder, PartName::as_str(part.name))?);
    }
    Ok(Release::from_body(&body)?)
}

fn read(folder: &Path, name: &str) -> Result<Vec<u8>, FolderError> {
    let path = folder.join(name);
    fs::read(&path).map_err(|error| FolderError::File(path, error))
}
