//! Signing in with passkeys, over HTTP: the pages, and what their one script says to us. Who belongs to the organisation is `people`'s
//! to say, what a key signed is `passkey`'s; what is here carries bytes between a browser and those two.
//!
//! A ceremony has two requests. *Ask* makes a challenge (a row, bound to this browser by a cookie) and answers with the options for
//! the browser; *answer* takes the challenge out of the store before it looks at anything that was signed, so that an answer is good for one attempt.
//! An answer that is refused waits the longer the more there were; a good key is never made to wait.
//!
//! A browser that can binds its session to a key of its device (`device`); the cookie is good for minutes then.
//!
//! There is no password, no code and no address of mail to type, on any page. Requests that change something come from a page of the
//! very origin (`Origin`), and nothing is believed of `X-Forwarded-*` but the last address, and that only where a proxy was named.
//! A session that is bound to a client certificate is nobody's without it; that is checked once, where a session is looked up (`SignIn`).

mod app;
mod away;
mod back;
mod beside;
mod ceremony;
mod certificate;
mod cookie;
mod device;
mod elsewhere;
mod failed;
mod forward;
mod gate;
mod lobby;
mod making;
mod pages;
pub mod provider;
mod reach;
mod router;
mod seat;
mod serve;
mod single;
mod site;
mod visit;

pub use app::app;
pub use away::away;
pub use cookie::value as cookie;
pub use elsewhere::{KeptProvider, redirect};
pub use forward::{NoTool, Tool};
pub use reach::Reach;
pub use serve::serve;
pub use site::{Settings, SignIn, SignInError};
/// What [`Settings::models`] is made of.
pub use vauban_passkey::{LONGEST_STATEMENT, Model, Models, NotAModel, NotARoot, NotAStatement};
/// What [`Settings::limits`] is.
pub use vauban_serve::Limits;
pub use visit::{LANGUAGE, language};
