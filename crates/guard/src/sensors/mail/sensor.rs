//! Listening, and one task for each connection of the mail server.

use std::{
    future::Future,
    io,
    os::unix::fs::{FileTypeExt as _, PermissionsExt as _},
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
use vauban_protocol::milter::{Frames, Reply};

use super::{
    answer,
    course::{Course, Shared},
    history::History,
    judge::{Judge, Readers},
    means::Means,
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
/// Messages that are encrypted to their readers at a time.
const SEALING: usize = 2;
/// One unit of what is held, in bytes.
const UNIT: usize = 64 << 10;

/// What messages are judged with and kept in now.
type Current = Arc<Mutex<(Arc<Judge>, Means)>>;

/// The filter of mail.
pub struct MailSensor {
    listen: String,
    current: Current,
    course: Shared,
    connections: Arc<Semaphore>,
    held: Arc<Semaphore>,
}

impl MailSensor {
    /// A filter that listens where its table says.
    #[must_use]
    pub fn new(
        judge: Arc<Judge>,
        means: Means,
        readers: Readers,
        memory: Memory,
        history: History,
        metrics: Metrics,
        now: fn() -> Timestamp,
    ) -> Self {
        let table = &judge.table;
        let units = usize::try_from(table.held_mib).unwrap_or(usize::MAX).saturating_mul((1 << 20) / UNIT);
        Self {
            listen: table.listen.clone(),
            connections: Arc::new(Semaphore::new(table.connections)),
            held: Arc::new(Semaphore::new(units.min(Semaphore::MAX_PERMITS))),
            current: Arc::new(Mutex::new((judge, means))),
            course: Shared {
                readers,
                memory,
                history,
                metrics,
                errands: Arc::default(),
                notices: Arc::default(),
                sealing: Arc::new(Semaphore::new(SEALING)),
                now,
            },
        }
    }

    /// From now on messages are judged by this one; those that are being judged are finished by the one before.
    pub fn replace(&self, judge: Arc<Judge>, means: Means) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = (judge, means);
    }

    /// What messages are judged with and carried out with now.
    #[must_use]
    pub fn current(&self) -> (Arc<Judge>, Means) {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
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
                            self.course.metrics.add("vauban_mail_refused_total", "connections", 1.0);
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
            self.course.metrics.set("vauban_mail_connections", "", tasks.len() as f64);
        }
        while tasks.join_next().await.is_some() {}
        Ok(())
    }

    fn shared(&self) -> Talks {
        Talks { course: self.course.clone(), held: Arc::clone(&self.held), current: Arc::clone(&self.current) }
    }
}

impl Sensor for MailSensor {
    fn name(&self) -> &'static str {
        "mail"
    }

    fn fail_policy(&self) -> FailPolicy {
        match self.current().0.table.on_failure {
            OnFailure::Tempfail => FailPolicy::Closed,
            OnFailure::Deliver => FailPolicy::Open,
        }
    }

    fn run(&self, stopping: Stopping) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + '_>> {
        Box::pin(self.listen(stopping))
    }
}

/// What all connections share.
struct Talks {
    course: Shared,
    held: Arc<Semaphore>,
    current: Current,
}

impl Talks {
    fn nonsense(&self, why: &str) {
        self.course.metrics.add("vauban_mail_refused_total", "protocol", 1.0);
        tracing::warn!(sensor = "mail", why, "a connection does not speak the milter protocol");
    }

    fn current(&self) -> (Arc<Judge>, Means) {
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
    async fn run(mut self, shared: Talks) {
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
                    shared.course.metrics.add("vauban_mail_refused_total", "memory", 1.0);
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
                        let replies = self.judge(&mut session, &shared).await;
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
                    shared.course.metrics.add("vauban_mail_refused_total", "silence", 1.0);
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

    /// Runs a message's course, and tells the mail server that it is being worked on.
    async fn judge(&mut self, session: &mut Session, shared: &Talks) -> Vec<Reply> {
        let (judge, means) = shared.current();
        let message = Arc::new(session.message.take());
        let (begun, bytes) = (Instant::now(), message.bytes.len());
        let course = Course { judge, means, message, shared: shared.course.clone(), changes: session.changes() };
        // A task of its own: a panic over hostile bytes ends it, and the sender comes again.
        let mut running = tokio::spawn(course.run());
        let mut ticks = interval(STILL_WORKING);
        ticks.tick().await;
        let replies = loop {
            tokio::select! {
                replies = &mut running => break replies.unwrap_or_else(|_| answer::later()),
                _ = ticks.tick() => {
                    // A mail server that is gone is noticed when it is answered.
                    let _ = self.stream.write_all(&Reply::Progress.to_bytes()).await;
                }
            }
        };
        let metrics = &shared.course.metrics;
        metrics.add("vauban_mail_seconds_total", "", begun.elapsed().as_secs_f64());
        metrics.add("vauban_mail_bytes_total", "", bytes as f64);
        replies
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
        let listener = UnixListener::bind(path)?;
        // The mail server is another user; who may reach the folder may ask, as with a port of this machine.
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o666))?;
        Ok(Self::Unix(listener))
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
