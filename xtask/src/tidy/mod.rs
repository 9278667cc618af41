//! `cargo xtask tidy`: the rules of the house, each a small file with a made-up bad tree that it must catch.

mod check;
mod rules;
mod tree;

pub(crate) use check::run;
