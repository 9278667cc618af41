//! Sessions whose cookie is worth minutes, and whose next one is given to a device alone that proves its key: Device Bound Session
//! Credentials (W3C draft). A browser that can makes a key in the device's own hardware when a session begins; one that cannot passes over
//! the offer, and its session stays bound to nothing.
//!
//! Of the draft, nothing is used here that binds one key to several sites, or several cookies to one session.

mod fields;
mod key;
mod offer;
mod proof;
mod requests;

pub(crate) use fields::RESPONSE;
pub(crate) use offer::{BIND, REFRESH, offer};
pub(crate) use proof::NotProven;
pub(crate) use requests::{bind, refresh};
