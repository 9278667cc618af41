//! From a message to a verdict: a reader behind the walls, and threads that wait for it.

use std::{
    fs::File,
    io::{self, Write as _},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use rustix::fs::{MemfdFlags, memfd_create};
use tokio::sync::oneshot;
use vauban_examine::{Confined, Examiner, Examiners as _, Reading, Task};
use vauban_intake::StopFlag;
use vauban_mail::{Code, Facts, Known, Organisation, Said, Told};
use vauban_model::{Reason, Sighting};
use vauban_policy::{Rules, day};
use vauban_record::{Candidate, Way};

use super::{authenticate::Authenticator, candidates::candidates, message::Message, private::is_private, shown::shown};
use crate::config::MailTable;

/// What messages are judged with: replaced as a whole when the configuration or the knowledge changes.
pub struct Judge {
    confined: Confined,
    /// Asks for the records of domains; none to do without.
    pub(super) authenticator: Option<Authenticator>,
    /// Whose mail it is.
    pub(super) known: Known,
    /// The filter's own table.
    pub table: MailTable,
    /// Who may reach what.
    rules: Rules,
}

/// What a reader made of a message.
#[derive(Debug, Default)]
pub(super) struct Judged {
    pub(super) said: Said,
    pub(super) facts: Facts,
    /// The messages that it carries, each by itself.
    pub(super) carried: Vec<Carried>,
    /// Indicators that it met.
    pub(super) sightings: Vec<Sighting>,
    /// What stood in it, for the history.
    pub(super) shown: Vec<Vec<u8>>,
}

/// A message that a message carries.
#[derive(Debug)]
pub(super) struct Carried {
    pub(super) said: Said,
    pub(super) facts: Facts,
    /// What could be looked for elsewhere.
    pub(super) candidates: Vec<Candidate>,
}

/// Why there is no verdict.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotJudged {
    #[error("no memory for the message: {0}")]
    Memory(#[from] io::Error),
    #[error("all readers are busy, and enough messages wait for them")]
    Busy,
    #[error("no reader: {0}")]
    NoReader(String),
    #[error("the readers are gone")]
    Gone,
}

impl NotJudged {
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::Memory(_) => "memory",
            Self::Busy => "busy",
            Self::NoReader(_) | Self::Gone => "no-reader",
        }
    }
}

impl Judge {
    /// A judge that reads with these workers, and asks the resolver of its table.
    #[must_use]
    pub fn new(confined: Confined, organisation: Organisation, table: MailTable, rules: Rules) -> Self {
        let authenticator = Authenticator::new(&table.resolver);
        Self { confined, authenticator, known: Known::new(organisation), table, rules }
    }

    /// Whether a domain of mailboxes is private for this sender: what the policy keeps out of the compartment that this
    /// server's mail belongs to, by the same decision as everywhere; else the known providers.
    pub(super) fn is_private(&self, sender: &str, domain: &str, now: Timestamp) -> bool {
        let Some(table) = &self.table.outgoing else { return false };
        let name = self.known.name_of(sender).unwrap_or_default();
        is_private(table, &self.rules, name, domain, day(now))
    }

    /// Which way a message goes: out when its sender signed in, or comes from a network that the configuration names.
    pub(super) fn way(&self, message: &Message) -> Way {
        let networks = self.table.outgoing.iter().flat_map(|outgoing| &outgoing.networks);
        let mut networks = networks.filter_map(|network| network.parse::<ipnet::IpNet>().ok());
        let is_named = message.client.is_some_and(|client| networks.any(|network| network.contains(&client)));
        if message.is_signed_in || is_named { Way::Out } else { Way::In }
    }

