//! What a request asks for (section 3.4), as plain data: read from the query, and what it means.

mod page;
mod params;
mod read;
mod select;
mod terms;

pub use page::Page;
pub(crate) use params::{Params, decoded};
pub(crate) use read::{Allowed, Asked};
pub use select::Entry;
pub use terms::{Filter, SpecVersion, SpecVersions, Versions};
