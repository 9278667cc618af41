//! The host's side: a pool of workers, what becomes of a file whose worker dies, and what the person is told of it.

use std::{os::fd::AsFd as _, process::Command, time::Duration};

use jiff::Timestamp;
use vauban_intake::{Limits, Problem};
use vauban_knowledge::{Files, Left};
use vauban_model::{Location, Reason};
use vauban_workers::{Confinement, Death, Pool, PoolError, Worker};

use super::wire::{Job, Ready, Setup, receive};
use crate::{Examined, Examiner, Examiners, Ledger as _, Reading, Task, ledger::Collected};

/// How often a file may cost a worker: each time one more item is passed over.
const LIVES: usize = 8;
/// How long a worker whose time is up, which it knows itself, may take to end.
const GRACE: Duration = Duration::from_secs(5);
/// How long one may go on when the sweep is to stop, of which it knows nothing: long enough for a small file.
const SOON: Duration = Duration::from_millis(500);
/// The most that a worker may say of one file: one that was taken over must not fill the host's memory.
const MOST_SAID: u64 = 1 << 30;

/// What workers are told besides what to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// What one file may cost.
    pub limits: Limits,
    /// Bytes that one worker may allocate.
    pub memory: u64,
    /// The time of the sweep: indicators that expired before it do not match.
    pub now: Timestamp,
    /// Whether expired indicators match all the same.
    pub with_expired: bool,
    /// Whether to tell all observables, not only those that met an indicator.
    pub remember: bool,
    /// What an onlooker is to know; none for no onlooker.
    pub onlooker: Option<Vec<u8>>,
}

/// Examines files in worker processes.
#[derive(Debug)]
pub struct Confined {
    pool: Pool,
    ready: Ready,
    confinement: Confinement,
    terms: Terms,
}

impl Confined {
    /// Starts the template with `command`, which must come to [`serve`](super::serve), and one worker to see that all
    /// is well.
    ///
    /// # Errors
    /// When no worker can be had; [`PoolError::Refused`] when it is the knowledge that cannot be opened.
    pub fn start(command: Command, files: &Files, terms: &Terms) -> Result<Self, PoolError> {
        let Terms { memory, now, with_expired, remember, .. } = *terms;
        let onlooker = terms.onlooker.clone();
        let Limits { item_bytes, total_bytes, entries, depth } = terms.limits;
        let key = files.key;
        let setup =
            Setup { key, item_bytes, total_bytes, entries, depth, memory, now, with_expired, remember, onlooker };
        let setup = serde_json::to_vec(&setup).map_err(std::io::Error::other)?;
        let pool = Pool::start(command, &setup, &[files.set.as_fd(), files.rules.as_fd()])?;
        let ready: Ready = serde_json::from_slice(pool.answer()).map_err(std::io::Error::other)?;
        let confinement = pool.worker()?.confinement();
        Ok(Self { pool, ready, confinement, terms: terms.clone() })
    }

    /// Rules that could not be compiled.
    #[must_use]
    pub fn refused_rules(&self) -> &[Left] {
        &self.ready.refused
    }

    /// Whether a rule asks for the name of the file: then the same content under another name is another matter.
    #[must_use]
    pub const fn rules_ask_for_names(&self) -> bool {
        self.ready.rules_ask_for_names
    }

    /// Which walls stand around the workers.
    #[must_use]
    pub const fn confinement(&self) -> Confinement {
        self.confinement
    }
}

impl Examiners for Confined {
    fn examiner(&self) -> Box<dyn Examiner + '_> {
        Box::new(Hand { confined: self, worker: None })
    }
}

/// One thread's worker, replaced when it dies.
struct Hand<'c> {
    confined: &'c Confined,
    worker: Option<Worker>,
}

