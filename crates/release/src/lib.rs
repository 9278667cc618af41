//! The release: what an agency hands to one audience, signed, chained, and whole or refused. Pure over bytes: no file, no socket, no
//! clock, no randomness.
//!
//! A [`Manifest`] names the parts of a release by length and digest, and the manifest before it. A [`SignedManifest`] is that in the
//! one spelling that was signed. [`Verifier`] and [`BodyReader`] check the parts as they come; what they end with is [`Whole`], the only
//! thing that a [`Chain`] accepts. A party answers with a [`SignedReceipt`], and may send a [`SignedSighting`], or [`SignedCounts`] once a
//! week. A desk without a network tells its front what to do by [`SignedOrder`]s. An [`Enrolment`] code pins the hub's key for the first
//! contact, where it is exchanged for a credential by a [`Joining`];
//! a [`KeyLog`] keeps the hub from showing different keys to different parties. The format and its rules are in `docs/release.md`.
//!
//! The cryptography is `ed25519-dalek`'s, `blake2`'s and `sha2`'s, in the form of minisign.

mod chain;
mod change;
mod counts;
mod enrolment;
mod gone;
mod id;
mod joining;
mod line;
mod log;
mod manifest;
mod order;
mod receipt;
mod sighting;
mod signing;
mod wire;
mod words;

pub use chain::{Chain, ChainError, ChainTextError, Head, Moment, Step};
pub use change::{ChangeError, Changed, KeyChange};
pub use counts::{Band, Counts, CountsError, MOST_WEEKS, SignedCounts, Tally, Week};
pub use enrolment::{Enrolment, EnrolmentError, SignerPin};
pub use gone::{Gone, GoneError, Left, ObjectId, read_gone, write_gone};
pub use id::{Digest, Epoch, HubId, Number, StreamId, Time, ValueError};
pub use joining::{Joining, JoiningError};
pub use line::LineError;
pub use log::{BlindKey, HeadWords, KeyLog, LogError, LogHead};
pub use manifest::{
    Blind, Content, Flaw, LARGEST_RELEASE, LONGEST_ADVICE, LONGEST_MANIFEST, MOST_BATCH, MOST_CHANGES, MOST_SLOTS,
    Manifest, ManifestError, Part, PartMeasure, PartName, SignedManifest, write_history,
};
pub use order::{Order, OrderError, SignedOrder};
pub use receipt::{Countersignature, Receipt, ReceiptError, SignedReceipt};
pub use sighting::{Sighting, SightingError, SignedSighting, Told};
pub use signing::{FormError, NotSigned, PublicKey, Signature, SigningKey, TrustedComment};
pub use wire::{
    BodyError, BodyReader, MANIFEST_FILE, PartCheck, PartError, Piece, Release, ReleaseError, SIGNATURE_FILE, Verifier,
    Whole, WholeError, body_head,
};
pub use words::Words;
