//! The authorization endpoint (RFC 6749, section 4.1; OpenID Connect Core, section 3.1.2): a request is read and kept, somebody signs in, and
//! the answer goes to an address that was registered.

mod decide;
mod push;
mod receive;
mod request;

pub use decide::Decision;
pub use push::Pushed;
pub use receive::{Kept, NotKept};
pub(crate) use request::Asked;
