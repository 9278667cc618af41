//! What the standard asks beyond the kind of each property: one small function for each demand, with its section.

mod demands;
mod domain;
mod extension_definition;
mod hosts;
mod indicator;
mod interop;
mod markings;
mod network;
mod order;
mod recommended;
mod references;
mod relationship;

use demands::Constraint;
pub(crate) use demands::judge;
