//! Indicator documents of others <-> Vauban's indicators: reading, setting aside what honest people use, keeping
//! sources up to date, exporting.
//!
//! Nothing is dropped silently: what a document holds becomes an indicator, or is listed as set aside, ignored or
//! refused, with the reason. Nothing here decides whether an indicator matches, compiles a rule, or parses a STIX
//! pattern beyond a plain choice between values; those are `vauban-matching`'s and `vauban-yara`'s.

pub mod benign;
mod document;
pub mod export;
mod formats;
mod path;
mod reading;
pub mod store;
mod value;
mod when;
pub mod whole;

pub use benign::Benign;
pub use document::{Document, LARGEST_DOCUMENT};
pub use formats::{FORMATS, Format, read_document};
pub use path::{ReadPathError, read_path};
pub use reading::{Draft, Place, Reading, Refused};
pub use value::{NotAValue, classify, refang};
