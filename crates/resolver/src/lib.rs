//! The resolver side of the filter of names: forwards over UDP, TCP, TLS and HTTPS, validates, and remembers.
//!
//! It knows nothing of who asks and of what they may: what is remembered is what is true upstream. It recurses to no
//! authoritative server, and dials nothing but the servers that a person named.

mod answer;
mod cache;
mod question;
mod resolver;
mod settings;
mod svcb;
mod upstream;
mod validate;
mod wire;

pub use answer::{Address, Answer, ExtendedError, Security, Why};
pub use cache::{Cache, Counts, Hit, Limits};
pub use question::{Key, Question};
pub use resolver::Resolver;
pub use settings::{BadSettings, Settings};
pub use svcb::{WithoutEch, without_ech};
pub use upstream::{BadUpstream, Protocol, Upstream, UpstreamStanding};
pub use validate::{Anchors, BadAnchor};
pub use wire::Name;
