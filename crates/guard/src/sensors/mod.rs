//! The ways in, one folder each.

pub mod mail;
