//! Forms of text: identifiers, times, addresses, languages, registered names. Pure questions about strings.

mod address;
mod cpe;
mod identifier;
mod language;
mod name;
mod registry;
mod time;
mod url;

pub(crate) use address::{is_domain_name, is_email_address, is_ipv4, is_ipv6, is_mac};
pub(crate) use cpe::is_cpe;
pub(crate) use identifier::type_in;
pub use identifier::{IdentifierError, ObjectId};
pub(crate) use language::is_language;
pub(crate) use name::{is_dictionary_key, is_hash, is_hash_name, is_property_name, is_relationship_type, is_type_name};
pub(crate) use registry::Registry;
pub use time::{Timestamp, TimestampError};
pub(crate) use url::is_url;
