//! Objects after a delta: what was there, without what left or changed, then what came.

use std::{
    collections::HashSet,
    fs::File,
    io::{BufRead as _, BufReader, BufWriter, Read as _, Write as _},
    path::Path,
};

use serde::Deserialize;
use vauban_release::read_gone;

use super::{StreamError, stage::close};
use crate::files;

/// The most bytes that the objects of a stream have together.
const MOST: u64 = 1 << 30;
/// The longest object, in bytes.
const LONGEST: u64 = 16 << 20;

/// What a line is told by; all else is the reader's.
#[derive(Deserialize)]
struct Named {
    id: String,
}

/// Writes the objects of a stream after a delta.
pub(super) fn merge(
    before: Option<&Path>,
    gone: Option<&Path>,
    came: Option<&Path>,
    to: &Path,
) -> Result<(), StreamError> {
    let mut left: HashSet<String> = HashSet::new();
    if let Some(path) = gone {
        for line in read_gone(&std::fs::read(path)?) {
            left.insert(line?.id.as_str().to_owned());
        }
    }
    if let Some(path) = came {
        each(path, |id, _| {
            left.insert(id.to_owned());
            Ok(())
        })?;
    }
    let mut writer = BufWriter::new(files::create(to)?);
    let mut size = 0;
    let mut write = |line: &[u8]| {
        size += line.len() as u64;
        if size > MOST { Err(StreamError::Much(MOST)) } else { Ok(writer.write_all(line)?) }
    };
    if let Some(path) = before {
        each(path, |id, line| if left.contains(id) { Ok(()) } else { write(line) })?;
    }
    if let Some(path) = came {
        each(path, |_, line| write(line))?;
    }
    close(Some(writer))
}

/// Checks that each line is an object with an id, so that a later delta can be applied.
pub(super) fn check(path: &Path) -> Result<(), StreamError> {
    each(path, |_, _| Ok(()))
}

/// Calls back with each object's id and line.
pub(super) fn each(
    path: &Path,
    mut take: impl FnMut(&str, &[u8]) -> Result<(), StreamError>,
) -> Result<(), StreamError> {
    let mut reader = BufReader::new(File::open(path)?);
    let mut line = Vec::new();
    for at in 1.. {
        line.clear();
        if reader.by_ref().take(LONGEST).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let is_whole = line.last() == Some(&b'\n');
        let named = serde_json::from_slice::<Named>(&line).ok().filter(|_| is_whole);
        take(&named.ok_or(StreamError::Object(at))?.id, &line)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(at: u8) -> String {
        format!("indicator--0f2d9a4e-3f0b-4b8e-9b6e-2b1a7c5d4e{at:02x}")
    }

    fn line(at: u8, version: u8) -> String {
        format!("{{\"id\":\"{}\",\"v\":{version}}}\n", id(at))
    }

    #[test]
    fn a_delta_takes_out_and_puts_in() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("before"), [line(1, 1), line(2, 1), line(3, 1)].concat()).unwrap();
        std::fs::write(path("gone"), format!("{} expired\n", id(1))).unwrap();
        std::fs::write(path("came"), [line(2, 2), line(4, 1)].concat()).unwrap();
        merge(Some(&path("before")), Some(&path("gone")), Some(&path("came")), &path("to")).unwrap();
        let merged = std::fs::read_to_string(path("to")).unwrap();
        assert_eq!(merged, [line(3, 1), line(2, 2), line(4, 1)].concat());
    }

    #[test]
    fn what_has_no_id_is_told_by_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("objects");
        for bad in ["{}\n", "[]\n", "{\"id\":7}\n", "\n", "{\"id\":\"a\"}"] {
            std::fs::write(&path, format!("{}{bad}", line(1, 1))).unwrap();
            assert!(matches!(check(&path), Err(StreamError::Object(2))), "{bad:?}");
        }
    }
}
