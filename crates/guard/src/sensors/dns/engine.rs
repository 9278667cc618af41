//! One question, from its packet to its answer, whoever asked it over whatever.

use std::{
    net::IpAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use jiff::Timestamp;
use tokio::sync::Semaphore;
use vauban_policy::{Place, Subject};
use vauban_protocol::dns::{Ede, How, Query, Refused, Reply, kind, rcode};
use vauban_resolver::{Address, Cache, Name, Question, Resolver, WithoutEch, without_ech};

use super::{
    devices::{Devices, Mark},
    local::{self, local},
    log::Log,
    network::Network,
    page::Page,
    plan::{Judged, Plan},
    strange::{Asked, Lately},
};
use crate::Metrics;

/// How long a block may be remembered by who is blocked, in seconds: an exception is to count soon.
const BLOCKED: u32 = 10;
/// The most bytes of a datagram, whatever its asker says it takes (DNS flag day 2020).
const DATAGRAM: usize = 1232;
/// The most bytes over a stream.
const STREAM: usize = 65_535;

/// Who asks.
#[derive(Debug, Clone)]
pub(super) struct Asker {
    /// Where it belongs.
    pub(super) place: Place,
    /// Its address.
    pub(super) address: IpAddr,
    /// What it is known by besides its address, where it came with that.
    pub(super) mark: Option<Mark>,
    pub(super) is_stream: bool,
    pub(super) is_encrypted: bool,
}

impl Asker {
    /// Somebody at an address, nowhere.
    #[cfg(test)]
    pub(super) fn at(address: IpAddr) -> Self {
        Self { place: Place::default(), address, mark: None, is_stream: false, is_encrypted: false }
    }

    /// The same over a stream.
    pub(super) fn over_stream(mut self, is_encrypted: bool) -> Self {
        (self.is_stream, self.is_encrypted) = (true, is_encrypted);
        self
    }

    /// The room for an answer.
    fn room(&self, query: &Query<'_>) -> usize {
        if self.is_stream {
            return STREAM;
        }
        query.edns.map_or(512, |edns| usize::from(edns.size).min(DATAGRAM))
    }
}

/// What answers.
pub struct Engine {
    plan: Mutex<Arc<Plan>>,
    generation: AtomicU64,
    pub(super) resolver: Resolver,
    pub(super) cache: Arc<Cache>,
    pub(super) devices: Devices,
    pub(super) log: Log,
    pub(super) network: Option<Arc<Network>>,
    pub(super) page: Page,
    pub(super) metrics: Metrics,
    pub(super) waiting: Arc<Semaphore>,
    lately: Lately,
    pub(super) now: fn() -> Timestamp,
}

/// What becomes of a question when it is looked at first.
pub(super) enum First {
    /// The answer is written.
    Answered,
    /// Somebody above, or the kernel, has to be asked.
    Later,
}

impl Engine {
    pub(super) fn new(plan: Plan, means: Means) -> Self {
        let Means { resolver, cache, devices, log, network, page, metrics, now } = means;
        Self {
            waiting: Arc::new(Semaphore::new(plan.table.waiting)),
            plan: Mutex::new(Arc::new(plan)),
            generation: AtomicU64::new(0),
            resolver,
            cache,
            devices,
            log,
            lately: Lately::default(),
            network,
            page,
            metrics,
            now,
        }
    }

    /// From now on names are judged by this plan.
    pub(super) fn replace(&self, plan: Plan) {
        *self.plan.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(plan);
        self.generation.fetch_add(1, Ordering::Release);
    }

    /// What names are judged by now.
    pub(super) fn plan(&self) -> Arc<Plan> {
        Arc::clone(&self.plan.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How often the plan was replaced, or devices changed.
    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// What was decided for askers is looked at again.
    pub(super) fn forget_askers(&self) {
        self.generation.fetch_add(1, Ordering::Release);
    }

    /// Where somebody belongs by this plan; none for a stranger, and for a mark that nobody has.
    fn place_of(&self, mark: Option<&Mark>, address: IpAddr, plan: &Plan) -> Option<Place> {
        let device = match mark {
            Some(mark) => Some(self.devices.device_of(mark, &plan.rules)?),
            None => None,
        };
        let is_known = device.is_some() || plan.rules.knows(address) || super::plan::is_inside(address);
        let subject = Subject { device: device.as_deref(), person: None, address: Some(address) };
        is_known.then(|| plan.rules.place(subject))
    }

    /// The same asker by this plan: places are numbers, and each plan has its own. None for one who is nobody any more.
    pub(super) fn again(&self, asker: &Asker, plan: &Plan) -> Option<Asker> {
        let place = self.place_of(asker.mark.as_ref(), asker.address, plan)?;
        Some(Asker { place, ..asker.clone() })
    }

    /// Who asks from an address; none for a stranger: whoever comes from outside has to come with its mark.
    pub(super) fn asker_at(&self, address: IpAddr) -> Option<Asker> {
        let place = self.place_of(None, address, &self.plan())?;
        Some(Asker { place, address, mark: None, is_stream: false, is_encrypted: false })
    }

    /// Who asks with a mark; none for one that nobody has (any more).
    pub(super) fn asker_with(&self, mark: Mark, address: IpAddr) -> Option<Asker> {
        let place = self.place_of(Some(&mark), address, &self.plan())?;
        Some(Asker { place, address, mark: Some(mark), is_stream: true, is_encrypted: true })
    }

    /// Who asks over TLS: under a name of its own, else with a certificate, else from an address.
    pub(super) fn asker_over_tls(
        &self,
        name: Option<&str>,
        certificate: Option<Mark>,
        address: IpAddr,
    ) -> Option<Asker> {
        let plan = self.plan();
        let own = plan.table.name.as_str();
        match name.map(str::to_ascii_lowercase).as_deref().and_then(|name| name.strip_suffix(own)) {
            Some(token) if !own.is_empty() && token.len() > 1 => {
                self.asker_with(Mark::Token(token.strip_suffix('.')?.into()), address)
            }
            // A certificate that nobody here has says nothing: browsers show what they have.
            _ => certificate
                .and_then(|certificate| self.asker_with(certificate, address))
                .or_else(|| self.asker_at(address)),
        }
    }

    /// Whether a device is still one: its mark may have been taken back.
    pub(super) fn still_knows(&self, asker: &Asker) -> bool {
        asker.mark.as_ref().is_none_or(|mark| self.devices.device_of(mark, &self.plan().rules).is_some())
    }

    /// Looks at a question first: what can be answered at once is.
    pub(super) fn first(&self, query: &Query<'_>, asker: &Asker, plan: &Plan, out: &mut Vec<u8>) -> First {
        if let Some(local) = local(query, plan, plan.is_named(asker.place)) {
            let room = asker.room(query);
            local::write(query, &local, out).finish(query, None, room, asker.is_encrypted);
            return First::Answered;
        }
        let name = query.name.text();
        let now = (self.now)();
        let found = plan.name(name, now);
        if let Some(secret) = &found.secret {
            self.log.secret(plan, asker, query, secret, now);
        }
        let judged = plan.judge_name(asker.place, name, &found, now);
        if judged != Judged::Passes {
            self.keep_out(query, asker, plan, &judged, out);
            return First::Answered;
        }
        First::Later
    }

    /// Notes that a name met an indicator that its askers may not know of.
    pub(super) fn note_secret(&self, query: &Query<'_>, asker: &Asker, plan: &Plan) {
        let now = (self.now)();
        if let Some(secret) = plan.name(query.name.text(), now).secret {
            self.log.secret(plan, asker, query, &secret, now);
        }
    }

    /// The whole way, for whoever can wait. None where nobody is answered.
    pub(super) async fn answer(&self, packet: &[u8], asker: &Asker) -> Option<Vec<u8>> {
        let mut out = Vec::with_capacity(512);
        let query = match Query::read(packet) {
            Ok(query) => query,
            Err(Refused::Silently) => return None,
            Err(Refused::With(code)) => {
                Reply::refuse(packet, code, &mut out);
                return Some(out);
            }
        };
        let plan = self.plan();
        // A connection may stand for longer than the plan by which it was let in.
        let asker = self.again(asker, &plan)?;
        if let First::Later = self.first(&query, &asker, &plan, &mut out) {
            self.ask(&query, &asker, &mut out).await;
        }
        Some(out)
    }

    /// Asks above, and judges what comes back.
    pub(super) async fn ask(&self, query: &Query<'_>, asker: &Asker, out: &mut Vec<u8>) {
        let Ok(_place) = self.waiting.try_acquire() else {
            self.metrics.add("vauban_dns_refused_total", "waiting", 1.0);
            fail(query, asker, "too many questions at once", out);
            return;
        };
        let Some(question) = question_of(query) else {
            Reply::new(query, rcode::FORM_ERR, out).finish(query, None, asker.room(query), asker.is_encrypted);
            return;
        };
        let answer = self.resolver.resolve(&question).await;
        let settled = self.settle(query, asker, &answer.chain, &answer.addresses, answer.ttl).await;
        let (asker, plan) = (&settled.asker, &*settled.plan);
        self.note(query, asker, plan, &settled.judged);
        self.wonder(query, asker, plan, u16::from(answer.rcode()));
        if settled.judged != Judged::Passes {
            self.keep_out(query, asker, plan, &settled.judged, out);
            return;
        }
        if let Err(error) = settled.opened {
            tracing::error!(sensor = "dns", %error, "the kernel does not open what was answered");
            fail(query, asker, "the network could not be opened", out);
            return;
        }
        out.clear();
        out.extend_from_slice(&answer.bytes);
        self.write(query, asker, plan, answer.error.map(|error| (Ede(error.code), error.text)), out);
    }

    /// Judges an answer from above.
    pub(super) fn judge(
        &self,
        query: &Query<'_>,
        asker: &Asker,
        plan: &Plan,
        chain: &[Name],
        addresses: &[Address],
    ) -> Judged {
        let (chain, addresses) = leads(chain, addresses);
        plan.judge_answer(asker.place, query.name.text(), &chain, &addresses, (self.now)())
    }

    /// Writes down what passed, where the policy wants that.
    fn note(&self, query: &Query<'_>, asker: &Asker, plan: &Plan, judged: &Judged) {
        if *judged == Judged::Passes {
            self.log.passed(plan, asker, query, (self.now)());
        }
    }

    /// Notes what is strange about a question, and a name that looks like the organisation's; neither blocks by itself.
    fn wonder(&self, query: &Query<'_>, asker: &Asker, plan: &Plan, rcode: u16) {
        let (name, at) = (query.name.text(), (self.now)());
        let asked = Asked { from: asker.address, name, kind: query.kind, rcode, at };
        if let Some(strange) = self.lately.look(asked) {
            self.metrics.add("vauban_dns_strange_total", strange.rule, 1.0);
            self.log.noted(plan, asker, query, strange.rule, format!("{:.1}: {}", strange.score, strange.reason), at);
        }
        if let Some(likeness) = plan.protected.likeness(name) {
            self.metrics.add("vauban_dns_strange_total", "lookalike", 1.0);
            self.log.noted(plan, asker, query, "lookalike", likeness.original, at);
        }
    }

    /// Writes an answer from above, which stands in the buffer, as this asker gets it.
    pub(super) fn write(
        &self,
        query: &Query<'_>,
        asker: &Asker,
        plan: &Plan,
        why: Option<(Ede, &str)>,
        out: &mut Vec<u8>,
    ) {
        // Where traffic leaves by names only, the kernel's rules and the names have to be told apart by whoever looks at them.
        if matches!(query.kind, kind::HTTPS | kind::SVCB) && plan.is_named(asker.place) {
            match without_ech(out) {
                WithoutEch::Unchanged => {}
                WithoutEch::Changed(bytes) => *out = bytes,
                WithoutEch::Malformed => out.clear(),
            }
        }
        Reply::dress(query, out).finish(query, why, asker.room(query), asker.is_encrypted);
    }

    /// Keeps a name out, and says why.
    pub(super) fn keep_out(&self, query: &Query<'_>, asker: &Asker, plan: &Plan, judged: &Judged, out: &mut Vec<u8>) {
        let (rule, why) = match judged {
            Judged::Passes => return,
            Judged::Blocked { id, .. } if id == "nobody" => (id.clone(), Ede::PROHIBITED),
            Judged::Blocked { id, .. } => (id.clone(), Ede::BLOCKED),
            Judged::Rebinds(_) => ("rebinding".to_owned(), Ede::BLOCKED),
            Judged::Imitates(_) => ("lookalike".to_owned(), Ede::BLOCKED),
        };
        let is_page = !plan.page.is_empty();
        let code = if is_page { rcode::NO_ERROR } else { rcode::NX_DOMAIN };
        let how = if is_page { How::At(&plan.page) } else { How::NoSuchName };
        let mut reply = Reply::new(query, code, out);
        reply.keep_out(query, how, BLOCKED);
        reply.finish(query, Some((why, &rule)), asker.room(query), asker.is_encrypted);
        self.log.blocked(plan, asker, query, judged, &rule, (self.now)());
    }
}

/// What an engine is made of besides its plan.
pub(super) struct Means {
    pub(super) resolver: Resolver,
    pub(super) cache: Arc<Cache>,
    pub(super) devices: Devices,
    pub(super) log: Log,
    pub(super) network: Option<Arc<Network>>,
    pub(super) page: Page,
    pub(super) metrics: Metrics,
    pub(super) now: fn() -> Timestamp,
}

/// Answers that it cannot be told now, and why.
fn fail(query: &Query<'_>, asker: &Asker, why: &str, out: &mut Vec<u8>) {
    let reply = Reply::new(query, rcode::SERV_FAIL, out);
    reply.finish(query, Some((Ede::OTHER, why)), asker.room(query), asker.is_encrypted);
}

/// The names that an answer leads to, and its addresses.
pub(super) fn leads(chain: &[Name], addresses: &[Address]) -> (Vec<String>, Vec<IpAddr>) {
    let plain = |name: &Name| name.to_string().trim_end_matches('.').to_ascii_lowercase();
    (chain.iter().map(plain).collect(), addresses.iter().map(|address| address.value).collect())
}

/// The question as the resolver is asked it.
pub(super) fn question_of(query: &Query<'_>) -> Option<Question> {
    let name = Name::from_wire(query.name.wire())?;
    Some(Question {
        name,
        kind: query.kind,
        class: 1,
        dnssec_ok: query.dnssec_ok(),
        checking_disabled: query.checking_disabled(),
    })
}
