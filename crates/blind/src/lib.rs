//! Look-ups that tell nobody anything.
//!
//! An agency knows names that it cannot hand out; a party saw names that it will not hand over. Here the party learns which
//! of what it *saw* the agency knows, the agency learns nothing at all, and who steals either side's files has no list to
//! read. It is the verifiable oblivious pseudorandom function of RFC 9497 (mode VOPRF, ristretto255-SHA512):
//!
//! ```text
//! desk    Observable --Asker or SecretKey--> Output --TableBuilder, with a Label--> table, in the signed release
//! party   Observable --Asker::ask--> Batch (fixed size) + Pending (secret)
//! signer  Batch --Signer::evaluate--> Evaluated (fixed size, one proof)
//! party   Pending, Evaluated, the pinned key --Pending::finalise--> Output --Table::look--> Label
//! ```
//!
//! [`Pin`] is what the release pins: the epoch and the public key. Each of these values is bound to one, and whatever belongs
//! to another is refused by name. The log of the keys of all epochs is in the release, for parties to compare. [`Slots`] says when batches
//! are sent: by the calendar, never by what there is to ask.
//!
//! Everything is pure: bytes in, values out. There are no files, sockets or clocks; time and randomness are arguments.
//! Nothing here is cryptography of our own: the function is the crate `voprf`'s, tags and keys are HKDF's, labels are sealed
//! with ChaCha20-Poly1305. Canonical forms of observables are the caller's (`matching`'s). Who may ask is the caller's too.
//! Formats, sizes, and what this does not solve: `docs/blind.md`.

mod asker;
mod epoch;
mod key;
mod label;
mod observable;
mod output;
mod signer;
mod slots;
mod suite;
mod table;
mod wire;

pub use asker::{AskError, Asker, FinaliseError, Pending, SEALED_HEADER, StateError, StateKey};
pub use epoch::{Epoch, Pin};
pub use key::{KeyError, PublicKey, SecretKey};
pub use label::{Label, LabelError, LabelId, Severity};
pub use observable::{MAX_KIND, MAX_PARENTS, MAX_VALUE, Observable, ObservableError, parents};
pub use output::{Output, Tag};
/// What a source of randomness must offer. `rand::rngs::OsRng` of rand 0.8 does.
pub use rand::{CryptoRng, RngCore};
pub use signer::{EvaluateError, Signer};
pub use slots::{Budget, Slot, Slots, SlotsError, Spent};
pub use table::{
    BuildError, LookError, MAX_ROWS, MIN_ROWS, ROW, TABLE_HEADER, Table, TableBuilder, TableError, padded,
};
pub use wire::{BATCH_HEADER, Batch, BatchSize, ELEMENT, EVALUATED_HEADER, Evaluated, WireError};

pub(crate) use suite::Suite;
