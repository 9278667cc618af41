//! How many may come at a time, and how slow they may be.

use std::time::Duration;

/// How many may come at a time, and how slow they may be.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at a time.
    pub connections: usize,
    /// How long the head of a request may take to come; also how long a connection may idle.
    pub head: Duration,
    /// How long its body may take. Whoever reads bodies keeps to it, or puts [`timely`](crate::timely) around what does.
    pub body: Duration,
    /// How long a client may take nothing of an answer.
    pub write: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let (head, body, write) = (Duration::from_secs(15), Duration::from_secs(60), Duration::from_secs(30));
        Self { connections: 512, head, body, write }
    }
}
