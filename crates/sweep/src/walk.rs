//! Finding the files below the paths that a person named.
//!
//! Symbolic links are followed where the person named one, never below: that is what keeps loops and escapes out, and
//! a link's target inside the tree is met on its own way. Special files are listed, not opened: reading a pipe waits
//! for ever, reading a device may do worse.

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
};

use vauban_examine::denied;
use vauban_intake::{Problem, StopFlag};

use crate::{
    Start,
    unpack::{Held, Piece, Unpack},
};

/// What the walk meets.
#[derive(Debug)]
pub(crate) enum Met {
    /// A regular file.
    File(PathBuf, fs::Metadata),
    /// A piece of what a folder holds.
    Piece(Piece),
    /// Something that cannot be read, and why.
    Unread(PathBuf, Problem),
}

impl From<Held> for Met {
    fn from(held: Held) -> Self {
        match held {
            Held::Piece(piece) => Self::Piece(piece),
            Held::Unread(path, problem) => Self::Unread(path, problem),
        }
    }
}

/// Walks in the order given and each folder in the order of its names; `met` returns false to stop.
pub(crate) fn walk(starts: &[Start<'_>], unpack: &dyn Unpack, stop: &StopFlag, met: &mut dyn FnMut(Met) -> bool) {
    for start in starts {
        let mut go_on = !stop.is_raised();
        match start {
            Start::Path(path) => go_on = below(path, fs::metadata(path), unpack, stop, met),
            Start::Source(source) => source.pieces(&mut |held| {
                go_on = !stop.is_raised() && met(held.into());
                go_on
            }),
        }
        if !go_on {
            return;
        }
    }
}

/// One path and, if it is a folder, all below it. Iterative: a deep tree must not end the stack.
fn below(
    path: &Path,
    kind: io::Result<fs::Metadata>,
    unpack: &dyn Unpack,
    stop: &StopFlag,
    met: &mut dyn FnMut(Met) -> bool,
) -> bool {
    let mut pending = vec![(path.to_path_buf(), kind)];
    let mut dealt_with = HashSet::new();
    while let Some((path, kind)) = pending.pop() {
        if stop.is_raised() {
            return false;
        }
        if dealt_with.remove(&path) {
            continue;
        }
        let (metadata, kind) = match kind {
            Ok(metadata) => (metadata.clone(), metadata.file_type()),
            Err(error) => {
                if !met(Met::Unread(path, denied(&error))) {
                    return false;
                }
                continue;
            }
        };
        let go_on = if kind.is_dir() {
            let mut wanted = true;
            dealt_with.extend(unpack.unpack(&path, &mut |held| {
                wanted &= met(held.into());
                wanted
            }));
            match entries(&path) {
                _ if !wanted => false,
                Ok(entries) => {
                    pending.extend(entries.into_iter().rev());
                    true
                }
                Err(error) => met(Met::Unread(path, denied(&error))),
            }
        } else if kind.is_file() {
            met(Met::File(path, metadata))
        } else if kind.is_symlink() {
            true
        } else {
            met(Met::Unread(path, Problem::unsupported(special(kind))))
        };
        if !go_on {
            return false;
        }
    }
    true
}

type Entry = (PathBuf, io::Result<fs::Metadata>);

fn entries(folder: &Path) -> io::Result<Vec<Entry>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        paths.push(entry?.path());
    }
    paths.sort();
    Ok(paths
        .into_iter()
        .map(|path| {
            let kind = fs::symlink_metadata(&path);
            (path, kind)
        })
        .collect())
}

#[cfg(unix)]
fn special(kind: fs::FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_fifo() {
        "a named pipe, not a file"
    } else if kind.is_socket() {
        "a socket, not a file"
    } else {
        "a device, not a file"
    }
}

#[cfg(not(unix))]
fn special(_: fs::FileType) -> &'static str {
    "not a regular file"
}

#[cfg(test)]
mod tests {
    use super::*;

    struct FilesOnly;

    impl Unpack for FilesOnly {
        fn unpack(&self, _: &Path, _: &mut dyn FnMut(Held) -> bool) -> HashSet<PathBuf> {
            HashSet::new()
        }
    }

    fn met(paths: &[PathBuf]) -> Vec<String> {
        let mut all = Vec::new();
        let starts: Vec<Start<'_>> = paths.iter().cloned().map(Start::Path).collect();
        walk(&starts, &FilesOnly, &StopFlag::default(), &mut |met| {
            all.push(match met {
                Met::Piece(piece) => piece.inside,
                Met::File(path, _) => path.file_name().unwrap().to_string_lossy().into_owned(),
                Met::Unread(path, problem) => {
                    format!("{}: {problem}", path.file_name().unwrap().to_string_lossy())
                }
            });
            true
        });
        all
    }

    #[test]
    fn loops_links_and_pipes_are_survived() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("a/b")).unwrap();
        fs::write(at("a/b/one.txt"), "1").unwrap();
        fs::write(at("a/two.txt"), "2").unwrap();
        std::os::unix::fs::symlink(at("a"), at("a/b/loop")).unwrap();
        std::os::unix::fs::symlink("/nowhere", at("a/broken")).unwrap();
        let socket = std::os::unix::net::UnixListener::bind(at("a/socket")).unwrap();
        assert_eq!(
            met(&[at("a"), at("missing")]),
            [
                "one.txt",
                "socket: unsupported: a socket, not a file",
                "two.txt",
                "missing: denied: no such file or folder"
            ]
        );
        drop(socket);
    }
}
