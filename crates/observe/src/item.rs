//! One thing to look at: its bytes, its name, its place.

use vauban_model::Location;

/// One thing to look at: a file, a message, a member of an archive.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    /// Where it lies.
    pub location: &'a Location,
    /// Its own name, without folders; empty when it has none (a message in a mailbox).
    pub name: &'a str,
    /// The media type its container claims (`text/html`); empty when it claims none. A hint, never trusted.
    pub media_type: &'a str,
    /// All of its bytes.
    pub bytes: &'a [u8],
}

impl Item<'_> {
    /// Whether the bytes at `offset` are `magic`.
    #[must_use]
    pub fn has_magic(&self, offset: usize, magic: &[u8]) -> bool {
        self.bytes.get(offset..).is_some_and(|rest| rest.starts_with(magic))
    }

    /// The extension of the name in lower case, without its dot; empty when there is none.
    #[must_use]
    pub fn extension(&self) -> String {
        match self.name.rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() => extension.to_ascii_lowercase(),
            _ => String::new(),
        }
    }
}
