//! From a question to an answer: asked upstream once for all who ask, judged, remembered. Whoever asks gets something
//! within five seconds: the answer, an older one, or SERVFAIL with the reason.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    sync::Semaphore,
    time::{sleep, timeout},
};

use crate::{
    Anchors, Answer, BadSettings, Cache, ExtendedError, Name, Question, Security, Settings, Upstream, UpstreamStanding,
    answer::Parts,
    upstream::{Flights, Reply, Upstreams, Via, tls_roots},
    validate::{End, Fault, Shape, Standing, Walker, WalkerSettings, as_it_came, judge, parts},
    wire::{IN, Message},
};

/// Whoever waits for longer gets something older, if there is (RFC 8767 section 5: the client response timer).
const PATIENCE: Duration = Duration::from_millis(1800);
/// Nobody waits for longer.
const MOST_PATIENCE: Duration = Duration::from_millis(4500);
/// Then nobody works for it any more.
const MOST_WORK: Duration = Duration::from_secs(10);

/// So often an upstream server may stop in the middle of the way.
const MOST_TURNS: usize = 8;

/// Asks upstream servers, and fills the cache.
pub struct Resolver {
    inner: Arc<Inner>,
    flights: Flights<Question, Arc<Answer>>,
    places: Arc<Semaphore>,
}

struct Inner {
    upstreams: Arc<Upstreams>,
    walker: Option<Walker>,
    cache: Arc<Cache>,
}

impl Resolver {
    /// A resolver. Nothing is dialled yet.
    ///
    /// # Errors
    ///
    /// What cannot be understood in the settings.
    pub fn new(settings: &Settings, cache: Arc<Cache>) -> Result<Self, BadSettings> {
        let parse = |text: &String| text.parse::<Upstream>().map_err(|bad| BadSettings::Upstream(text.clone(), bad));
        let upstreams = settings.upstreams.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
        if upstreams.is_empty() {
            return Err(BadSettings::NoUpstream);
        }
        let roots = tls_roots(settings.authorities.as_deref()).ok_or(BadSettings::Authorities)?;
        let upstreams = Upstreams::new(upstreams, roots, settings.validate).ok_or(BadSettings::Authorities)?;
        let upstreams = Arc::new(upstreams);
        let anchors = match &settings.trust_anchors {
            Some(text) => Anchors::parse(text).map_err(BadSettings::Anchors)?,
            None => Anchors::root(),
        };
        let insecure = settings.insecure_names()?;
        let walking = WalkerSettings { anchors, insecure, clock: Arc::clone(&settings.clock) };
        let walker = settings.validate.then(|| Walker::new(walking, Arc::clone(&upstreams)));
        Ok(Self {
            inner: Arc::new(Inner { upstreams, walker, cache }),
            flights: Flights::default(),
            places: Arc::new(Semaphore::new(settings.most_questions)),
        })
    }

    /// The answer to a question: from the cache when it is there, else from upstream. Within five seconds there is
    /// always one.
    pub async fn resolve(&self, question: &Question) -> Arc<Answer> {
        let mut bytes = Vec::new();
        if let Some(hit) = self.inner.cache.get(question.key(), Instant::now(), &mut bytes) {
            return Arc::new(hit.into_answer(bytes));
        }
        self.refresh(question).await
    }

    /// The same without a look into the cache for something fresh: for what is soon past its time.
    pub async fn refresh(&self, question: &Question) -> Arc<Answer> {
        if question.class != IN || !is_forwarded(question.kind) {
            return Arc::new(Answer::refused(question));
        }
        let stale = || self.inner.cache.stale(question, Instant::now()).map(Arc::new);
        let errand = self.errand(question);
        tokio::pin!(errand);
        if let Ok(answer) = timeout(PATIENCE, &mut errand).await {
            return answer;
        }
        if let Some(older) = stale() {
            return older;
        }
        let failure = || Arc::new(Answer::failure(question, Security::Indeterminate, ExtendedError::UNREACHABLE));
        timeout(MOST_PATIENCE - PATIENCE, errand).await.unwrap_or_else(|_| failure())
    }

    /// How each upstream server has been doing.
    #[must_use]
    pub fn upstreams(&self) -> Vec<(Upstream, UpstreamStanding)> {
        self.inner.upstreams.standings()
    }

    /// The cache that it fills.
    #[must_use]
    pub fn cache(&self) -> &Arc<Cache> {
        &self.inner.cache
    }

    /// Forgets what is known of a name and of all below it, its keys too. Says how many answers that were.
    pub fn forget(&self, name: &Name) -> usize {
        if let Some(walker) = &self.inner.walker {
            walker.forget(name);
        }
        self.inner.cache.forget(name)
    }

