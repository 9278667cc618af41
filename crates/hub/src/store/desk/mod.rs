//! What the desk keeps: parties and streams, objects under review, drafts that two people publish, and who did what.

mod audit;
mod drafts;
mod objects;
mod parties;
mod releasable;
mod store;
mod values;

pub use audit::{AuditEntry, AuditHead, Audited};
pub use drafts::Draft;
pub use releasable::Releasable;
pub use store::DeskStore;
pub use values::{Act, DeskObject, Imported, NewParty, Party, State, Stream, Tier};
