//! Conversations: segments put in order, understood as far as needed, and told when they end.
//!
//! Of most streams only the first bytes are kept, until what they are is known: an encrypted one says all it says at its
//! start. Those that are read to their end (HTTP, SMTP) are kept up to a limit, all of them together up to another.

use std::collections::BTreeMap;

use jiff::Timestamp;
use vauban_intake::{Budget, Problem};
use vauban_model::ObservableKind;

use super::{
    dns::{self, Answer},
    emit::Emit,
    fingerprint::{ja3, ja4_spellings},
    http,
    layers::{End, FIN, RST, SYN, Segment, Transport, u16_at},
    quic::{self, Quic},
    smtp,
    tls::{ClientHello, Step, certificates, client_hello},
};
use crate::digest::certificate_fingerprints;

/// Bytes of one direction that are kept while it is not known what they are.
const SNIFFED: usize = 64 << 10;
/// Bytes of one direction that are kept of streams that are read to their end.
const KEPT: usize = 8 << 20;
/// Bytes of one direction that wait for a gap before them.
const WAITING: usize = 256 << 10;
/// What a piece costs besides its bytes, roughly: a capture of segments of one byte is hostile, and must be bounded, too.
pub(super) const PIECE: usize = 96;

/// A record that clients of TLS 1.3 send for the sake of machines on the path (RFC 8446 appendix D.4), and its length.
const CHANGE_OF_CIPHERS: u8 = 20;
const CHANGE_LENGTH: usize = 6;

/// Two ends and what carries it, the same for both directions.
pub(super) type Key = (End, End, Transport);

pub(super) fn key(segment: &Segment<'_>) -> Key {
    let (a, b) = if segment.from <= segment.to { (segment.from, segment.to) } else { (segment.to, segment.from) };
    (a, b, segment.transport)
}

/// What a stream is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Unknown,
    Http,
    Smtp,
    Dns,
    /// Understood, or not to be: only its length counts.
    Done,
}

/// One direction of a stream.
#[derive(Debug, Default)]
struct Direction {
    /// The sequence number of the next byte, once a segment came.
    next: Option<u32>,
    stream: Vec<u8>,
    waiting: BTreeMap<u32, Vec<u8>>,
    waits: usize,
    bytes: u64,
    done: bool,
    cut: bool,
}

/// A conversation.
#[derive(Debug)]
pub(super) struct Flow {
    /// Who spoke first.
    client: End,
    server: End,
    transport: Transport,
    at: Option<Timestamp>,
    kind: Kind,
    up: Direction,
    down: Direction,
    quic: Option<Box<Quic>>,
    finished: u8,
    hellos: u8,
    pub(super) last: u64,
}

impl Flow {
    pub(super) fn new(segment: &Segment<'_>, at: Option<Timestamp>) -> Self {
        // An answer whose question was not captured: the higher port is the client's.
        let answered = segment.flags & SYN != 0 && segment.flags & 0x10 != 0;
        let swap = answered || (segment.from.port < 1024 && segment.to.port >= 1024);
        let (client, server) = if swap { (segment.to, segment.from) } else { (segment.from, segment.to) };
        Self {
            client,
            server,
            transport: segment.transport,
            at,
            kind: Kind::Unknown,
            up: Direction::default(),
            down: Direction::default(),
            quic: None,
            finished: 0,
            hellos: 0,
            last: 0,
        }
    }

    /// Bytes that it holds.
    pub(super) fn held(&self) -> usize {
        let sides: usize = [&self.up, &self.down].iter().map(|side| side.stream.len() + side.waits).sum();
        sides + self.quic.as_ref().map_or(0, |quic| quic.held())
    }

    /// Whether both sides have said that they are done.
    pub(super) fn is_over(&self) -> bool {
        self.finished == 3
    }

    /// Takes a segment.
    pub(super) fn segment(&mut self, segment: &Segment<'_>, at: Option<Timestamp>, emit: &mut Emit<'_>) {
        let from_client = segment.from == self.client;
        let side = if from_client { &mut self.up } else { &mut self.down };
        side.bytes = side.bytes.saturating_add(segment.payload.len() as u64);
        match self.transport {
            Transport::Tcp => {
                if !side.done {
                    let most = if matches!(self.kind, Kind::Http | Kind::Smtp) { KEPT } else { SNIFFED };
                    side.put_in_order(segment, most);
                }
                if segment.flags & FIN != 0 {
                    self.finished |= if from_client { 1 } else { 2 };
                }
                if segment.flags & RST != 0 {
                    self.finished = 3;
                }
                if !segment.payload.is_empty() {
                    self.understand(emit);
                }
            }
            Transport::Udp => self.datagram(segment, from_client, at, emit),
            Transport::Other(_) => {}
        }
    }

