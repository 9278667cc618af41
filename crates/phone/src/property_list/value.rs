//! One value of a property list, and the way from bytes to it.

use std::borrow::Cow;

use jiff::Timestamp;

use super::{binary, xml};

/// Nesting beyond this is an attack on the stack; the lists of a backup are some six levels deep.
pub(super) const MAX_DEPTH: usize = 64;

/// Seconds between 1970-01-01 and 2001-01-01, the epoch of Apple's clock.
pub(super) const FROM_2001: f64 = 978_307_200.0;

/// A value. Texts and data point into the bytes it was read from, so that sharing them costs nothing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value<'a> {
    Boolean(bool),
    Integer(i64),
    Real(f64),
    /// A point in time, in seconds since 2001.
    Date(f64),
    Text(Cow<'a, str>),
    Data(Cow<'a, [u8]>),
    /// The index of another object in a keyed archive.
    Uid(u64),
    Array(Vec<Value<'a>>),
    Dictionary(Vec<(Cow<'a, str>, Value<'a>)>),
}

/// Reads a property list of at most `values` values in either form.
///
/// # Errors
/// What is wrong with it, in one clause.
pub(crate) fn parse(bytes: &[u8], values: usize) -> Result<Value<'_>, &'static str> {
    if bytes.starts_with(b"bplist") { binary::parse(bytes, values) } else { xml::parse(bytes, values) }
}

impl<'a> Value<'a> {
    /// The value under `key`, if this is a dictionary that has one.
    pub(crate) fn get(&self, key: &str) -> Option<&Value<'a>> {
        match self {
            Self::Dictionary(pairs) => pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    pub(crate) const fn as_boolean(&self) -> Option<bool> {
        if let Self::Boolean(value) = self { Some(*value) } else { None }
    }

    pub(crate) const fn as_integer(&self) -> Option<i64> {
        if let Self::Integer(value) = self { Some(*value) } else { None }
    }

    pub(crate) const fn as_uid(&self) -> Option<u64> {
        if let Self::Uid(value) = self { Some(*value) } else { None }
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        if let Self::Text(value) = self { Some(value) } else { None }
    }

    pub(crate) fn as_data(&self) -> Option<&[u8]> {
        if let Self::Data(value) = self { Some(value) } else { None }
    }

    pub(crate) fn as_array(&self) -> Option<&[Value<'a>]> {
        if let Self::Array(values) = self { Some(values) } else { None }
    }

    /// The point in time, if it is one that can be written down.
    pub(crate) fn as_time(&self) -> Option<Timestamp> {
        let Self::Date(seconds) = self else { return None };
        // The cast saturates, so that a hostile number is out of range rather than wrong.
        Timestamp::from_second((seconds + FROM_2001) as i64).ok()
    }
}
