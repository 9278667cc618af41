//! From the policy and the network to the rules of the kernel; pure.

mod base;
mod chains;
mod check;
mod document;
mod places;
mod rule;
mod sets;
mod stretches;
mod write;

pub(crate) use document::{TRIAL, document, removal};
pub(crate) use sets::{BLOCKED, NETWORKS, Pairs};
pub use stretches::networks_where;
pub(crate) use stretches::number;
pub use write::Plan;
