//! `vauban.toml`: one commented file. An unknown key is an error that names the nearest known one.

mod parse;
mod shape;
mod text;

pub use parse::{ConfigError, parse};
pub use shape::{Config, GuardTable, MailTable, OnFailure, QuarantineTable};
pub use text::{DEFAULT, schema};
