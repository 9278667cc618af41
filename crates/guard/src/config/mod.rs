//! `vauban.toml`: one commented file. An unknown key is an error that names the nearest known one.

mod parse;
mod shape;

pub use parse::{ConfigError, parse};
pub use shape::{Config, GuardTable, MailTable, OnFailure, QuarantineTable};

/// The commented default, as `vauban config print` shows it.
pub const DEFAULT: &str = include_str!("default.toml");

/// The JSON Schema of the file, for editors.
#[must_use]
pub fn schema() -> String {
    let schema = schemars::schema_for!(Config);
    serde_json::to_string_pretty(&schema).unwrap_or_default()
}
