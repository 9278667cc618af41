//! Signing in at a provider that the organisation keeps: set out from here, come back, arrive. Which account is whose is `people`'s to say, what the
//! provider signed `oidc::elsewhere`'s.
//!
//! The provider sends the browser back from another site, so that it comes without our cookies, and a page of ours goes on from there. An attempt is
//! a challenge as every other: bound to the browser that set out, taken before anything is asked of the provider, good once. So nobody comes in by a
//! link that somebody else made of their own attempt.

mod arrive;
mod come_back;
mod errand;
mod kept;
mod set_out;

pub(crate) use arrive::arrive;
pub(crate) use come_back::come_back;
pub(crate) use errand::Errand;
pub use kept::{KeptProvider, redirect};
pub(crate) use set_out::{enrol, sign_in, way};

/// Where the provider sends browsers back to; it is registered there.
pub(crate) const RETURN: &str = "/signin/elsewhere";
/// Where a page of ours goes on.
pub(crate) const ARRIVE: &str = "/signin/elsewhere/done";
