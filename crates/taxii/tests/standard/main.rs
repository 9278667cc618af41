//! The crate against the standard: exchanges that another server recorded, paging while entries are added, and hostile requests.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test says what it expects in the shortest way")]

mod default_data;
mod doors;
mod exchanges;
mod figures;
mod paging;
mod small;
mod store;
mod walk;
