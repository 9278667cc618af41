//! The files of the repository as the rules see them: paths and text. The rules never touch the disk themselves.

use std::{fs, path::Path, process::Command};

/// A file that version control knows, or would take.
pub(super) struct File {
    /// Its path from the root, with `/`.
    pub(super) path: String,
    /// Its text; empty when it is not UTF-8.
    pub(super) text: String,
}

/// All files.
pub(super) struct Tree {
    /// In the order of their paths.
    pub(super) files: Vec<File>,
}

/// What breaks a rule: where, and what is wrong.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Complaint {
    /// The path, with a line where there is one.
    pub(super) at: String,
    /// What to mend.
    pub(super) what: String,
}

impl Complaint {
    pub(super) fn new(at: impl Into<String>, what: impl Into<String>) -> Self {
        Self { at: at.into(), what: what.into() }
    }
}

impl Tree {
    /// Reads what `git ls-files` lists, with the files that are new and not ignored.
    pub(super) fn read(root: &Path) -> Result<Self, String> {
        let list = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(root)
            .output()
            .map_err(|error| format!("git could not be run: {error}"))?;
        if !list.status.success() {
            return Err("git lists no files here".to_owned());
        }
        let mut files: Vec<File> = list
            .stdout
            .split(|byte| *byte == 0)
            .filter_map(|path| std::str::from_utf8(path).ok())
            .filter(|path| root.join(path).is_file())
            .map(|path| File { path: path.to_owned(), text: fs::read_to_string(root.join(path)).unwrap_or_default() })
            .collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files.dedup_by(|a, b| a.path == b.path);
        Ok(Self { files })
    }

    /// A made-up tree.
    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        Self { files: files.iter().map(|(path, text)| File { path: (*path).into(), text: (*text).into() }).collect() }
    }

    /// The Rust files of the workspace; fuzz targets are a workspace of their own.
    pub(super) fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| {
            file.path.ends_with(".rs") && (file.path.starts_with("crates/") || file.path.starts_with("xtask/"))
        })
    }

    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.files.iter().find(|file| file.path == path).map(|file| file.text.as_str())
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.text(path).is_some()
    }

    /// The names of the folders right below this one (which ends with `/`).
    pub(super) fn folders(&self, below: &str) -> Vec<&str> {
        let mut names: Vec<&str> = self
            .files
            .iter()
            .filter_map(|file| file.path.strip_prefix(below)?.split_once('/').map(|(name, _)| name))
            .collect();
        names.dedup();
        names
    }

    pub(super) fn any_below(&self, folder: &str) -> bool {
        self.files.iter().any(|file| file.path.starts_with(folder))
    }
}

/// The lines of Rust text that are code, with their numbers from 1: without comments and without what stands
/// between quotes on the same line, so that a rule does not trip over words about it.
pub(super) fn code(text: &str) -> impl Iterator<Item = (usize, String)> {
    (1..).zip(text.lines()).filter_map(|(number, line)| {
        let mut bare = String::new();
        let mut in_quotes = false;
        let mut characters = line.chars().peekable();
        while let Some(c) = characters.next() {
            match c {
                '\\' if in_quotes => {
                    characters.next();
                }
                '"' => in_quotes = !in_quotes,
                '/' if !in_quotes && characters.peek() == Some(&'/') => break,
                _ if in_quotes => {}
                _ => bare.push(c),
            }
        }
        (!bare.trim().is_empty()).then_some((number, bare))
    })
}
