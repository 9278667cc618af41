//! The agency's hub: indicators shared under TLP with parties that are rivals.
//!
//! The [`desk`] decides what leaves, and makes releases of it. The [`front`] hands them out, and passes blind look-ups to the [`signer`],
//! which has the key and nothing else; where the desk has no network, a [`stick`] goes between it
//! and the front. A [`FrontRole`] and a [`SignerRole`] are what the desk hands to each. The [`store`] keeps what the desk and the front know, in SQLite or
//! PostgreSQL; what a party may see, it decides in the questions themselves.

pub mod desk;
pub mod front;
mod roles;
pub mod signer;
pub mod stick;
pub mod store;

pub use roles::{FrontRole, RoleError, SignerRole};

#[cfg(test)]
extern crate self as vauban_hub;
#[cfg(test)]
#[expect(dead_code, reason = "the tests of the whole store use all of it")]
#[path = "../tests/store/postgres.rs"]
mod server;
