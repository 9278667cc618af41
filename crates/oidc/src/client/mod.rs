//! Clients: the tools that people sign in to. Administrators add them; nobody else can, so that there is no consent to phish.

mod assertion;
mod authenticate;
mod keys;
mod manage;
mod redirect;
mod values;

pub(crate) use authenticate::authenticate;
pub use keys::InvalidKeys;
pub use manage::{Added, ClientError};
pub(crate) use redirect::is_here;
pub use redirect::{InvalidRedirect, RedirectUri};
pub use values::{Addresses, Algorithm, Authentication, Client, ClientId, InvalidClientId, NewClient};
