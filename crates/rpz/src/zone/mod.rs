//! A zone: what it is made of, how it is kept, and what it says about a name.

mod address;
mod addresses;
mod build;
mod closure;
mod difference;
mod entries;
mod entry;
mod held;
mod pile;
mod record;
mod records;
mod soa;
mod verdict;

pub use addresses::Addresses;
pub use build::Built;
pub use entries::Entries;
pub use entry::{Action, Covers, Datum, Entry, OtherTrigger, Trigger};
pub use held::Zone;
pub use soa::is_newer;

pub(crate) use difference::{Changes, Difference};
pub(crate) use entry::write_data;
pub(crate) use pile::{Full, Pile};
pub(crate) use record::Record;
pub(crate) use records::Cursor;
pub(crate) use soa::Soa;
