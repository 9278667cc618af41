//! One server: a question in, a message that answers it out.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use hickory_net::{
    NetError,
    xfer::{DnsHandle, FirstAnswer},
};
use hickory_proto::{
    op::{DnsRequest, DnsRequestOptions, Query},
    rr::{Name as HickoryName, RecordType},
};
use hickory_resolver::PoolContext;
use tokio::time::timeout;

use super::{Protocol, Upstream, connection::Line, health::Health};
use crate::{
    ExtendedError,
    wire::{IN, Message, Name, flag, kind, rcode},
};

/// Answers over UDP are not longer than what every network carries whole (RFC 9715).
const PAYLOAD: u16 = 1232;

/// A connection over which nothing came for so long is not used again.
const SUSPICIOUS: Duration = Duration::from_millis(1500);

/// Why a server did not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    Timeout,
    Network,
    /// It answered something else.
    Invalid,
    /// It said that it will not, or cannot; and what it said beside that (RFC 8914).
    Code(u8, Option<u16>),
}

impl Failure {
    /// What an asker is told.
    pub(super) fn error(self) -> ExtendedError {
        match self {
            Self::Timeout => ExtendedError::UNREACHABLE,
            Self::Network => ExtendedError::NETWORK,
            Self::Invalid => ExtendedError::INVALID,
            Self::Code(_, Some(code)) => ExtendedError { code, text: "said by the upstream server" },
            Self::Code(_, None) => ExtendedError::FAILED,
        }
    }

    /// Whether it says something of the server, and not only of the name.
    fn is_its_own(self) -> bool {
        !matches!(self, Self::Code(rcode::SERVFAIL, _))
    }
}

/// A server and what is open to it.
pub(super) struct Server {
    pub(super) upstream: Upstream,
    pub(super) health: Health,
    line: Line,
    /// TCP to a server that is asked over UDP.
    large: Option<Line>,
    validates: bool,
}

impl Server {
    pub(super) fn new(place: usize, upstream: Upstream, context: &Arc<PoolContext>, validates: bool) -> Self {
        let is_udp = upstream.protocol == Protocol::Udp;
        let tcp = Upstream { address: upstream.address, protocol: Protocol::Tcp };
        Self {
            health: Health::new(place),
            line: Line::new(upstream.clone(), Arc::clone(context)),
            large: is_udp.then(|| Line::new(tcp, Arc::clone(context))),
            upstream,
            validates,
        }
    }

    /// Asks, within a time, and keeps in mind how that went, also when whoever asked does not wait any more.
    pub(super) async fn ask(&self, name: &Name, kind: u16, within: Duration) -> Result<Message, Failure> {
        let mut attempt = Attempt { server: self, start: Instant::now(), is_over: false };
        let result = timeout(within, self.exchange(name, kind)).await.unwrap_or(Err(Failure::Timeout));
        attempt.is_over = true;
        match &result {
            Ok(_) => self.health.answered(attempt.start.elapsed()),
            Err(failure) if failure.is_its_own() => self.health.failed(Instant::now()),
            Err(_) => {}
        }
        result
    }

    async fn exchange(&self, name: &Name, kind: u16) -> Result<Message, Failure> {
        let Some(large) = &self.large else { return self.over(&self.line, name, kind, false).await };
        match self.over(&self.line, name, kind, true).await {
            Ok(message) if message.flags & flag::TRUNCATED == 0 => Ok(message),
            // Truncated; or its letters came back other than they were sent, which is a forgery or a server that
            // does not keep them: TCP tells.
            Ok(_) | Err(Failure::Invalid) => self.over(large, name, kind, false).await,
            Err(failure) => Err(failure),
        }
    }

    async fn over(&self, line: &Line, name: &Name, kind: u16, is_udp: bool) -> Result<Message, Failure> {
        loop {
            let (number, connection, was_open) = line.open().await.map_err(|error| failure(&error))?;
            let answer = connection.send(self.request(name, kind, is_udp)).first_answer().await;
            match answer {
                Ok(response) => return check(response.as_buffer(), name, kind),
                Err(error) => {
                    line.close(number).await;
                    let failure = failure(&error);
                    // A connection that was open may have been closed by the other side meanwhile.
                    if !was_open || failure != Failure::Network || is_udp {
                        return Err(failure);
                    }
                }
            }
        }
    }

    fn request(&self, name: &Name, kind: u16, is_udp: bool) -> DnsRequest {
        let labels = HickoryName::from_labels(name.labels()).unwrap_or_else(|_| HickoryName::root());
        let mut asked = labels;
        asked.set_fqdn(true);
        let mut options = DnsRequestOptions::default();
        options.edns_payload_len = PAYLOAD;
        options.edns_set_dnssec_ok = self.validates;
        options.case_randomization = is_udp;
        let mut request = DnsRequest::from_query(Query::query(asked, RecordType::from(kind)), options);
        // What is bogus is wanted as it is: an upstream's own verdict on it cannot be told from any other failure.
        request.metadata.checking_disabled = self.validates;
        request
    }
}

/// Whether the bytes answer the question, and are no failure.
fn check(bytes: &[u8], name: &Name, kind: u16) -> Result<Message, Failure> {
    let message = Message::parse(bytes).map_err(|_| Failure::Invalid)?;
    let is_answer = message.flags & flag::RESPONSE != 0
        && message.flags & flag::OPCODE == 0
        && message.question.as_ref().is_some_and(|(asked, of, class)| asked == name && *of == kind && *class == IN);
    let is_answer = is_answer || message.question.is_none() && is_refusal(&message);
    if !is_answer {
        return Err(Failure::Invalid);
    }
    // Higher bits of the response code are in the OPT record.
    let high = message.additionals.iter().find(|record| record.kind == kind::OPT).map_or(0, |opt| opt.ttl >> 24);
    match message.rcode() {
        _ if high != 0 => Err(Failure::Code(rcode::SERVFAIL, None)),
        rcode::NOERROR | rcode::NXDOMAIN | rcode::YXDOMAIN => Ok(message),
        code => Err(Failure::Code(code, said(&message))),
    }
}

/// Servers that do not understand a question may leave it out of their refusal.
fn is_refusal(message: &Message) -> bool {
    message.flags & flag::RESPONSE != 0 && !matches!(message.rcode(), rcode::NOERROR | rcode::NXDOMAIN)
}

/// The extended error that a server said.
fn said(message: &Message) -> Option<u16> {
    const EXTENDED_ERROR: [u8; 2] = [0, 15];
    let mut options = &*message.additionals.iter().find(|record| record.kind == kind::OPT)?.data;
    while let Some(([c0, c1, l0, l1], rest)) = options.split_first_chunk() {
        let (value, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes([*l0, *l1])))?;
        if [*c0, *c1] == EXTENDED_ERROR {
            return value.first_chunk().map(|code| u16::from_be_bytes(*code));
        }
        options = rest;
    }
    None
}

fn failure(error: &NetError) -> Failure {
    match error {
        NetError::Timeout => Failure::Timeout,
        NetError::QueryCaseMismatch | NetError::Proto(_) => Failure::Invalid,
        _ => Failure::Network,
    }
}

/// Tells the health of a server that nobody waited for its answer.
struct Attempt<'a> {
    server: &'a Server,
    start: Instant,
    is_over: bool,
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        let waited = self.start.elapsed();
        if !self.is_over {
            self.server.health.was_slower(waited, Instant::now());
        }
        if waited > SUSPICIOUS {
            self.server.line.doubt();
        }
    }
}
