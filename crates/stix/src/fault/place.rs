//! A fault, and the place of it.

use std::fmt;

use super::Problem;
use crate::rules::Check;

/// Something that is wrong with an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where: `external_references[0].url`; empty for the object itself.
    pub path: Path,
    /// What.
    pub problem: Problem,
    /// How binding it is.
    pub requirement: Requirement,
    /// The section of STIX 2.1 that says so, as in `4.11`.
    pub section: &'static str,
}

/// How binding a requirement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requirement {
    /// The standard says MUST.
    Must,
    /// The standard says MUST, but so much of what is in circulation does not follow that nobody refuses for it, the reference
    /// validator included. It is told, and refused for by [`Rules::pedantic`](crate::Rules::pedantic) alone.
    Tolerated,
    /// The standard says SHOULD, or people asked for it; this check looks at it.
    Should(Check),
}

impl fmt::Display for Fault {
    /// The English sentence with place, code and section: `name: is missing (missing, section 4.18)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.as_str().is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "{} ({}, section {})", self.problem.english(), self.problem.code(), self.section)
    }
}

/// The way to a value through properties and list items, as in `objects[3].hashes.MD5`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(String);

/// The longest part of a path that is kept: names come from the outside.
const LONGEST_NAME: usize = 250;

impl Path {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// One step to a property.
    #[must_use]
    pub(crate) fn property(&self, name: &str) -> Self {
        let mut path = self.0.clone();
        if !path.is_empty() {
            path.push('.');
        }
        path.extend(name.chars().take(LONGEST_NAME));
        Self(path)
    }

    /// One step to an item of a list.
    #[must_use]
    pub(crate) fn item(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
