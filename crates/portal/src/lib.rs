//! The pages people look at: what happened, what waits for a decision, and why.
//!
//! Rendered here, whole, in French and English; no script is needed or sent, nothing is fetched from anywhere. Where people
//! sign in, administrators see them among the pages of sign-in; else they are served on this machine alone, to whoever has a link that was
//! printed on its terminal. What stands in
//! messages is not shown, because it is not here in clear: pages explain verdicts by the kinds of their facts.
//!
//! This is the only crate with pages and forms besides the report's template. It decides nothing: what a form asks for is done by
//! the public API of `guard`, which writes down who did it. An agency's [`desk`] has pages of its own, behind a door of the same make:
//! there, forms are the steps of `hub::desk::Desk`.

mod blocked;
pub mod desk;
mod door;
mod gate;
mod link;
mod page;
mod pages;
mod policy_words;
mod request;
mod serve;
mod session;
mod words;

pub use blocked::blocked;
pub use door::assets;
pub use link::{Link, LinkError};
pub use page::frame;
pub use serve::{Portal, bind, keep_serving, serve, signed_in};