impl Examiner for Hand<'_> {
    fn examine(&mut self, task: &Task<'_>) -> Reading {
        let began = (task.clock)();
        let mut job = Job {
            path: task.path.to_owned(),
            inside: task.inside.to_owned(),
            name: task.name.to_owned(),
            size: task.size,
            seconds: 0,
            item_bytes: self.confined.terms.limits.item_bytes,
            skip: Vec::new(),
            careful: false,
            in_pieces: false,
        };
        for life in 1.. {
            let left = task.time_limit.saturating_sub((task.clock)().saturating_sub(began));
            job.seconds = left.as_secs().max(1);
            let (mut collected, examined, death) = match self.attempt(task, &job, left.saturating_add(GRACE)) {
                Ok(outcome) => outcome,
                Err(error) => {
                    return Reading::unread(
                        &Location::file(task.path),
                        Problem::new(Reason::Crashed, format!("no worker to read it: {error}")),
                    );
                }
            };
            let Some(death) = death else { return Reading::new(collected, examined, task.size) };
            self.worker = None;
            let culprit = collected.innermost();
            let may_live_again = life < LIVES && !left.is_zero() && death != Death::Killed;
            // A reader that was unpacking dies of what no item shows yet: smaller items leave it room.
            if death == Death::OutOfMemory {
                job.item_bytes = job.item_bytes.min(self.confined.terms.memory / 8);
            }
            match culprit {
                // Which item it was is only known when each was announced.
                _ if may_live_again && !job.careful => job.careful = true,
                Some(item @ 1..) if may_live_again => job.skip.push(item),
                // The file itself needs too much memory: without its format, its text can still be searched.
                _ if may_live_again && death == Death::OutOfMemory && !job.in_pieces => {
                    job.in_pieces = true;
                    job.skip.clear();
                }
                _ => {
                    if collected.is_empty() {
                        collected.enter(task.path);
                    }
                    collected.abandon(&explain(death));
                    return Reading::new(collected, examined, task.size);
                }
            }
        }
        Reading::default()
    }
}

impl Hand<'_> {
    fn attempt(
        &mut self,
        task: &Task<'_>,
        job: &Job,
        patience: Duration,
    ) -> Result<(Collected, Examined, Option<Death>), PoolError> {
        let worker = match &mut self.worker {
            Some(worker) => worker,
            none => none.insert(self.confined.pool.worker()?),
        };
        let payload = serde_json::to_vec(job).map_err(std::io::Error::other)?;
        let began = (task.clock)();
        let mut asked_to_stop: Option<Duration> = None;
        let said = std::cell::Cell::new(0_u64);
        let mut go_on = || {
            let now = (task.clock)();
            if task.stop.is_raised() && asked_to_stop.is_none() {
                asked_to_stop = Some(now);
            }
            let stopping = asked_to_stop.is_some_and(|since| {
                let its_time_is_up = since.saturating_sub(began) >= patience.saturating_sub(GRACE);
                now.saturating_sub(since) > if its_time_is_up { GRACE } else { SOON }
            });
            !stopping && now.saturating_sub(began) < patience && said.get() < MOST_SAID
        };
        let mut collected = Collected::default();
        let (mut examined, mut told) = (None, Vec::new());
        let mut garbled = false;
        let outcome = worker.run(&payload, Some(task.file.as_fd()), &mut go_on, &mut |tag, payload| {
            said.set(said.get().saturating_add(payload.len() as u64 + 5));
            garbled |= receive(tag, payload, &mut collected, &mut examined, &mut told).is_none();
        });
        let death = match outcome {
            Ok(()) if garbled || examined.is_none() => {
                self.worker = None;
                Some(Death::Crashed("it does not answer as agreed".to_owned()))
            }
            outcome => outcome.err(),
        };
        Ok((collected, examined.unwrap_or_default(), death))
    }
}

fn explain(death: Death) -> Problem {
    match death {
        Death::Killed => Problem::new(Reason::Timeout, "its reader did not end in time and was ended"),
        Death::OutOfMemory => Problem::too_large("needs more memory than a reader may have"),
        Death::Crashed(words) => {
            let words = vauban_model::printable(&words);
            let words = if words.is_empty() { "no last words" } else { &words };
            Problem::new(Reason::Crashed, format!("its reader died ({words})"))
        }
    }
}
