//! The Traffic Light Protocol in STIX: the standard's four objects of TLP 1.0 (section 7.2.1.4), and the five of TLP 2.0 that
//! the OASIS extension defines. A marking is an object that is referred to; a label that merely says so is not one.

mod definitions;
mod held;
mod marked;

pub(crate) use definitions::is_tlp_1;
pub use definitions::{EXTENSION_DEFINITION_ID, extension_definition, marking_definition};
pub use held::Held;
pub use marked::{Stricter, Tlp, tlp};
