//! Datagrams: a thread for each socket that answers from memory in microseconds, and hands on what has to wait.

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, SocketAddr, UdpSocket},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use jiff::civil::Date;
use tokio::runtime::Handle;
use vauban_policy::{Place, day};
use vauban_protocol::dns::{Ede, Query, Refused, Reply, rcode};
use vauban_resolver::{Hit, Key};

use super::{
    engine::{Asker, Engine, First, question_of},
    plan::{Judged, Plan},
};

/// How often a thread looks whether it is told to stop.
const LOOK: Duration = Duration::from_millis(200);
/// Askers and judgements that a thread keeps in mind.
const MOST_ASKERS: usize = 4096;
const MOST_JUDGED: usize = 16_384;
/// The largest query that makes sense: one name, one type, and options.
const LARGEST: usize = 4096;
/// What the system holds of datagrams that nobody took yet.
const HELD: usize = 1 << 20;

/// A socket on this address; several threads may have one each.
pub(super) fn bind(address: SocketAddr) -> io::Result<UdpSocket> {
    use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, socket_with, sockopt};
    let family = if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let socket = socket_with(family, SocketType::DGRAM, SocketFlags::CLOEXEC, None)?;
    sockopt::set_socket_reuseport(&socket, true)?;
    let _ = sockopt::set_socket_recv_buffer_size(&socket, HELD);
    let _ = sockopt::set_socket_send_buffer_size(&socket, HELD);
    bind(&socket, &address)?;
    let socket = UdpSocket::from(socket);
    socket.set_read_timeout(Some(LOOK))?;
    Ok(socket)
}

/// What one thread keeps in mind.
struct Desk {
    plan: Arc<Plan>,
    generation: u64,
    day: Date,
    askers: HashMap<IpAddr, Option<Asker>>,
    /// Answers that were judged for a place. Each is held, so that no other can come to lie where it lay.
    judged: HashMap<(usize, Place), (Hit, bool)>,
    out: Vec<u8>,
    answered: u64,
}

impl Desk {
    fn new(engine: &Engine) -> Self {
        let generation = engine.generation();
        Self {
            plan: engine.plan(),
            generation,
            day: day((engine.now)()),
            askers: HashMap::new(),
            judged: HashMap::new(),
            out: Vec::with_capacity(LARGEST),
            answered: 0,
        }
    }

    /// Forgets what another plan or another day decided.
    fn refresh(&mut self, engine: &Engine) {
        let (generation, day) = (engine.generation(), day((engine.now)()));
        if generation != self.generation || day != self.day {
            self.plan = engine.plan();
            (self.generation, self.day) = (generation, day);
            self.askers.clear();
            self.judged.clear();
        }
    }

    fn asker(&mut self, engine: &Engine, address: IpAddr) -> Option<Asker> {
        if let Some(asker) = self.askers.get(&address) {
            return asker.clone();
        }
        if self.askers.len() >= MOST_ASKERS {
            self.askers.clear();
        }
        let asker = engine.asker_at(address);
        self.askers.insert(address, asker.clone());
        asker
    }
}

/// Serves a socket until told to stop.
pub(super) fn serve(engine: &Arc<Engine>, socket: &Arc<UdpSocket>, runtime: &Handle, stop: &AtomicBool) {
    let mut desk = Desk::new(engine);
    let mut packet = [0; LARGEST];
    let mut counted = 0;
    while !stop.load(Ordering::Relaxed) {
        let (length, peer) = match socket.recv_from(&mut packet) {
            Ok(received) => received,
            Err(error) => {
                count(engine, &desk, &mut counted);
                // A refusal of an earlier answer's port is reported here, too; only a broken socket is worth a pause.
                if !matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) {
                    std::thread::sleep(Duration::from_millis(1));
                }
                continue;
            }
        };
        desk.refresh(engine);
        if desk.answered - counted >= 1000 {
            count(engine, &desk, &mut counted);
        }
        // Nothing asks from port 0, and an answer to it goes nowhere.
        if length == LARGEST || peer.port() == 0 {
            continue;
        }
        take(engine, socket, runtime, &mut desk, &packet[..length], peer);
    }
}

