//! All servers: the one that is fastest first, the next ones when it takes longer than usual, whichever answers.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use rustls::RootCertStore;
use tokio::{
    task::JoinSet,
    time::{sleep, sleep_until},
};

use super::{
    Flights, Upstream, UpstreamStanding,
    connection::context,
    server::{Failure, Server},
};
use crate::{
    ExtendedError,
    wire::{Message, Name},
};

/// Nobody is waited for any longer.
const WHOLE: Duration = Duration::from_millis(4000);
/// The next server is asked, too, after so many times what the first usually takes, within these bounds.
const PATIENCE: u32 = 3;
const LEAST_PATIENCE: Duration = Duration::from_millis(150);
const MOST_PATIENCE: Duration = Duration::from_millis(700);

/// Which server need not be asked again: its answer was bogus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Via {
    not: Option<usize>,
}

impl Via {
    /// Anybody but this server, if there is another.
    pub(crate) fn not(server: usize) -> Self {
        Self { not: Some(server) }
    }

    /// Whether this is the second time that something is asked.
    pub(crate) fn is_second(self) -> bool {
        self.not.is_some()
    }
}

/// An answer, and whose it is.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) message: Arc<Message>,
    pub(crate) server: usize,
}

type Asked = (Name, u16, Via);

/// The servers.
pub(crate) struct Upstreams {
    servers: Arc<[Arc<Server>]>,
    flights: Flights<Asked, Result<Reply, ExtendedError>>,
}

impl Upstreams {
    /// Servers in the order of preference. `None` when TLS cannot be set up.
    pub(crate) fn new(upstreams: Vec<Upstream>, roots: RootCertStore, validates: bool) -> Option<Self> {
        let context = context(roots)?;
        let server = |(place, upstream)| Arc::new(Server::new(place, upstream, &context, validates));
        let servers = upstreams.into_iter().enumerate().map(server).collect();
        Some(Self { servers, flights: Flights::default() })
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.servers.len()
    }

    /// How each is doing, in the order of preference.
    pub(crate) fn standings(&self) -> Vec<(Upstream, UpstreamStanding)> {
        let now = Instant::now();
        self.servers.iter().map(|server| (server.upstream.clone(), server.health.standing(now))).collect()
    }

    /// Asks, once for all who ask the same at the same time.
    pub(crate) async fn ask(&self, name: &Name, kind: u16, via: Via) -> Result<Reply, ExtendedError> {
        let asked = (name.clone(), kind, via);
        let begin = || race(Arc::clone(&self.servers), asked.clone());
        self.flights.join(&asked, begin).await.unwrap_or(Err(ExtendedError::FAILED))
    }
}

async fn race(servers: Arc<[Arc<Server>]>, (name, kind, via): Asked) -> Result<Reply, ExtendedError> {
    let start = Instant::now();
    let deadline = start + WHOLE;
    let mut waiting = order(&servers, via, start).into_iter();
    let mut running = JoinSet::new();
    let mut failure = None;
    let ask_next = |running: &mut JoinSet<_>, waiting: &mut std::vec::IntoIter<usize>| {
        let place = waiting.next()?;
        let (server, name) = (Arc::clone(&servers[place]), name.clone());
        let usual = server.health.standing(start).usual;
        let within = deadline.saturating_duration_since(Instant::now());
        running.spawn(async move { (place, server.ask(&name, kind, within).await) });
        Some((usual * PATIENCE).clamp(LEAST_PATIENCE, MOST_PATIENCE))
    };
    let mut patience = ask_next(&mut running, &mut waiting).unwrap_or(MOST_PATIENCE);
    let result = loop {
        tokio::select! {
            ended = running.join_next() => match ended {
                Some(Ok((place, Ok(message)))) => break Ok(Reply { message: Arc::new(message), server: place }),
                Some(ended) => {
                    let found = ended.map_or(Failure::Network, |(_, result)| result.err().unwrap_or(Failure::Network));
                    failure = Some(more_telling(failure, found));
                    patience = ask_next(&mut running, &mut waiting).unwrap_or(patience);
                }
                None => break Err(failure.map_or(ExtendedError::NETWORK, Failure::error)),
            },
            () = sleep(patience), if waiting.len() > 0 => {
                patience = ask_next(&mut running, &mut waiting).unwrap_or(patience);
            }
            () = sleep_until(deadline.into()) => break Err(failure.map_or(ExtendedError::UNREACHABLE, Failure::error)),
        }
    };
    for place in waiting {
        servers[place].health.rested();
    }
    result
}

/// What a server said counts more than that another said nothing.
fn more_telling(former: Option<Failure>, found: Failure) -> Failure {
    match former {
        Some(former @ Failure::Code(..)) => former,
        Some(former) if !matches!(found, Failure::Code(..)) => former,
        _ => found,
    }
}

/// The fastest first; those that have just failed, and the one that need not be asked, last.
fn order(servers: &[Arc<Server>], via: Via, now: Instant) -> Vec<usize> {
    let mut places: Vec<_> = (0..servers.len())
        .map(|place| {
            let standing = servers[place].health.standing(now);
            ((via.not == Some(place), standing.is_paused, standing.usual), place)
        })
        .collect();
    places.sort_unstable();
    places.into_iter().map(|(_, place)| place).collect()
}

impl fmt::Debug for Upstreams {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.standings()).finish()
    }
}