    /// Tells what the streams are as soon as they say it.
    fn understand(&mut self, emit: &mut Emit<'_>) {
        if self.kind == Kind::Unknown {
            let up = &self.up.stream;
            if http::is_request(up) {
                self.kind = Kind::Http;
            } else if smtp::is_smtp(up) {
                self.kind = Kind::Smtp;
            } else if self.server.port == 53 || self.client.port == 53 {
                self.kind = Kind::Dns;
            }
        }
        match self.kind {
            Kind::Unknown => {
                self.client_hello(emit);
                self.certificates(emit);
                if self.up.done && self.down.done {
                    self.kind = Kind::Done;
                }
            }
            // What is asked through a proxy, or after STARTTLS, is encrypted from there.
            Kind::Http | Kind::Smtp => {
                self.nested_hello(emit);
            }
            Kind::Dns | Kind::Done => {}
        }
    }

    fn client_hello(&mut self, emit: &mut Emit<'_>) {
        if self.up.done {
            return;
        }
        if self.hellos > 0 && self.up.stream.first() == Some(&CHANGE_OF_CIPHERS) {
            let length = CHANGE_LENGTH.min(self.up.stream.len());
            self.up.stream.drain(..length);
        }
        match client_hello(&self.up.stream) {
            Step::Found(hello) => {
                self.hello(&hello, 't', emit);
                // A server may ask for another hello: it follows at once, behind a change of ciphers for old machines.
                self.hellos += 1;
                let used = first_record(&self.up.stream);
                self.up.stream.drain(..used);
                if self.hellos > 1 {
                    self.up.finish();
                } else if !self.up.stream.is_empty() {
                    self.client_hello(emit);
                }
            }
            Step::No if self.hellos > 0 => self.up.finish(),
            Step::No => {
                // Proxies like SOCKS are spoken to first.
                if !self.nested_hello(emit) && self.up.stream.len() > 4096 {
                    self.up.finish();
                }
            }
            Step::More if self.up.stream.len() >= SNIFFED => self.up.finish(),
            Step::More => {}
        }
    }

    /// A hello that begins somewhere in the first bytes.
    fn nested_hello(&mut self, emit: &mut Emit<'_>) -> bool {
        let head = self.up.stream.get(..self.up.stream.len().min(4096)).unwrap_or_default();
        let begins = |at: usize| {
            let start = self.up.stream.get(at..)?;
            let [22, 3, 0..=4, _, _, 1] = *start.first_chunk::<6>()? else { return None };
            match client_hello(start) {
                Step::Found(hello) => Some(hello),
                _ => None,
            }
        };
        let found = memchr::memchr_iter(22, head).find_map(begins);
        if let Some(hello) = found {
            self.hello(&hello, 't', emit);
            self.tell_streams(emit, None);
            self.kind = Kind::Unknown;
            self.up.finish();
            // The certificates come behind what the proxy or server said before.
            self.down.skip_to_handshake();
            return true;
        }
        false
    }

    fn certificates(&mut self, emit: &mut Emit<'_>) {
        if self.down.done {
            return;
        }
        self.down.skip_to_handshake();
        match certificates(&self.down.stream) {
            Step::Found(list) => {
                let about = self.about();
                for der in &list {
                    certificate(der, self.at, &about, emit);
                }
                self.down.finish();
            }
            Step::No if self.down.stream.len() > 4096 || self.up.done => self.down.finish(),
            Step::More if self.down.stream.len() >= SNIFFED => self.down.finish(),
            Step::No | Step::More => {}
        }
    }

    fn hello(&self, hello: &ClientHello, over: char, emit: &mut Emit<'_>) {
        let about = self.about();
        if let Some(name) = &hello.server_name {
            emit.domain(name, self.at, &format!("TLS {name}: {about}"));
        }
        emit.observable(ObservableKind::Ja3, &ja3(hello), self.at, &about);
        for spelling in ja4_spellings(hello, over) {
            emit.observable(ObservableKind::Ja4, &spelling, self.at, &about);
        }
    }

