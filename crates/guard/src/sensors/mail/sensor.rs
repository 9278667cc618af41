//! Listening, and one task for each connection of the mail server.

use std::{
    future::Future,
    io,
    os::unix::fs::FileTypeExt as _,
    path::Path,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, UnixListener},
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
    time::{Instant, interval, timeout},
};
use vauban_mail::{Judgement, Said, Verdict, Weights};
use vauban_protocol::milter::{Frames, Reply};

use super::{
    answer,
    judge::{Judge, Judged, NotJudged, Readers},
    keep::Keeper,
    message::Message,
    remember::Memory,
    session::{Session, Step},
};
use crate::{FailPolicy, Metrics, Sensor, Stopping, config::OnFailure, sensor::told_to_stop};

/// How long a mail server may say nothing: Postfix keeps a connection as long as its own client's (300 s).
const SILENCE: Duration = Duration::from_secs(600);
/// How often a mail server that waits is told that the filter works.
const STILL_WORKING: Duration = Duration::from_secs(5);
/// What is read at a time.
const PIECE: usize = 64 << 10;
/// One unit of what is held, in bytes.
const UNIT: usize = 64 << 10;

/// What messages are judged with and kept in now.
type Current = Arc<Mutex<(Arc<Judge>, Option<Keeper>)>>;

/// The filter of mail.
pub struct MailSensor {
    listen: String,
    current: Current,
    readers: Readers,
    memory: Memory,
    metrics: Metrics,
    connections: Arc<Semaphore>,
    held: Arc<Semaphore>,
    now: fn() -> Timestamp,
}

impl MailSensor {
    /// A filter that listens where its table says.
    #[must_use]
    pub fn new(
        judge: Arc<Judge>,
        keeper: Option<Keeper>,
        readers: Readers,
        memory: Memory,
        metrics: Metrics,
        now: fn() -> Timestamp,
    ) -> Self {
        let table = &judge.table;
        let units = usize::try_from(table.held_mib).unwrap_or(usize::MAX).saturating_mul((1 << 20) / UNIT);
        Self {
            listen: table.listen.clone(),
            connections: Arc::new(Semaphore::new(table.connections)),
            held: Arc::new(Semaphore::new(units.min(Semaphore::MAX_PERMITS))),
            current: Arc::new(Mutex::new((judge, keeper))),
            readers,
            memory,
            metrics,
            now,
        }
    }

    /// From now on messages are judged by this one; those that are being judged are finished by the one before.
    pub fn replace(&self, judge: Arc<Judge>, keeper: Option<Keeper>) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = (judge, keeper);
    }

    async fn listen(&self, mut stopping: Stopping) -> Result<(), String> {
        let listener = Listener::bind(&self.listen).await.map_err(|error| format!("{}: {error}", self.listen))?;
        tracing::info!(sensor = "mail", listen = self.listen, "the filter of mail listens");
        let mut tasks = JoinSet::new();
        let for_talks = stopping.clone();
        loop {
            tokio::select! {
                connection = listener.accept() => match connection {
                    Ok(stream) => match Arc::clone(&self.connections).try_acquire_owned() {
                        Ok(permit) => {
                            let talk = Talk { stream, _permit: permit, stopping: for_talks.clone() };
                            tasks.spawn(talk.run(self.shared()));
                        }
                        Err(_) => {
                            self.metrics.add("vauban_mail_refused_total", "connections", 1.0);
                            tracing::warn!(sensor = "mail", "more connections than are served; one was closed");
                        }
                    },
                    // Out of descriptors, say: whoever waits is served when there are some again.
                    Err(error) => {
                        tracing::error!(sensor = "mail", %error, "a connection cannot be accepted");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                },
                Some(_) = tasks.join_next(), if !tasks.is_empty() => {}
                () = told_to_stop(&mut stopping) => break,
            }
            self.metrics.set("vauban_mail_connections", "", tasks.len() as f64);
        }
        while tasks.join_next().await.is_some() {}
        Ok(())
    }

    fn shared(&self) -> Shared {
        Shared {
            readers: self.readers.clone(),
            memory: self.memory.clone(),
            metrics: self.metrics.clone(),
            held: Arc::clone(&self.held),
            current: Arc::clone(&self.current),
            now: self.now,
        }
    }
}

impl Sensor for MailSensor {
    fn name(&self) -> &'static str {
        "mail"
    }

    fn fail_policy(&self) -> FailPolicy {
        match self.shared().current().0.table.on_failure {
            OnFailure::Tempfail => FailPolicy::Closed,
            OnFailure::Deliver => FailPolicy::Open,
        }
    }

    fn run(&self, stopping: Stopping) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + '_>> {
        Box::pin(self.listen(stopping))
    }
}

/// What all connections share.
struct Shared {
    readers: Readers,
    memory: Memory,
    metrics: Metrics,
    held: Arc<Semaphore>,
    current: Current,
    now: fn() -> Timestamp,
}

