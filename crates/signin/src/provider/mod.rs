//! The OpenID Connect provider over HTTP: what browsers and tools ask of it. What is granted is [`vauban_oidc`]'s to say; here bytes are carried, and it
//! is told who is signed in.
//!
//! A request of a tool comes by a browser from a page of others, without the cookie of the session (`SameSite=Strict`). So it is kept, its name
//! goes into a cookie of this host, and a page of ours goes on from there: no address says where somebody ends up but those that
//! were registered. Ours says at most which of the requests that the browser holds is meant, since each tab may have one.

mod answer;
mod authorize;
mod desk;
mod logout;
mod machine;
mod pages;
mod routes;
mod subjects;
mod tell;
mod why;

pub use desk::Desk;
pub use routes::router;
pub(crate) use routes::{CONTINUE, is_open};
pub use tell::Heard;
