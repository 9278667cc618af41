//! Schemas go forward by steps. A step is SQL in the words of SQLite's strict tables; it is never changed once it was given out.

use crate::store::StoreError;

/// Whose database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Role {
    /// Names, plain text, decisions.
    Desk,
    /// Releases, receipts, credentials by their hashes.
    Front,
}

impl Role {
    /// The word for it; also what the schema in PostgreSQL is called after.
    pub(in crate::store) const fn name(self) -> &'static str {
        match self {
            Self::Desk => "desk",
            Self::Front => "front",
        }
    }

    /// What tells the file from any other SQLite file: "VauD", "VauF".
    pub(super) const fn application_id(self) -> i64 {
        match self {
            Self::Desk => 0x5661_7544,
            Self::Front => 0x5661_7546,
        }
    }
}

/// A role and the steps to its newest schema.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Schema {
    /// Whose.
    pub(in crate::store) role: Role,
    /// The steps; as many as were taken is the database's version.
    pub(in crate::store) steps: &'static [&'static str],
}

impl Schema {
    pub(super) fn newest(&self) -> i64 {
        i64::try_from(self.steps.len()).unwrap_or(i64::MAX)
    }

    /// The steps that a database of this version has not taken.
    pub(super) fn missing(&self, version: i64) -> Result<&'static [&'static str], StoreError> {
        usize::try_from(version)
            .ok()
            .and_then(|taken| self.steps.get(taken..))
            .ok_or(StoreError::Newer { found: version, known: self.newest() })
    }
}
