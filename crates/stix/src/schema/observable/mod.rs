//! Observables (section 6) and their predefined extensions.

mod addresses;
mod build;
mod extensions;
mod files;
mod host;
mod network;
mod pe_binary;

pub(crate) use addresses::TYPES as ADDRESSES;
pub(crate) use files::TYPES as FILES;
pub(crate) use host::TYPES as HOST;
pub(crate) use network::TYPES as NETWORK;

use build::{extension, observable};
