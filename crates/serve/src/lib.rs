//! Serving HTTP to whoever comes, slow and hostile ones too: so many connections at a time, none of them idle for long, and no
//! answer waits for ever for somebody to take it. What is served is an [`axum::Router`], which knows nothing of this.

mod connection;
mod limits;
mod patience;
mod timely;

pub use connection::keep_serving;
pub use limits::Limits;
pub use timely::timely;