    fn datagram(&mut self, segment: &Segment<'_>, from_client: bool, at: Option<Timestamp>, emit: &mut Emit<'_>) {
        let ports = [self.client.port, self.server.port];
        if ports.iter().any(|port| matches!(port, 53 | 5353 | 5355)) {
            if let Some(message) = dns::parse(segment.payload) {
                let about = format!("{} -> {}", shown(segment.from), shown(segment.to));
                tell_dns(&message, at, &about, emit);
            }
        } else if from_client && !self.up.done && quic::is_initial(segment.payload) {
            let hello = self.quic.get_or_insert_default().datagram(segment.payload);
            if let Some(hello) = hello {
                self.hello(&hello, 'q', emit);
                self.up.finish();
                self.quic = None;
            }
        }
    }

    /// What was kept of the streams, read now that no more will come.
    fn tell_streams(&mut self, emit: &mut Emit<'_>, budget: Option<&Budget>) {
        let (up, down) = (&self.up.stream, &self.down.stream);
        let about = self.about();
        let default;
        let budget = match budget {
            Some(budget) => budget,
            None => {
                default = Budget::new(vauban_intake::Limits::default(), vauban_intake::StopFlag::default());
                &default
            }
        };
        match self.kind {
            Kind::Http => http::read(up, down, self.at, &about, budget, emit),
            Kind::Smtp => smtp::read(up, self.at, &about, budget, emit),
            Kind::Dns => {
                for stream in [up, down] {
                    let mut rest = stream.as_slice();
                    while let Some((length, after)) = rest.split_first_chunk::<2>() {
                        let length = usize::from(u16::from_be_bytes(*length));
                        let Some((message, after)) = after.split_at_checked(length) else { break };
                        if let Some(message) = dns::parse(message) {
                            tell_dns(&message, self.at, &about, emit);
                        }
                        rest = after;
                    }
                }
            }
            Kind::Unknown | Kind::Done => {}
        }
    }

    /// The conversation is over, or the capture is: tells everything. The problem, if part of it had to be let go.
    pub(super) fn finish(mut self, budget: &Budget, emit: &mut Emit<'_>) -> Option<Problem> {
        self.tell_streams(emit, Some(budget));
        let about = self.about();
        for end in [self.client, self.server] {
            emit.address(end.address, self.at, &about);
        }
        let read = matches!(self.kind, Kind::Http | Kind::Smtp);
        (read && (self.up.cut || self.down.cut))
            .then(|| Problem::too_large(format!("more than {KEPT} bytes in one stream: {about}")))
    }

    /// Both ends and how much went each way.
    fn about(&self) -> String {
        let over = match self.transport {
            Transport::Tcp => "TCP".to_owned(),
            Transport::Udp => "UDP".to_owned(),
            Transport::Other(1) => "ICMP".to_owned(),
            Transport::Other(58) => "ICMPv6".to_owned(),
            Transport::Other(number) => format!("IP protocol {number}"),
        };
        format!(
            "{} -> {} {over}, {} bytes up, {} bytes down",
            shown(self.client),
            shown(self.server),
            self.up.bytes,
            self.down.bytes
        )
    }
}

impl Direction {
    /// Adds a segment where it belongs.
    fn put_in_order(&mut self, segment: &Segment<'_>, most: usize) {
        let sequence = if segment.flags & SYN != 0 { segment.sequence.wrapping_add(1) } else { segment.sequence };
        let next = *self.next.get_or_insert(sequence);
        if segment.payload.is_empty() {
            return;
        }
        let ahead = sequence.wrapping_sub(next);
        if ahead == 0 || ahead > 1 << 31 {
            // In order, or a repetition whose end may be new.
            let old = next.wrapping_sub(sequence) as usize;
            if let Some(new) = segment.payload.get(old..) {
                self.append(new, most);
                self.join(most);
            }
        } else if self.waits + segment.payload.len() + PIECE <= WAITING {
            self.waits += segment.payload.len() + PIECE;
            if let Some(old) = self.waiting.insert(sequence, segment.payload.to_vec()) {
                self.waits -= old.len() + PIECE;
            }
        } else {
            // The gap will not close: what waits is what there is.
            self.cut = true;
            if let Some((first, _)) = self.waiting.first_key_value() {
                self.next = Some(*first);
                self.join(most);
            }
        }
    }