    async fn errand(&self, question: &Question) -> Arc<Answer> {
        let begin = || {
            let (inner, question) = (Arc::clone(&self.inner), question.clone());
            let place = Arc::clone(&self.places).try_acquire_owned();
            async move {
                let Ok(_place) = place else {
                    return inner.settle(&question, Err(Fault::Unreachable(ExtendedError::BUSY)), false);
                };
                let found = tokio::select! {
                    found = inner.find(&question) => found,
                    () = sleep(MOST_WORK) => Err(Fault::Unreachable(ExtendedError::UNREACHABLE)),
                };
                inner.settle(&question, found, true)
            }
        };
        let failed = || Arc::new(Answer::failure(question, Security::Indeterminate, ExtendedError::FAILED));
        self.flights.join(question, begin).await.unwrap_or_else(failed)
    }
}

impl Inner {
    /// Asks and judges. What is bogus is asked for once more, of another server.
    async fn find(&self, question: &Question) -> Result<Parts, Fault> {
        let reply = self.ask(question, Via::default()).await?;
        let Some(walker) = &self.walker else {
            return Ok(as_it_came(question, &reply.message, Security::Indeterminate));
        };
        let judged = self.judged(walker, question, &reply, Via::default()).await;
        let fault = match judged {
            Ok(parts) => return Ok(parts),
            Err(fault) => fault,
        };
        if let Fault::Bogus(_) = fault
            && self.upstreams.len() > 1
        {
            let via = Via::not(reply.server);
            if let Ok(second) = self.ask(question, via).await
                && let Ok(parts) = self.judged(walker, question, &second, via).await
            {
                return Ok(parts);
            }
        }
        match fault {
            // Who checks for itself gets what there is.
            Fault::Bogus(why) if question.checking_disabled => {
                Ok(as_it_came(question, &reply.message, Security::Bogus(why)))
            }
            Fault::Unreachable(_) if question.checking_disabled => {
                Ok(as_it_came(question, &reply.message, Security::Indeterminate))
            }
            fault => Err(fault),
        }
    }

    /// Asks, and goes on where the upstream server did not go on after an alias.
    async fn ask(&self, question: &Question, via: Via) -> Result<Reply, Fault> {
        let mut reply = self.upstreams.ask(&question.name, question.kind, via).await.map_err(Fault::Unreachable)?;
        for _ in 0..MOST_TURNS {
            let shape = Shape::of(&reply.message, &question.name, question.kind);
            match shape.end {
                End::Found | End::Absent(_) => return Ok(reply),
                End::Endless => break,
                End::Open => {
                    let more = self.upstreams.ask(&shape.last, question.kind, via).await.map_err(Fault::Unreachable)?;
                    reply.message = Arc::new(joined(&reply.message, &more.message));
                }
            }
        }
        Err(Fault::Unreachable(ExtendedError::INVALID))
    }

    async fn judged(&self, walker: &Walker, question: &Question, reply: &Reply, via: Via) -> Result<Parts, Fault> {
        let shape = Shape::of(&reply.message, &question.name, question.kind);
        let judged = judge(walker, shape, &reply.message, question.kind, via).await?;
        let security = match judged.standing {
            Standing::Secure => Security::Secure,
            Standing::Insecure => Security::Insecure,
        };
        Ok(parts(judged, &reply.message, question.dnssec_ok, security))
    }

    /// Makes the answer, and remembers it.
    fn settle(&self, question: &Question, found: Result<Parts, Fault>, is_news: bool) -> Arc<Answer> {
        let now = Instant::now();
        let (answer, is_unreachable) = match found {
            Ok(parts) => {
                let error = match parts.security {
                    Security::Bogus(why) => Some(why.into()),
                    _ => None,
                };
                let too_large = || Answer::failure(question, Security::Indeterminate, ExtendedError::INVALID);
                (Answer::compose(question, parts, error).unwrap_or_else(too_large), false)
            }
            Err(Fault::Bogus(why)) => (Answer::failure(question, Security::Bogus(why), why.into()), false),
            Err(Fault::Unreachable(error)) => (Answer::failure(question, Security::Indeterminate, error), true),
        };
        let answer = Arc::new(answer);
        let older = is_unreachable.then(|| self.cache.stale(question, now)).flatten();
        if is_news {
            self.cache.insert(question, &answer, now);
        }
        older.map_or(answer, Arc::new)
    }
}

/// An answer with what was found where it ended.
fn joined(start: &Message, end: &Message) -> Message {
    Message {
        flags: end.flags,
        question: start.question.clone(),
        answers: [&*start.answers, &*end.answers].concat(),
        authorities: [&*start.authorities, &*end.authorities].concat(),
        additionals: Vec::new(),
    }
}

/// Transfers of zones, pseudo-records and keys of transactions end here; what is unknown is forwarded (RFC 3597).
fn is_forwarded(kind: u16) -> bool {
    !matches!(kind, 0 | 41 | 128..=254)
}

impl fmt::Debug for Resolver {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Resolver").field("upstreams", &self.inner.upstreams).finish_non_exhaustive()
    }
}
