//! The ways in, one folder each.

pub mod dns;
pub mod mail;
pub mod signin;
