//! The filter itself (section 3.4 and 3.4.1).

use std::{fmt, str::FromStr};

use crate::{
    cursor::QueryWriter,
    ids::{ObjectId, ObjectType},
    stamp::Stamp,
};

/// Which entries of a collection are asked for. All parts must hold. They are applied in this order, because "latest" and
/// "earliest" are meant among what matches the rest of the request: `after`, `ids` and `types`; then `spec_versions`; then
/// `versions`.
///
/// In SQL the first three are conditions on the row; `SpecVersions::Latest` and `last` are "no row of the same object, that
/// matches the rest, is greater".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// `added_after`: only what was added later than this instant, and not at it.
    pub after: Option<Stamp>,
    /// `match[id]`, or the object of the path: any of these. Sorted, each once.
    pub ids: Option<Vec<ObjectId>>,
    /// `match[type]`: any of these. Sorted, each once.
    pub types: Option<Vec<ObjectType>>,
    /// `match[spec_version]`.
    pub spec_versions: SpecVersions,
    /// `match[version]`.
    pub versions: Versions,
}

impl Default for Filter {
    /// What a request without parameters asks for: the last version of every object.
    fn default() -> Self {
        Self { after: None, ids: None, types: None, spec_versions: SpecVersions::Latest, versions: Versions::last() }
    }
}

/// Which versions of an object (its `modified`, else its `created`, else when it was added).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Versions {
    /// Every one.
    All,
    /// Those that any of these names.
    Chosen {
        /// The earliest.
        first: bool,
        /// The latest.
        last: bool,
        /// Those of exactly these instants. Sorted, each once.
        at: Vec<Stamp>,
    },
}

impl Versions {
    /// The latest alone, which is meant when nothing is said.
    #[must_use]
    pub const fn last() -> Self {
        Self::Chosen { first: false, last: true, at: Vec::new() }
    }
}

/// Which versions of STIX.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpecVersions {
    /// For each object the latest that there is of it, which is meant when nothing is said.
    Latest,
    /// Any of these. Sorted, each once.
    Among(Vec<SpecVersion>),
}

/// A version of STIX, such as 2.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpecVersion {
    /// What stands before the point.
    pub major: u16,
    /// What stands behind it.
    pub minor: u16,
}

impl SpecVersion {
    /// STIX 2.0, which has no `spec_version`.
    pub const V20: Self = Self { major: 2, minor: 0 };
    /// STIX 2.1.
    pub const V21: Self = Self { major: 2, minor: 1 };
}

impl FromStr for SpecVersion {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        let (major, minor) = text.split_once('.').ok_or(())?;
        Ok(Self { major: number(major).ok_or(())?, minor: number(minor).ok_or(())? })
    }
}

impl fmt::Display for SpecVersion {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{}.{}", self.major, self.minor)
    }
}

impl Filter {
    /// Writes what the filter means; filters that mean the same write the same.
    pub(crate) fn write(&self, to: &mut QueryWriter) {
        let instant = |stamp: &Stamp| stamp.instant().as_nanosecond().to_be_bytes();
        to.list(self.after.iter().map(instant).collect::<Vec<_>>().into_iter());
        match &self.ids {
            None => to.part("any id"),
            Some(ids) => to.part("ids").list(ids.iter().map(ObjectId::as_str)),
        };
        match &self.types {
            None => to.part("any type"),
            Some(types) => to.part("types").list(types.iter().map(ObjectType::as_str)),
        };
        match &self.spec_versions {
            SpecVersions::Latest => to.part("latest"),
            SpecVersions::Among(versions) => to.part("among").list(versions.iter().map(ToString::to_string)),
        };
        match &self.versions {
            Versions::All => to.part("all"),
            Versions::Chosen { first, last, at } => {
                to.part("chosen").part([u8::from(*first), u8::from(*last)]).list(at.iter().map(instant))
            }
        };
    }
}
