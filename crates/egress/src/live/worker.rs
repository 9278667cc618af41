//! The thread that speaks with the kernel: what waits at the same time becomes one transaction.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    thread,
    time::{Duration, Instant},
};

use ipnet::IpNet;
use rustix::io::Errno;
use tokio::sync::{mpsc, oneshot};

use super::{
    Blocked, OpenError,
    blocked::{Until, intervals, is_one, is_protected},
    mirror::{Mirror, lifetime},
};
use crate::{
    netlink::{Batch, Element, Failed, Socket, is_empty},
    plan::{BLOCKED, NETWORKS, Pairs},
};

/// So many calls become one transaction at the most.
const TOGETHER: usize = 256;
/// So many elements are in one transaction when many are loaded: other transactions come in between.
const CHUNK: usize = 6_000;
/// Longer than a packet takes through our rules: one that was looked at while its pair was cut cannot bring it back.
const IN_FLIGHT: Duration = Duration::from_millis(5);

type Answer<T> = oneshot::Sender<Result<T, OpenError>>;
type PairOf = (IpAddr, IpAddr);

/// A change that is small.
#[derive(Debug)]
pub(super) enum Asked {
    Open(Vec<PairOf>, Duration),
    Cut(Vec<PairOf>),
    Unblock(Vec<IpNet>),
}

/// What somebody waits for.
#[derive(Debug)]
pub(super) enum Request {
    Change { asked: Asked, answer: Answer<()> },
    Block { what: Vec<Blocked>, is_all: bool, answer: Answer<Vec<IpNet>> },
}

/// Works until nobody is left who could ask.
pub(super) fn work(socket: Socket, mut waiting: mpsc::Receiver<Request>, protected: &[IpNet]) {
    let mut worker = Worker {
        socket,
        mirror: Mirror::default(),
        generation: None,
        blocked: [None, None],
        networks: BTreeMap::new(),
    };
    while let Some(first) = waiting.blocking_recv() {
        let mut requests = vec![first];
        while requests.len() < TOGETHER
            && let Ok(next) = waiting.try_recv()
        {
            requests.push(next);
        }
        worker.serve(requests, protected);
    }
}

struct Worker {
    socket: Socket,
    mirror: Mirror,
    /// The generation of the rules after our own last transaction.
    generation: Option<u32>,
    /// Which of the two sets holds: of addresses, and of networks.
    blocked: [Option<usize>; 2],
    /// The networks that are blocked.
    networks: BTreeMap<IpNet, Until>,
}

impl Worker {
    fn serve(&mut self, requests: Vec<Request>, protected: &[IpNet]) {
        self.look_for_others();
        let mut opens = Vec::new();
        for request in requests {
            match request {
                Request::Change { asked: Asked::Open(pairs, ttl), answer } => opens.push((pairs, ttl, answer)),
                // In the order in which they were asked for: what is cut after it was opened is cut.
                Request::Change { asked, answer } => {
                    self.open_all(std::mem::take(&mut opens));
                    let done = match asked {
                        Asked::Cut(pairs) => self.cut(&pairs),
                        Asked::Unblock(what) => self.unblock(&what),
                        Asked::Open(..) => Ok(()),
                    };
                    // Whoever asked may have gone.
                    let _ = answer.send(done.map_err(OpenError::from));
                }
                Request::Block { what, is_all, answer } => {
                    self.open_all(std::mem::take(&mut opens));
                    let _ = answer.send(self.block(what, is_all, protected).map_err(OpenError::from));
                }
            }
        }
        self.open_all(opens);
    }

    /// When anybody else changed the kernel's rules, ours may be gone or new: nothing is known to be open any more.
    fn look_for_others(&mut self) {
        let generation = self.socket.generation().ok();
        if generation.is_none() || generation != self.generation {
            self.mirror.forget_all();
        }
        self.generation = generation;
    }

    fn commit(&mut self, batch: Batch) -> Result<(), Failed> {
        self.socket.commit(batch)?;
        self.generation = self.generation.map(|generation| generation.wrapping_add(1));
        Ok(())
    }

    fn open_all(&mut self, opens: Vec<(Vec<PairOf>, Duration, Answer<()>)>) {
        if opens.is_empty() {
            return;
        }
        let together: Vec<(PairOf, Duration)> =
            opens.iter().flat_map(|(pairs, ttl, _)| pairs.iter().map(|pair| (*pair, lifetime(*ttl)))).collect();
        let is_done = self.open(together).is_ok();
        for (pairs, ttl, answer) in opens {
            // One that the kernel refuses must not cost the others theirs.
            let done =
                if is_done { Ok(()) } else { self.open(pairs.iter().map(|pair| (*pair, lifetime(ttl))).collect()) };
            let _ = answer.send(done.map_err(OpenError::from));
        }
    }

    fn open(&mut self, mut pairs: Vec<(PairOf, Duration)>) -> Result<(), Failed> {
        let now = Instant::now();
        // Each pair once, for the longest time that is asked.
        pairs.sort_unstable_by_key(|(pair, lifetime)| (*pair, std::cmp::Reverse(*lifetime)));
        pairs.dedup_by_key(|(pair, _)| *pair);
        pairs.retain(|(pair, lifetime)| !self.mirror.is_open(pair, *lifetime, now));
        let mut batch = self.socket.batch();
        for is_v4 in [true, false] {
            let own = pairs.iter().filter(|((device, _), _)| device.is_ipv4() == is_v4);
            let elements: Vec<Element> =
                own.clone().map(|((device, to), lifetime)| Element::pair(*device, *to, Some(*lifetime))).collect();
            if let Some(((device, _), _)) = own.clone().next() {
                batch.renew(&Pairs::Open.name_for(*device), &elements);
            }
        }
        if pairs.is_empty() {
            return Ok(());
        }
        self.commit(batch)?;
        for (pair, lifetime) in pairs {
            self.mirror.opened(pair, lifetime, now);
        }
        Ok(())
    }

