//! One indicator document in memory: its bytes, its text whatever its encoding, its JSON where it is JSON.

use std::{
    borrow::Cow,
    cell::{LazyCell, OnceCell},
};

use serde_json::Value;
use vauban_model::Marking;

/// The largest document that is read, in bytes.
pub const LARGEST_DOCUMENT: usize = 256 << 20;

/// An indicator document, and what is known of it before it is read.
pub struct Document<'d> {
    /// What people call it: its file name or the path below the folder it came in.
    pub name: &'d str,
    /// The publisher, unless the document itself names one.
    pub source: &'d str,
    /// The marking of whatever the document does not mark.
    pub marking: Marking,
    /// All of its bytes.
    pub bytes: &'d [u8],
    text: OnceCell<Cow<'d, str>>,
    json: OnceCell<Result<Value, String>>,
}

impl<'d> Document<'d> {
    /// A document whose unmarked indicators count as [`Marking::default`].
    #[must_use]
    pub fn new(name: &'d str, source: &'d str, bytes: &'d [u8]) -> Self {
        Self { name, source, marking: Marking::default(), bytes, text: OnceCell::new(), json: OnceCell::new() }
    }

    /// The same document with another marking for what it does not mark.
    #[must_use]
    pub const fn with_marking(mut self, marking: Marking) -> Self {
        self.marking = marking;
        self
    }

    /// Its text: UTF-8 or UTF-16 by its byte order mark. Bytes that are neither become U+FFFD.
    pub fn text(&self) -> &str {
        self.text.get_or_init(|| match self.bytes {
            [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest),
            [0xff, 0xfe, rest @ ..] => Cow::Owned(utf16(rest, u16::from_le_bytes)),
            [0xfe, 0xff, rest @ ..] => Cow::Owned(utf16(rest, u16::from_be_bytes)),
            bytes => String::from_utf8_lossy(bytes),
        })
    }

    /// Its JSON, or why it is none. Nesting is bounded (128 levels).
    ///
    /// # Errors
    /// What is wrong, with line and column.
    pub fn json(&self) -> Result<&Value, &str> {
        let parsed = self.json.get_or_init(|| {
            if self.looks_like_json() {
                serde_json::from_str(self.text()).map_err(|error| error.to_string())
            } else {
                Err("not JSON".to_owned())
            }
        });
        parsed.as_ref().map_err(String::as_str)
    }

    /// Whether its first character begins a JSON object or array.
    #[must_use]
    pub fn looks_like_json(&self) -> bool {
        let start = self.text().trim_start();
        start.starts_with('{')
            || (start.starts_with('[') && self.extension_is(&["json", "stix", "stix2"]))
            || start.strip_prefix('[').is_some_and(|rest| rest.trim_start().starts_with('{'))
    }

    /// Whether its name ends in one of these extensions, given in lower case.
    #[must_use]
    pub fn extension_is(&self, extensions: &[&str]) -> bool {
        let extension = LazyCell::new(|| {
            self.name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default()
        });
        extensions.contains(&extension.as_str())
    }

    /// Its lines with their numbers from 1, without line ends.
    pub fn lines(&self) -> impl Iterator<Item = (u32, &str)> {
        (1..).zip(self.text().lines())
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}
