//! The configuration as text: its commented default, and its schema.

use super::Config;

/// The commented default, as `vauban config print` shows it.
pub const DEFAULT: &str = include_str!("default.toml");

/// The JSON Schema of the file, for editors.
#[must_use]
pub fn schema() -> String {
    let schema = schemars::schema_for!(Config);
    serde_json::to_string_pretty(&schema).unwrap_or_default()
}
