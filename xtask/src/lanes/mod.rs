//! All the tests behind one command: the fast lane needs nothing but Rust, the slow lane speaks with other programs.

mod packages;
mod peers;
mod run;

pub(crate) use run::{Lanes, run};