    fn cut(&mut self, pairs: &[PairOf]) -> Result<(), Failed> {
        let round = |worker: &mut Self, which: &[Pairs]| {
            for (device, to) in pairs {
                for set in which {
                    worker.take_out(&set.name_for(*device), Element::pair(*device, *to, None))?;
                }
            }
            Ok(())
        };
        pairs.iter().for_each(|pair| self.mirror.forget(pair));
        round(self, &[Pairs::Open, Pairs::Live])?;
        thread::sleep(IN_FLIGHT);
        round(self, &[Pairs::Live])
    }

    /// Takes one element out of a set that may not have it.
    fn take_out(&mut self, set: &str, element: Element) -> Result<(), Failed> {
        let mut batch = self.socket.batch();
        batch.delete(set, &[element]);
        match self.commit(batch) {
            // It is not in the set, or there is no such set.
            Err(Failed(Errno::NOENT)) => is_empty(set).map(|_| ()),
            done => done,
        }
    }

    fn block(&mut self, what: Vec<Blocked>, is_all: bool, protected: &[IpNet]) -> Result<Vec<IpNet>, Failed> {
        let now = Instant::now();
        let (left_out, mut what): (Vec<_>, Vec<_>) =
            what.into_iter().partition(|blocked| is_protected(&blocked.network, protected));
        // Each once, for the longest time that is given.
        what.sort_unstable_by_key(|blocked| {
            (blocked.network, std::cmp::Reverse((blocked.lifetime.is_none(), blocked.lifetime)))
        });
        what.dedup_by_key(|blocked| blocked.network);
        let mut has_networks = is_all;
        if is_all {
            self.networks.clear();
        }
        for blocked in what.iter().filter(|blocked| !is_one(&blocked.network)) {
            has_networks = true;
            self.networks.insert(blocked.network.trunc(), blocked.lifetime.map(|lifetime| now + lifetime));
        }
        self.addresses(&what, is_all)?;
        if has_networks {
            self.fill_networks(now)?;
        }
        Ok(left_out.into_iter().map(|blocked| blocked.network).collect())
    }

    fn addresses(&mut self, what: &[Blocked], is_all: bool) -> Result<(), Failed> {
        let current = self.current(0, BLOCKED)?;
        let into = if is_all { 1 - current } else { current };
        if is_all {
            self.flush(BLOCKED, into)?;
        }
        for is_v4 in [true, false] {
            let elements: Vec<Element> = what
                .iter()
                .filter(|blocked| is_one(&blocked.network) && blocked.network.addr().is_ipv4() == is_v4)
                .map(|blocked| Element::address(blocked.network.addr(), blocked.lifetime))
                .collect();
            for some in elements.chunks(CHUNK) {
                let mut batch = self.socket.batch();
                let set = set(BLOCKED, into, is_v4);
                if is_all {
                    batch.add(&set, some)
                } else {
                    batch.renew(&set, some)
                }
                self.commit(batch)?;
            }
        }
        if is_all {
            self.flush(BLOCKED, current)?;
            self.blocked[0] = Some(into);
        }
        Ok(())
    }

    /// Intervals may not overlap, so all of them are made anew in the other set, and then this one is emptied.
    fn fill_networks(&mut self, now: Instant) -> Result<(), Failed> {
        let current = self.current(1, NETWORKS)?;
        let into = 1 - current;
        self.flush(NETWORKS, into)?;
        self.networks.retain(|_, until| until.is_none_or(|until| until > now));
        for is_v4 in [true, false] {
            let intervals = intervals(&self.networks, is_v4, now);
            for some in intervals.chunks(CHUNK / 2) {
                let elements: Vec<Element> = some.iter().flatten().flatten().copied().collect();
                let mut batch = self.socket.batch();
                batch.add(&set(NETWORKS, into, is_v4), &elements);
                self.commit(batch)?;
            }
        }
        self.flush(NETWORKS, current)?;
        self.blocked[1] = Some(into);
        Ok(())
    }

    fn unblock(&mut self, what: &[IpNet]) -> Result<(), Failed> {
        let mut has_networks = false;
        for network in what {
            if is_one(network) {
                for slot in 0..BLOCKED.len() {
                    let name = set(BLOCKED, slot, network.addr().is_ipv4());
                    self.take_out(&name, Element::address(network.addr(), None))?;
                }
            } else {
                has_networks |= self.networks.remove(&network.trunc()).is_some();
            }
        }
        if has_networks { self.fill_networks(Instant::now()) } else { Ok(()) }
    }

    /// Which of two sets holds: the one that a guard before us filled, when there was one.
    fn current(&mut self, which: usize, stems: [&str; 2]) -> Result<usize, Failed> {
        if let Some(Some(known)) = self.blocked.get(which) {
            return Ok(*known);
        }
        let has_second = !is_empty(&set(stems, 1, true))? || !is_empty(&set(stems, 1, false))?;
        let current = usize::from(has_second);
        if let Some(place) = self.blocked.get_mut(which) {
            *place = Some(current);
        }
        Ok(current)
    }

    fn flush(&mut self, stems: [&str; 2], slot: usize) -> Result<(), Failed> {
        let mut batch = self.socket.batch();
        batch.flush(&set(stems, slot, true));
        batch.flush(&set(stems, slot, false));
        self.commit(batch)
    }
}

fn set(stems: [&str; 2], slot: usize, is_v4: bool) -> String {
    let stem = stems.get(slot).copied().unwrap_or_default();
    format!("{stem}{}", if is_v4 { '4' } else { '6' })
}
