//! Names of zones, and where a name stands in its zone.
//!
//! Inside a zone a name is a *path*: the labels below the zone, the uppermost first, each with its length before it, in lower case. Sorted
//! as bytes, whatever is below a name follows it at once, so that "is there anything below" is one look.

use std::{fmt, str::FromStr};

use domain::base::{
    Name,
    name::{Label, ToLabelIter},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a text is no name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the name of a zone")]
pub struct NameError(pub(crate) String);

/// The name of a zone, in lower case.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct ZoneName(Name<Vec<u8>>);

impl ZoneName {
    pub(crate) fn new(mut name: Name<Vec<u8>>) -> Self {
        name.make_canonical();
        Self(name)
    }

    pub(crate) fn inner(&self) -> &Name<Vec<u8>> {
        &self.0
    }

    /// Whether it names the same zone.
    pub(crate) fn is(&self, other: &impl ToLabelIter) -> bool {
        self.0.iter_labels().eq(other.iter_labels())
    }

    /// The path of `name` in this zone, or `false` when it is not in it.
    pub(crate) fn path_of(&self, name: &impl ToLabelIter, into: &mut Vec<u8>) -> bool {
        let mut labels = name.iter_labels().rev();
        for expected in self.0.iter_labels().rev() {
            if labels.next() != Some(expected) {
                return false;
            }
        }
        write_path(labels, into);
        true
    }

    /// The name that stands at this path; `None` when it would be longer than a name may be.
    pub(crate) fn name_at(&self, path: &[u8]) -> Option<Name<Vec<u8>>> {
        let mut wire = Vec::with_capacity(path.len() + self.0.len());
        for label in Labels::of(path).rev() {
            wire.push(u8::try_from(label.len()).ok()?);
            wire.extend_from_slice(label);
        }
        wire.extend_from_slice(self.0.as_slice());
        Name::from_octets(wire).ok()
    }
}

impl FromStr for ZoneName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let name = Name::<Vec<u8>>::from_str(text).map_err(|_| NameError(text.to_owned()))?;
        if text.is_empty() || name.is_root() {
            return Err(NameError(text.to_owned()));
        }
        Ok(Self::new(name))
    }
}

impl TryFrom<String> for ZoneName {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

impl From<ZoneName> for String {
    fn from(name: ZoneName) -> Self {
        name.to_string()
    }
}

impl fmt::Display for ZoneName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl fmt::Debug for ZoneName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ZoneName({})", self.0)
    }
}

/// Writes labels, the uppermost first, as a path. The root is no label of it.
pub(crate) fn write_path<'a>(labels: impl Iterator<Item = &'a Label>, into: &mut Vec<u8>) {
    into.clear();
    for label in labels.filter(|label| !label.is_root()) {
        // A label has 63 bytes at the most.
        into.push(u8::try_from(label.len()).unwrap_or(u8::MAX));
        into.extend(label.as_slice().iter().map(u8::to_ascii_lowercase));
    }
}

/// The path of a name that is written as text, as if the root were the zone.
pub(crate) fn path_of_text(text: &str) -> Option<Vec<u8>> {
    let name = Name::<Vec<u8>>::from_str(text).ok().filter(|name| !name.is_root())?;
    let mut path = Vec::with_capacity(name.len());
    write_path(name.iter_labels().rev(), &mut path);
    Some(path)
}

/// A path as text: a name without the last dot, with what is no letter of a name escaped (RFC 4343).
pub(crate) fn text_of_path(path: &[u8]) -> String {
    let mut text = String::with_capacity(path.len());
    for label in Labels::of(path).rev() {
        if !text.is_empty() {
            text.push('.');
        }
        push_label(label, &mut text);
    }
    text
}

fn push_label(label: &[u8], text: &mut String) {
    for &byte in label {
        match byte {
            b'.' | b'\\' | b'"' | b'(' | b')' | b';' | b'@' | b'$' => {
                text.push('\\');
                text.push(char::from(byte));
            }
            0x21..=0x7E => text.push(char::from(byte)),
            _ => text.push_str(&format!("\\{byte:03}")),
        }
    }
}

/// The labels of a path, the uppermost first.
#[derive(Clone)]
pub(crate) struct Labels<'a> {
    path: &'a [u8],
    /// Where labels begin; a name has 127 at the most.
    starts: [u8; 128],
    first: usize,
    last: usize,
}

impl<'a> Labels<'a> {
    /// The labels of this path; what is no path has those that could be read.
    pub(crate) fn of(path: &'a [u8]) -> Self {
        let (mut starts, mut count, mut at) = ([0; 128], 0, 0);
        while let Some(&length) = path.get(at) {
            let (Some(start), Ok(position)) = (starts.get_mut(count), u8::try_from(at)) else { break };
            *start = position;
            count += 1;
            at += 1 + usize::from(length);
        }
        Self { path, starts, first: 0, last: count }
    }

    fn label(&self, index: usize) -> &'a [u8] {
        let start = usize::from(self.starts[index]);
        let length = usize::from(self.path[start]);
        self.path.get(start + 1..start + 1 + length).unwrap_or_default()
    }

    /// Where the next label begins in the path.
    pub(crate) fn start(&self) -> usize {
        if self.first < self.last { usize::from(self.starts[self.first]) } else { self.path.len() }
    }

    /// How many labels are left.
    pub(crate) fn count_left(&self) -> usize {
        self.last - self.first
    }
}

impl<'a> Iterator for Labels<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let label = (self.first < self.last).then(|| self.label(self.first))?;
        self.first += 1;
        Some(label)
    }
}

impl DoubleEndedIterator for Labels<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        if self.first == self.last {
            return None;
        }
        self.last -= 1;
        Some(self.label(self.last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone() -> ZoneName {
        "RPZ.Example".parse().unwrap()
    }

    #[test]
    fn a_path_begins_above_and_leads_back() {
        let mut path = Vec::new();
        let name: Name<Vec<u8>> = "*.Evil.example.rpz.example".parse().unwrap();
        assert!(zone().path_of(&name, &mut path));
        assert_eq!(path, b"\x07example\x04evil\x01*");
        assert_eq!(text_of_path(&path), "*.evil.example");
        assert_eq!(zone().name_at(&path).unwrap().to_string(), "*.evil.example.rpz.example");
        assert_eq!(path_of_text("*.evil.EXAMPLE.").unwrap(), path);
    }

    #[test]
    fn what_is_beside_a_zone_is_not_in_it() {
        let mut path = Vec::new();
        for other in ["example", "evilrpz.example", "rpz.example.net", "."] {
            assert!(!zone().path_of(&other.parse::<Name<Vec<u8>>>().unwrap(), &mut path), "{other}");
        }
        assert!(zone().path_of(zone().inner(), &mut path) && path.is_empty());
    }

    #[test]
    fn strange_labels_are_escaped_and_come_back() {
        let path = b"\x07exa.ple\x05a b\\\xff";
        let text = text_of_path(path);
        assert_eq!(text, r"a\032b\\\255.exa\.ple");
        assert_eq!(path_of_text(&text).unwrap(), path);
    }

    #[test]
    fn no_zone_has_an_empty_name() {
        for text in ["", ".", "a..b", &"a".repeat(64)] {
            assert!(text.parse::<ZoneName>().is_err(), "{text}");
        }
    }
}
