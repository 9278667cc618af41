//! The handle that the guard holds: each call comes back when the kernel has it.

use std::{net::IpAddr, thread, time::Duration};

use ipnet::IpNet;
use rustix::io::Errno;
use tokio::sync::{mpsc, oneshot};

use super::{
    Blocked,
    worker::{Asked, Request, work},
};
use crate::netlink::{Failed, Socket};

/// So many calls wait at the most; further ones wait before the door.
const WAITING: usize = 1_024;

/// Why the kernel does not have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// No rules of ours are in the kernel: no plan was applied, or somebody emptied it.
    #[error("the rules of the network are not in place")]
    NotInPlace,
    /// As many destinations are open, or addresses blocked, as may be.
    #[error("the kernel's set is full")]
    Full,
    /// This process may not change it (CAP_NET_ADMIN).
    #[error("this process may not change the kernel's rules")]
    Denied,
    /// It answered with another error, by its number.
    #[error("the kernel answered with error {0}")]
    Other(i32),
    /// The thread that speaks with the kernel has ended.
    #[error("nobody speaks with the kernel any more")]
    Gone,
}

impl From<Failed> for OpenError {
    fn from(Failed(error): Failed) -> Self {
        match error {
            Errno::NOENT => Self::NotInPlace,
            Errno::NFILE | Errno::NOSPC => Self::Full,
            Errno::PERM | Errno::ACCESS => Self::Denied,
            error => Self::Other(error.raw_os_error()),
        }
    }
}

/// Opens, cuts and blocks. Clones share one thread, which puts what waits at the same time into one transaction.
#[derive(Debug, Clone)]
pub struct Opener {
    queue: mpsc::Sender<Request>,
}

impl Opener {
    /// Starts. `protected` is what can never be blocked ([`Plan::protected`](crate::Plan::protected)).
    ///
    /// # Errors
    /// There is no way to speak with the kernel.
    pub fn start(protected: Vec<IpNet>) -> Result<Self, OpenError> {
        let socket = Socket::open()?;
        let (queue, waiting) = mpsc::channel(WAITING);
        thread::Builder::new()
            .name("egress".to_owned())
            .spawn(move || work(socket, waiting, &protected))
            .map_err(|_| OpenError::Gone)?;
        Ok(Self { queue })
    }

    /// Opens destinations to a device for the lifetime of an answer. `device` is every address that it is known to have: the one
    /// that asked, and its [`siblings`](crate::siblings). Addresses of one family are opened to those of the same.
    ///
    /// A little more than `ttl` is given: the device may use the answer in its last moment. What is open long enough already
    /// costs nothing.
    ///
    /// # Errors
    /// The kernel does not have it; the answer must not be given, or the device would run into the wall.
    pub async fn open(&self, device: &[IpAddr], destinations: &[IpAddr], ttl: Duration) -> Result<(), OpenError> {
        let pairs = pairs(device, destinations);
        if pairs.is_empty() { Ok(()) } else { self.ask(Asked::Open(pairs, ttl)).await }
    }

    /// For how long an answer with this lifetime opens.
    #[must_use]
    pub fn lifetime(ttl: Duration) -> Duration {
        super::mirror::lifetime(ttl)
    }

    /// Closes destinations to a device at once, connections that are established included.
    ///
    /// # Errors
    /// The kernel does not have it.
    pub async fn cut(&self, device: &[IpAddr], destinations: &[IpAddr]) -> Result<(), OpenError> {
        let pairs = pairs(device, destinations);
        if pairs.is_empty() { Ok(()) } else { self.ask(Asked::Cut(pairs)).await }
    }

    /// Blocks addresses and networks for everybody, for so long or (none) until it is taken back; connections that are
    /// established are cut. It comes to what is blocked already.
    ///
    /// Returned is what was left out, because it can never be blocked.
    ///
    /// # Errors
    /// The kernel does not have all of it.
    pub async fn block(&self, what: Vec<Blocked>) -> Result<Vec<IpNet>, OpenError> {
        self.ask_for(|answer| Request::Block { what, is_all: false, answer }).await
    }

    /// Blocks this and nothing else: what indicators say now. There is no moment in between in which less is blocked.
    ///
    /// Returned is what was left out, because it can never be blocked.
    ///
    /// # Errors
    /// The kernel does not have all of it; what was blocked before still is.
    pub async fn block_only(&self, what: Vec<Blocked>) -> Result<Vec<IpNet>, OpenError> {
        self.ask_for(|answer| Request::Block { what, is_all: true, answer }).await
    }

    /// Takes back that addresses and networks are blocked, as they were given.
    ///
    /// # Errors
    /// The kernel does not have it.
    pub async fn unblock(&self, what: Vec<IpNet>) -> Result<(), OpenError> {
        self.ask(Asked::Unblock(what)).await
    }

    async fn ask(&self, asked: Asked) -> Result<(), OpenError> {
        self.ask_for(|answer| Request::Change { asked, answer }).await
    }

    async fn ask_for<T>(
        &self,
        request: impl FnOnce(oneshot::Sender<Result<T, OpenError>>) -> Request,
    ) -> Result<T, OpenError> {
        let (answer, answered) = oneshot::channel();
        self.queue.send(request(answer)).await.map_err(|_| OpenError::Gone)?;
        answered.await.unwrap_or(Err(OpenError::Gone))
    }
}

/// Every device address with every destination of its family that can be one.
fn pairs(device: &[IpAddr], destinations: &[IpAddr]) -> Vec<(IpAddr, IpAddr)> {
    let to = destinations.iter().map(|to| to.to_canonical()).filter(|to| !to.is_unspecified() && !to.is_multicast());
    let to: Vec<IpAddr> = to.filter(|to| !to.is_loopback()).collect();
    let from = device.iter().map(|from| from.to_canonical());
    let mut pairs: Vec<_> = from
        .flat_map(|from| to.iter().filter(move |to| to.is_ipv4() == from.is_ipv4()).map(move |to| (from, *to)))
        .collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_of_one_family_and_lead_somewhere() {
        let addresses = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<IpAddr>>();
        let device = addresses(&["10.20.0.7", "::ffff:10.20.0.7", "fd00::7"]);
        let to = addresses(&["192.0.2.1", "192.0.2.1", "2001:db8::1", "127.0.0.1", "0.0.0.0", "224.0.0.1", "::1"]);
        let found: Vec<String> = pairs(&device, &to).iter().map(|(from, to)| format!("{from} {to}")).collect();
        assert_eq!(found, ["10.20.0.7 192.0.2.1", "fd00::7 2001:db8::1"]);
    }
}
