//! Files of the state directory that hold compiled knowledge: written beside, synced, renamed, never changed.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

pub(crate) use vauban_intel::whole::write;

/// Compiled sets that are kept: the current one and a few a person may go back to.
const KEPT: usize = 6;

/// The folder of compiled sets.
pub(crate) fn folder(state: &Path) -> PathBuf {
    state.join("set")
}

/// The key that authenticates compiled rules: made once, readable by its owner alone.
pub(crate) fn key(state: &Path, random: &mut dyn FnMut(&mut [u8]) -> io::Result<()>) -> io::Result<[u8; 32]> {
    let path = state.join("rules.key");
    if let Ok(bytes) = fs::read(&path)
        && let Ok(key) = bytes.try_into()
    {
        return Ok(key);
    }
    let mut key = [0; 32];
    random(&mut key)?;
    write(&path, &key)?;
    Ok(key)
}

/// Removes compiled files beyond the newest few. Readers that have one mapped keep it.
pub(crate) fn prune(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut files: Vec<(SystemTime, PathBuf)> =
        entries.flatten().filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path()))).collect();
    files.sort();
    let surplus = files.len().saturating_sub(KEPT * 3);
    for (_, path) in files.into_iter().take(surplus) {
        let _ = fs::remove_file(path);
    }
}
