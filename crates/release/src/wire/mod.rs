//! A release as bytes: a folder of files for a stick, one body for the wire, both with the same manifest, signature and parts.
//!
//! The body is a first line, the lengths of manifest and signature (four bytes each, big-endian), the two, and the parts in the
//! manifest's order; their lengths stand in the manifest, and the body ends with the last one. Whoever reads checks each part as it
//! comes and keeps none of it but the two that the chain is judged by. Only a release of which everything was there is [`Whole`].

mod body;
mod release;
mod sentences;
mod verifier;
mod whole;

pub use body::{BodyError, BodyReader, Piece, body_head};
pub use release::{Release, ReleaseError};
pub use verifier::{PartCheck, PartError, Verifier};
pub use whole::{Whole, WholeError};

/// The file of the manifest in a folder.
pub const MANIFEST_FILE: &str = "manifest.json";
/// The file of its signature, where `minisign -V` looks for it.
pub const SIGNATURE_FILE: &str = "manifest.json.minisig";
