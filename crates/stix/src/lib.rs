//! STIX 2.1 objects, judged against the standard (OASIS Standard, June 2021, with errata 01), with the reason of every refusal.
//!
//! [`read`] takes a document apart object by object within [`Limits`]; [`judge`] says all that is wrong with an object: where,
//! what, and which section says so, the demands (MUST) apart from the recommendations (SHOULD), of which [`Rules`] picks. [`tlp`]
//! reads markings as the objects that they are; [`write_bundle`] never writes an object without them. [`Version`] tells which of
//! two is later.
//!
//! Pure: no files, no sockets, no clock, no randomness. Nothing that an object names is ever asked for. What other programs make
//! of an object is no concern of this crate: it neither repairs nor converts, and it never guesses what was meant.

mod bundle;
mod canonical;
mod constraints;
mod deterministic;
mod fault;
mod form;
mod judge;
mod object;
mod read;
mod rows;
mod rules;
mod schema;
mod tlp;
mod version;

pub use bundle::{BundleError, write_bundle};
pub use canonical::canonical;
pub use deterministic::deterministic_id;
pub use fault::{Expected, Fault, Path, Problem, Requirement};
pub use form::{IdentifierError, ObjectId, Timestamp, TimestampError};
pub use judge::{BundleJudge, judge};
pub use object::Object;
pub use read::{Document, Entry, Envelope, Limits, ReadError, Refusal, Refused, read, read_all, read_from};
pub use rows::judge_row;
pub use rules::{Check, Rules, SpecVersion};
pub use tlp::{EXTENSION_DEFINITION_ID, Held, Stricter, Tlp, extension_definition, marking_definition, tlp};
pub use version::{Succession, Version, is_revoked, succession, supersedes};