fn count(engine: &Engine, desk: &Desk, counted: &mut u64) {
    if desk.answered > *counted {
        engine.metrics.add("vauban_dns_answers_total", "memory", (desk.answered - *counted) as f64);
        *counted = desk.answered;
    }
}

/// Takes one packet.
fn take(
    engine: &Arc<Engine>,
    socket: &Arc<UdpSocket>,
    runtime: &Handle,
    desk: &mut Desk,
    packet: &[u8],
    peer: SocketAddr,
) {
    let address = peer.ip().to_canonical();
    let asker = desk.asker(engine, address);
    let query = match Query::read(packet) {
        Ok(query) => query,
        Err(Refused::Silently) => return,
        Err(Refused::With(code)) => {
            // A stranger is told nothing but that, and no more bytes than it sent.
            Reply::refuse(packet, code, &mut desk.out);
            send(socket, &desk.out, peer);
            return;
        }
    };
    let Some(asker) = asker else {
        engine.metrics.add("vauban_dns_refused_total", "strangers", 1.0);
        Reply::new(&query, rcode::REFUSED, &mut desk.out).finish(&query, Some((Ede::PROHIBITED, "")), 512, false);
        send(socket, &desk.out, peer);
        return;
    };
    match at_once(engine, runtime, desk, &query, &asker) {
        First::Answered => {
            desk.answered += 1;
            send(socket, &desk.out, peer);
        }
        First::Later => {
            let (engine, socket) = (Arc::clone(engine), Arc::clone(socket));
            let packet = packet.to_vec();
            runtime.spawn(async move {
                let Ok(query) = Query::read(&packet) else { return };
                let mut out = Vec::with_capacity(512);
                engine.ask(&query, &asker, &mut out).await;
                send(&socket, &out, peer);
                engine.metrics.add("vauban_dns_answers_total", "above", 1.0);
            });
        }
    }
}

/// Answers from memory, if that can be done.
fn at_once(engine: &Arc<Engine>, runtime: &Handle, desk: &mut Desk, query: &Query<'_>, asker: &Asker) -> First {
    let key = Key::new(query.name.wire(), query.kind, 1, query.dnssec_ok(), query.checking_disabled());
    let plan = Arc::clone(&desk.plan);
    let Some(hit) = engine.cache.get(key, Instant::now(), &mut desk.out) else {
        return engine.first(query, asker, &plan, &mut desk.out);
    };
    let place = (hit.lies_at(), asker.place);
    let before = desk.judged.get(&place).map(|(_, passes)| *passes);
    if before != Some(true) {
        if before.is_none() {
            engine.note_secret(query, asker, &plan);
        }
        let judged = engine.judge(query, asker, &plan, hit.chain(), hit.addresses());
        let passes = judged == Judged::Passes;
        if before.is_none() {
            if desk.judged.len() >= MOST_JUDGED {
                desk.judged.clear();
            }
            desk.judged.insert(place, (hit.clone(), passes));
        }
        if !passes {
            engine.keep_out(query, asker, &plan, &judged, &mut desk.out);
            return First::Answered;
        }
    }
    // The kernel has to have it before it is told, and that takes a while.
    if plan.is_named(asker.place) && engine.network.is_some() && !hit.addresses().is_empty() {
        return First::Later;
    }
    engine.log.passed(&plan, asker, query, (engine.now)());
    if hit.should_prefetch
        && let Some(question) = question_of(query)
    {
        let engine = Arc::clone(engine);
        runtime.spawn(async move { engine.resolver.refresh(&question).await });
    }
    let why = hit.error.map(|error| (Ede(error.code), error.text));
    engine.write(query, asker, &plan, why, &mut desk.out);
    First::Answered
}

/// Sends, or does not: whoever asked asks again.
fn send(socket: &UdpSocket, out: &[u8], peer: SocketAddr) {
    if !out.is_empty() {
        let _ = socket.send_to(out, peer);
    }
}
