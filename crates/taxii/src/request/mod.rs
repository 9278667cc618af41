//! From a request of HTTP to what it asks for.

mod body;
mod call;
mod read;
mod route;

pub use body::{BodyError, Envelope, Submitted};
pub use call::Call;
pub use read::{Request, Settings, read};
