//! Response policy zones: read from files and from servers, given out to servers.
//!
//! A zone is kept as one sorted, packed run of records ([`Zone`]); entries are made of it while they are asked for. It comes in by a
//! transfer ([`Transfer`]) or as text ([`read_text`]), and goes out by [`Outlet`] or [`write_text`]. A zone is whole or it is
//! refused: nothing of a transfer is handed on before its last signature was checked.
//!
//! The crate asks nobody but the address it is told, keeps nothing on a disk, has no clock and no randomness of its own
//! ([`Surroundings`]), and writes no cryptography: TSIG is the crate `domain`'s.

mod key;
mod name;
mod serve;
mod settings;
mod surroundings;
mod text;
mod transfer;
mod zone;

pub use key::{KeyError, TsigKey};
pub use name::{NameError, ZoneName};
pub use serve::{Listening, Outlet, PublishError, heed};
pub use settings::{Secondary, ServeSettings, SettingsError, TransferSettings, Watched};
pub use surroundings::Surroundings;
pub use text::{BadLine, ReadText, TextError, TextLimits, read_text, write_text};
pub use transfer::{Limits, Outcome, Transfer, TransferError};
pub use zone::{Action, Addresses, Built, Covers, Datum, Entries, Entry, OtherTrigger, Trigger, Zone, is_newer};
