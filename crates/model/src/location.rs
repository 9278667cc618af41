//! The path to a thing through the containers that hold it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where something is: the path of a file as the person gave it, then one segment for each container
/// on the way in, for example `box.mbox ! message 17 ! invoice.zip ! a.doc ! VBA/Module1`.
///
/// Segments come from evidence and are hostile: they are kept as they were read, and made printable by
/// [`Display`](fmt::Display), never before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Location(Vec<Box<str>>);

impl Location {
    /// The location of a file on disk.
    #[must_use]
    pub fn file(path: &str) -> Self {
        Self(vec![path.into()])
    }

    /// The location of something inside this one.
    #[must_use]
    pub fn inside(&self, segment: &str) -> Self {
        let mut segments = Vec::with_capacity(self.0.len() + 1);
        segments.extend_from_slice(&self.0);
        segments.push(segment.into());
        Self(segments)
    }

    /// The same place in a file at another path.
    #[must_use]
    pub fn moved_to(&self, path: &str) -> Self {
        let inside = self.0.iter().skip(1).cloned();
        Self(std::iter::once(path.into()).chain(inside).collect())
    }

    /// All segments, the file's path first. Never empty.
    #[must_use]
    pub fn segments(&self) -> &[Box<str>] {
        &self.0
    }

    /// How many containers were opened to get here: 0 for a file on disk.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.0.len().saturating_sub(1)
    }

    /// The innermost segment: a file's path or a member's name.
    #[must_use]
    pub fn last(&self) -> &str {
        self.0.last().map_or("", |segment| segment)
    }
}

/// Printable on a terminal: control characters, escape sequences and bidirectional overrides of a hostile
/// name are shown as escapes, so that a name can neither move the cursor nor disguise itself.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, segment) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" ! ")?;
            }
            f.write_str(&printable(segment))?;
        }
        Ok(())
    }
}

/// Text from evidence, made safe to show: control characters and bidirectional or invisible format
/// characters become `\u{..}` escapes.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let disguises = matches!(c,
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
        if c.is_control() || disguises {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_from_the_outside_in() {
        let inner = Location::file("box.mbox").inside("message 17").inside("a.doc");
        assert_eq!(inner.to_string(), "box.mbox ! message 17 ! a.doc");
        assert_eq!(inner.depth(), 2);
        assert_eq!(inner.moved_to("copy.mbox").to_string(), "copy.mbox ! message 17 ! a.doc");
        assert_eq!(inner.last(), "a.doc");
    }

    #[test]
    fn a_hostile_name_cannot_drive_the_terminal() {
        let name = Location::file("a\u{1b}[2Jb\u{202e}cod.exe\r\n");
        assert_eq!(name.to_string(), "a\\u{1b}[2Jb\\u{202e}cod.exe\\u{d}\\u{a}");
    }
}
