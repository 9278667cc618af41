//! Reading a file or a folder of indicator documents.
//!
//! Symbolic links to folders are not followed, so that a loop cannot hold us.

use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

use vauban_model::Marking;

use crate::{
    Document, LARGEST_DOCUMENT, Reading,
    formats::read_document,
    reading::{Place, Refused},
};

/// Why a path could not be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ReadPathError {
    /// The path itself cannot be opened.
    #[error("cannot read {path}")]
    Unreadable {
        /// The path.
        path: String,
        /// Why.
        source: std::io::Error,
    },
}

const MOST_DOCUMENTS: usize = 200_000;
const DEEPEST: usize = 16;

/// Reads a document, or all documents of a folder in the order of their names. The source of what names no publisher
/// is the last component of `path`. Files without any indicator (licences, say) leave no trace.
///
/// # Errors
/// When the path itself cannot be opened; a file below it that cannot be read is listed as refused.
pub fn read_path(path: &Path) -> Result<Reading, ReadPathError> {
    let source = path
        .canonicalize()
        .ok()
        .as_deref()
        .unwrap_or(path)
        .file_name()
        .map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    read_path_as(path, &source, Marking::default())
}

/// Reads a path as a named source does.
pub(crate) fn read_path_as(path: &Path, source: &str, marking: Marking) -> Result<Reading, ReadPathError> {
    let unreadable = |error| ReadPathError::Unreadable { path: path.display().to_string(), source: error };
    let metadata = fs::metadata(path).map_err(unreadable)?;
    let mut reading = Reading::default();
    if metadata.is_dir() {
        let mut files = Vec::new();
        collect(path, 0, &mut files, &mut reading).map_err(unreadable)?;
        files.sort();
        for file in files {
            let name = file.strip_prefix(path).unwrap_or(&file).to_string_lossy().into_owned();
            match read_bounded(&file) {
                Ok(bytes) => read_into(&Document::new(&name, source, &bytes).with_marking(marking), &mut reading),
                Err(error) => reading.refused.push(whole(&name, format!("cannot be read: {error}"))),
            }
        }
    } else {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let bytes = read_bounded(path).map_err(unreadable)?;
        read_into(&Document::new(&name, source, &bytes).with_marking(marking), &mut reading);
    }
    Ok(reading)
}

/// The documents of a file or folder: their names in it, and where they lie.
pub(crate) fn documents(path: &Path) -> std::io::Result<Vec<(String, PathBuf)>> {
    if !fs::metadata(path)?.is_dir() {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        return Ok(vec![(name, path.to_owned())]);
    }
    let mut files = Vec::new();
    collect(path, 0, &mut files, &mut Reading::default())?;
    files.sort();
    let named = |file: PathBuf| (file.strip_prefix(path).unwrap_or(&file).to_string_lossy().into_owned(), file);
    Ok(files.into_iter().map(named).collect())
}

fn read_into(document: &Document<'_>, reading: &mut Reading) {
    let one = read_document(document);
    if !one.is_empty() || !one.ignored.is_empty() {
        reading.absorb(one);
    }
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>, reading: &mut Reading) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let Ok(entry) = entry else { continue };
        let path = entry.path();
        let name = path.to_string_lossy().into_owned();
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() && !hidden {
            if depth >= DEEPEST {
                reading.refused.push(whole(&name, format!("lies more than {DEEPEST} folders deep")));
            } else if let Err(error) = collect(&path, depth + 1, files, reading) {
                reading.refused.push(whole(&name, format!("cannot be read: {error}")));
            }
        } else if !hidden && !is_companion(&path) && fs::metadata(&path).is_ok_and(|metadata| metadata.is_file()) {
            if files.len() >= MOST_DOCUMENTS {
                reading.refused.push(whole(&name, format!("more than {MOST_DOCUMENTS} documents")));
                return Ok(());
            }
            files.push(path);
        }
    }
    Ok(())
}

/// Signatures, and the index and checksum list of a MISP feed, describe documents and are none.
fn is_companion(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let in_misp_feed = path.parent().is_some_and(|folder| folder.join("manifest.json").is_file());
    name.ends_with(".minisig")
        || name.ends_with(".asc")
        || (in_misp_feed && matches!(name.as_str(), "manifest.json" | "hashes.csv"))
}

/// The bytes of a file, and one more than the largest document at most: a device without end cannot fill memory.
pub(crate) fn read_bounded(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(LARGEST_DOCUMENT as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn whole(name: &str, reason: String) -> Refused {
    Refused { document: name.to_owned(), place: Place::Whole, value: String::new(), reason }
}
