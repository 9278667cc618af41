//! Accounts at a provider that the organisation keeps. Whoever calls has verified what the provider signed; here is whose it is.

mod enter;
mod store;
mod values;

pub use values::{Account, Claimed, InvalidSubject, NewAccount, Subject};
