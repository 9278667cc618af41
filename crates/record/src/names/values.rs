//! Rows of names.

use jiff::Timestamp;

/// Somebody asked for a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedName {
    /// When.
    pub at: Timestamp,
    /// Until when it is kept.
    pub until: Timestamp,
    /// The compartment.
    pub compartment: String,
    /// The device, where it is known, else its address.
    pub asker: String,
    /// The name.
    pub name: String,
    /// The number of the record's type.
    pub kind: u16,
    /// What became of it: `allow`, `block`, `note`.
    pub verdict: String,
    /// The id of the rule.
    pub rule: String,
    /// The name or address that the rule speaks of, where it is another.
    pub through: String,
    /// How often within the same moment.
    pub times: u32,
}

/// A row with its number, for whoever looks on while more come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedNames {
    /// The number; later rows have higher ones.
    pub id: i64,
    /// The row.
    pub row: AskedName,
}

/// What is looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Looked {
    /// Only what came after this row.
    pub after: i64,
    /// Only what came before this row; 0 for all.
    pub before: i64,
    /// Only this verdict; empty for all.
    pub verdict: String,
    /// Only names that are this one or below it; empty for all.
    pub under: String,
    /// So many at the most, the latest ones.
    pub most: u32,
}