impl Shared {
    fn nonsense(&self, why: &str) {
        self.metrics.add("vauban_mail_refused_total", "protocol", 1.0);
        tracing::warn!(sensor = "mail", why, "a connection does not speak the milter protocol");
    }

    fn current(&self) -> (Arc<Judge>, Option<Keeper>) {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// One connection.
struct Talk {
    stream: Box<dyn Stream>,
    /// Given back when the connection ends.
    _permit: OwnedSemaphorePermit,
    stopping: Stopping,
}

impl Talk {
    async fn run(mut self, shared: Shared) {
        let most = usize::try_from(shared.current().0.table.largest_mib << 20).unwrap_or(usize::MAX);
        let mut session = Session::new(most);
        let mut frames = Frames::default();
        let mut buffer = vec![0; PIECE];
        let mut held: Option<OwnedSemaphorePermit> = None;
        loop {
            loop {
                let (code, data) = match frames.take() {
                    Ok(Some(frame)) => frame,
                    Ok(None) => break,
                    Err(error) => return shared.nonsense(&error.to_string()),
                };
                let step = match session.take(code, data) {
                    Ok(step) => step,
                    Err(error) => return shared.nonsense(&error.to_string()),
                };
                if !hold(&mut held, session.message.bytes.len(), &shared.held) {
                    // What was held is let go, and its sender comes again.
                    shared.metrics.add("vauban_mail_refused_total", "memory", 1.0);
                    tracing::warn!(sensor = "mail", "more messages at a time than are held; one is to come again");
                    let _ = self.say(&answer::later()).await;
                    return;
                }
                match step {
                    Step::Nothing => {}
                    Step::Say(bytes) => {
                        if self.stream.write_all(&bytes).await.is_err() {
                            return;
                        }
                    }
                    Step::Judge => {
                        let message = Arc::new(session.message.take());
                        let (judge, keeper) = shared.current();
                        let replies = self.judge(&judge, keeper.as_ref(), &message, &shared).await;
                        held = None;
                        if self.say(&replies).await.is_err() {
                            return;
                        }
                    }
                    Step::Close => return,
                }
            }
            let read = tokio::select! {
                read = timeout(SILENCE, self.stream.read(&mut buffer)) => read,
                // Between messages nothing is lost when the connection ends.
                () = told_to_stop(&mut self.stopping), if session.message.bytes.is_empty() => return,
            };
            match read {
                Ok(Ok(count)) if count > 0 => frames.add(buffer.get(..count).unwrap_or_default()),
                Ok(_) => return,
                Err(_) => {
                    shared.metrics.add("vauban_mail_refused_total", "silence", 1.0);
                    return;
                }
            }
        }
    }

    async fn say(&mut self, replies: &[Reply]) -> io::Result<()> {
        let bytes: Vec<u8> = replies.iter().flat_map(Reply::to_bytes).collect();
        self.stream.write_all(&bytes).await?;
        self.stream.flush().await
    }

    async fn judge(
        &mut self,
        judge: &Arc<Judge>,
        keeper: Option<&Keeper>,
        message: &Arc<Message>,
        shared: &Shared,
    ) -> Vec<Reply> {
        if message.is_signed_in {
            shared.metrics.add("vauban_mail_messages_total", "outgoing", 1.0);
            let (memory, sent, now) = (shared.memory.clone(), Arc::clone(message), (shared.now)());
            let _ = tokio::task::spawn_blocking(move || memory.sent(&sent, now)).await;
            return answer::outgoing(message);
        }
        let begun = Instant::now();
        let judging = both(judge, message, shared);
        tokio::pin!(judging);
        let mut ticks = interval(STILL_WORKING);
        ticks.tick().await;
        let judged = loop {
            tokio::select! {
                judged = &mut judging => break judged,
                _ = ticks.tick() => {
                    // A mail server that is gone is noticed when it is answered.
                    let _ = self.stream.write_all(&Reply::Progress.to_bytes()).await;
                }
            }
        };
        shared.metrics.add("vauban_mail_seconds_total", "", begun.elapsed().as_secs_f64());
        shared.metrics.add("vauban_mail_bytes_total", "", message.bytes.len() as f64);
        match judged {
            Ok(judged) => act(judged, keeper, message, shared).await,
            Err(error) => fail(&error, judge.table.on_failure, message, shared),
        }
    }
}

/// The message is read, and the records of its domains are asked for at the same time.
async fn both(judge: &Arc<Judge>, message: &Arc<Message>, shared: &Shared) -> Result<(Said, Judgement), NotJudged> {
    let reading = shared.readers.judge(Arc::clone(judge), Arc::clone(message));
    let (whole, asked) = (Arc::clone(message), Arc::clone(judge));
    // A task of its own: the header is hostile, and a panic over it must not end the connection.
    let proving = tokio::spawn(async move { asked.authenticator.as_ref()?.ask(&whole).await });
    let (read, proofs) = tokio::join!(reading, proving);
    let Judged { said, mut facts } = read?;
    match proofs {
        Ok(Some(proofs)) => facts.extend(proofs.facts(&judge.known)),
        Ok(None) if judge.authenticator.is_none() || message.client.is_none() => {}
        Ok(None) | Err(_) => shared.metrics.add("vauban_mail_failures_total", "authentication", 1.0),
    }
    let (memory, remembered, now) = (shared.memory.clone(), Arc::clone(judge), (shared.now)());
    let (message, metrics) = (Arc::clone(message), shared.metrics.clone());
    let weighed = tokio::task::spawn_blocking(move || {
        let days = remembered.table.learning_days;
        facts.extend(memory.facts(&said, &remembered.known, days, now));
        let judgement = Weights::built_in().judge(&facts);
        // What is kept back makes nobody known.
        if judgement.verdict == Verdict::Deliver {
            memory.delivered(&said, &message, now);
        }
        (said, judgement)
    });
    weighed.await.map_err(|_| {
        metrics.add("vauban_mail_failures_total", "memory", 1.0);
        NotJudged::Gone
    })
}

/// Enforces a verdict.
async fn act(
    (said, judgement): (Said, Judgement),
    keeper: Option<&Keeper>,
    message: &Arc<Message>,
    shared: &Shared,
) -> Vec<Reply> {
    let log = |what: &str, id: &str| {
        let codes: Vec<String> = judgement.reasons.iter().map(|reason| reason.code.word()).collect();
        let (score, codes, queue_id) = (judgement.score, codes.join(" "), message.queue_id.as_str());
        tracing::info!(
            sensor = "mail",
            verdict = what,
            score,
            codes,
            queue_id,
            id,
            bytes = message.bytes.len(),
            "judged"
        );
    };
    if judgement.verdict != Verdict::Quarantine {
        let word = judgement.verdict.word();
        shared.metrics.add("vauban_mail_messages_total", word, 1.0);
        log(word, "");
        return answer::deliver(message, &judgement);
    }
    // What cannot be kept back whole is refused: its sender is told, and has it.
    let Some(keeper) = keeper.filter(|_| !message.is_cut) else {
        shared.metrics.add("vauban_mail_messages_total", "refused", 1.0);
        log("refused", "");
        return answer::refused();
    };
    let (keeper, now, kept) = (keeper.clone(), (shared.now)(), Arc::clone(message));
    let weighed = judgement.clone();
    let outcome = tokio::task::spawn_blocking(move || keeper.keep(&kept, &said, &weighed, now)).await;
    match outcome {
        Ok(Ok(id)) => {
            shared.metrics.add("vauban_mail_messages_total", "quarantine", 1.0);
            log("quarantine", &id);
            answer::kept()
        }
        Ok(Err(error)) => {
            shared.metrics.add("vauban_mail_failures_total", "quarantine", 1.0);
            tracing::error!(sensor = "mail", %error, "a message cannot be kept back; its sender is to come again");
            answer::later()
        }
        Err(_) => {
            shared.metrics.add("vauban_mail_failures_total", "quarantine", 1.0);
            answer::later()
        }
    }
}

/// What becomes of a message when the filter itself cannot work.
fn fail(error: &NotJudged, policy: OnFailure, message: &Message, shared: &Shared) -> Vec<Reply> {
    shared.metrics.add("vauban_mail_failures_total", error.word(), 1.0);
    tracing::error!(sensor = "mail", %error, queue_id = message.queue_id, "a message cannot be judged");
    match policy {
        OnFailure::Tempfail => answer::later(),
        OnFailure::Deliver => answer::unjudged(message, error.word()),
    }
}

/// Takes room for what is held of a message. False when there is none.
fn hold(held: &mut Option<OwnedSemaphorePermit>, bytes: usize, room: &Arc<Semaphore>) -> bool {
    let needed = bytes.div_ceil(UNIT);
    let has = held.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
    let Some(more) = needed.checked_sub(has).and_then(|more| u32::try_from(more).ok()).filter(|more| *more > 0) else {
        return true;
    };
    let Ok(permit) = Arc::clone(room).try_acquire_many_owned(more) else { return false };
    match held {
        Some(held) => held.merge(permit),
        None => *held = Some(permit),
    }
    true
}

/// A connection of either kind.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Listener {
    async fn bind(place: &str) -> io::Result<Self> {
        let Some(path) = place.strip_prefix("unix:") else { return TcpListener::bind(place).await.map(Self::Tcp) };
        // A socket that nobody listens on any more is what a killed process leaves behind.
        let is_socket = std::fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket());
        if is_socket && std::os::unix::net::UnixStream::connect(Path::new(path)).is_err() {
            std::fs::remove_file(path)?;
        }
        UnixListener::bind(path).map(Self::Unix)
    }

    async fn accept(&self) -> io::Result<Box<dyn Stream>> {
        Ok(match self {
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Box::new(stream)
            }
            Self::Unix(listener) => Box::new(listener.accept().await?.0),
        })
    }
}