    fn judge(&self, examiner: &mut dyn Examiner, message: &Message) -> Result<Judged, NotJudged> {
        let mut file = File::from(memfd_create("message", MemfdFlags::CLOEXEC).map_err(io::Error::from)?);
        file.write_all(&message.bytes)?;
        let begun = Instant::now();
        let reading = examiner.examine(&Task {
            path: "message.eml",
            inside: "",
            name: "message.eml",
            file: &file,
            size: message.bytes.len() as u64,
            stop: &StopFlag::default(),
            time_limit: Duration::from_secs(self.table.seconds),
            clock: &|| begun.elapsed(),
        });
        weigh(reading, message.is_cut, &self.known)
    }
}

/// The facts of the message itself, the indicators that it met, and whether it could be read.
fn weigh(reading: Reading, is_cut: bool, known: &Known) -> Result<Judged, NotJudged> {
    let told: Vec<Told> = serde_json::from_slice(&reading.examined.told).unwrap_or_default();
    let told = told.into_iter().next();
    let whole = reading.unread.iter().find(|unread| unread.location.depth() == 0);
    if let (None, Some(unread)) = (&told, whole)
        && unread.detail.starts_with("no worker")
    {
        return Err(NotJudged::NoReader(unread.detail.clone()));
    }
    let carried = |mut told: Told| {
        told.met(&reading.sightings);
        let candidates = candidates(&told, &reading.observed, known);
        Carried { said: told.said, facts: told.facts, candidates }
    };
    let (mut facts, said, problem, carried) = match told {
        Some(mut told) => {
            told.met(&reading.sightings);
            let inner = std::mem::take(&mut told.carried).into_iter().map(carried).collect();
            (told.facts, told.said, told.problem, inner)
        }
        None => (Facts::default(), Said::default(), Some("its reader gave up".to_owned()), Vec::new()),
    };
    let given_up = whole.filter(|unread| matches!(unread.reason, Reason::Crashed | Reason::Timeout | Reason::TooLarge));
    if let Some(why) = problem.or_else(|| given_up.map(|unread| unread.detail.clone())) {
        facts.add(Code::Unreadable, why);
    } else if is_cut {
        facts.add(Code::TooLarge, "");
    }
    Ok(Judged { said, facts, carried, shown: shown(&reading.observed), sightings: reading.sightings })
}

struct Job {
    judge: Arc<Judge>,
    message: Arc<Message>,
    answer: oneshot::Sender<Result<Judged, NotJudged>>,
}

/// Messages that wait for a reader, for each reader.
const WAITING: usize = 64;

/// The threads that wait for workers.
#[derive(Debug, Clone)]
pub struct Readers {
    jobs: SyncSender<Job>,
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Job")
    }
}

impl Readers {
    /// Starts so many.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(number: usize) -> io::Result<Self> {
        let (jobs, waiting) = sync_channel::<Job>(number * WAITING);
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..number {
            let waiting = Arc::clone(&waiting);
            thread::Builder::new().name("reader".to_owned()).spawn(move || read(&waiting))?;
        }
        Ok(Self { jobs })
    }

    /// Judges a message.
    pub(super) async fn judge(&self, judge: Arc<Judge>, message: Arc<Message>) -> Result<Judged, NotJudged> {
        let (answer, told) = oneshot::channel();
        match self.jobs.try_send(Job { judge, message, answer }) {
            Ok(()) => told.await.unwrap_or(Err(NotJudged::Gone)),
            Err(TrySendError::Full(_)) => Err(NotJudged::Busy),
            Err(TrySendError::Disconnected(_)) => Err(NotJudged::Gone),
        }
    }
}

/// One thread: the same worker as long as the judge is the same.
fn read(waiting: &Mutex<Receiver<Job>>) {
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
    let mut job = next();
    while let Ok(first) = job {
        let judge = Arc::clone(&first.judge);
        let mut examiner = judge.confined.examiner();
        let mut current = first;
        job = loop {
            let judged = judge.judge(&mut *examiner, &current.message);
            // Whoever asked may have gone.
            let _ = current.answer.send(judged);
            match next() {
                Ok(following) if Arc::ptr_eq(&following.judge, &judge) => current = following,
                other => break other,
            }
        };
    }
}