    fn append(&mut self, bytes: &[u8], most: usize) {
        let length = u32::try_from(bytes.len()).unwrap_or(0);
        self.next = self.next.map(|next| next.wrapping_add(length));
        let room = most.saturating_sub(self.stream.len());
        self.cut |= bytes.len() > room;
        self.stream.extend_from_slice(bytes.get(..bytes.len().min(room)).unwrap_or_default());
    }

    /// Appends what waited for this moment.
    fn join(&mut self, most: usize) {
        while let Some(next) = self.next {
            let Some((sequence, bytes)) = self.waiting.pop_first() else { break };
            let old = next.wrapping_sub(sequence) as usize;
            if old > 1 << 31 {
                self.waiting.insert(sequence, bytes);
                break;
            }
            self.waits -= bytes.len() + PIECE;
            if let Some(new) = bytes.get(old..) {
                self.append(new, most);
            }
        }
    }

    /// From here on only its length counts.
    fn finish(&mut self) {
        self.done = true;
        self.stream = Vec::new();
        self.waiting = BTreeMap::new();
        self.waits = 0;
    }

    /// Drops what stands before the first handshake record.
    fn skip_to_handshake(&mut self) {
        if self.stream.first() == Some(&22) {
            return;
        }
        let begins = |at: &usize| {
            matches!(self.stream.get(*at..).and_then(|rest| rest.first_chunk::<6>()), Some([22, 3, 0..=4, _, _, 2]))
        };
        if let Some(at) = memchr::memchr_iter(22, &self.stream).find(begins) {
            self.stream.drain(..at);
        }
    }
}

/// How many bytes the first handshake record takes: a hello that spans several ends the look at its stream anyway.
fn first_record(stream: &[u8]) -> usize {
    u16_at(stream, 3).map_or(stream.len(), |length| (5 + usize::from(length)).min(stream.len()))
}

fn shown(end: End) -> String {
    match end.address {
        _ if end.port == 0 => end.address.to_string(),
        std::net::IpAddr::V6(address) => format!("[{address}]:{}", end.port),
        std::net::IpAddr::V4(address) => format!("{address}:{}", end.port),
    }
}

fn tell_dns(message: &dns::Message, at: Option<Timestamp>, about: &str, emit: &mut Emit<'_>) {
    for name in &message.questions {
        emit.domain(name, at, &format!("DNS {name}: {about}"));
    }
    for (name, answer) in &message.answers {
        emit.domain(name, at, &format!("DNS {name}: {about}"));
        match answer {
            Answer::Address(address) => emit.address(*address, at, &format!("DNS {name} is {address}: {about}")),
            Answer::Name(other) => emit.domain(other, at, &format!("DNS {name} leads to {other}: {about}")),
            Answer::Text(text) => emit.text(text, at),
        }
    }
}

/// The names and fingerprints of a certificate.
fn certificate(der: &[u8], at: Option<Timestamp>, about: &str, emit: &mut Emit<'_>) {
    use x509_parser::{extensions::GeneralName, prelude::FromDer as _};
    for digest in certificate_fingerprints(der) {
        emit.observable(ObservableKind::CertificateFingerprint, &digest, at, about);
    }
    let Ok((_, parsed)) = x509_parser::certificate::X509Certificate::from_der(der) else { return };
    for name in parsed.subject().iter_common_name().filter_map(|name| name.as_str().ok()) {
        emit.text(name.as_bytes(), at);
    }
    let Ok(Some(names)) = parsed.subject_alternative_name() else { return };
    for name in names.value.general_names.iter().take(256) {
        match name {
            GeneralName::DNSName(name) => emit.domain(name.trim_start_matches("*."), at, about),
            GeneralName::RFC822Name(name) => emit.observable(ObservableKind::EmailAddr, name, at, about),
            GeneralName::URI(name) => emit.observable(ObservableKind::Url, name, at, about),
            GeneralName::IPAddress(bytes) => {
                let four = bytes.first_chunk::<4>().filter(|_| bytes.len() == 4).map(|bytes| (*bytes).into());
                let sixteen = bytes.first_chunk::<16>().map(|bytes| (*bytes).into());
                if let Some(address) = four.or(sixteen) {
                    emit.address(address, at, about);
                }
            }
            _ => {}
        }
    }
}
