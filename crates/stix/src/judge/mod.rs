//! Walking an object along the standard's tables.

mod bundle;
mod container;
mod custom;
mod extension;
mod faults;
mod identity;
mod object;
mod shape;
mod value;

pub use bundle::BundleJudge;
pub(crate) use custom::judge_prefix;
pub(crate) use faults::{Faults, Subject, cut};
pub use object::judge;
