//! Forward authentication: a proxy before a tool asks here, for each request, whether somebody may come in (nginx `auth_request`,
//! `forward_auth` of Caddy, `forwardAuth` of Traefik).
//!
//! The session's cookie never leaves its host. Whoever comes to a tool without a pass goes round once: from the tool
//! (`/.vauban/start`, which marks the browser) to us (`/forward/start`, which sees the session and asks the policy) and back with a ticket
//! (`/.vauban/enter`, which changes it for a pass). A link that somebody was sent leads nobody into another's session, because the mark is missing.

mod asked;
mod enter;
mod judge;
mod router;
mod start;
mod tools;

pub(crate) use router::router;
pub(crate) use start::go;
pub(crate) use tools::Tools;
pub use tools::{NoTool, Tool};
