//! The worker's side: the rules are opened in the template, files are examined behind the walls.

use std::{
    fs::File,
    os::{fd::OwnedFd, unix::net::UnixStream},
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::Duration,
};

use vauban_intake::{Budget, Limits, StopFlag};
use vauban_knowledge::{Files, Knowledge};
use vauban_model::{Exposure, ObservableKind, Severity, Text};
use vauban_workers::{Jobs, Prepared, Replies, ServeError};

use super::wire::{Job, Ready, Sender, Setup};
use crate::{
    Bench, MakeOnlooker, Onlooker, Rules, Scanners as _,
    examiner::{Held, Named, examine_file},
};

/// Room for the deepest nesting that the budget allows: containers are read by recursion.
const STACK: usize = 64 << 20;
/// The memory of a compiled rule over events against its text. Measured on the 2,407 public rules for Windows: 3.9 MB of
/// text, 180 MB compiled.
const EVENT_RULES_FACTOR: u64 = 48;
/// Files up to this size are copied; larger ones are mapped.
const COPIED: u64 = 16 << 20;

struct State {
    setup: Setup,
    knowledge: Knowledge,
    /// Made once, here; each worker takes its own copy of it.
    onlooker: Mutex<Option<Box<dyn Onlooker + Send>>>,
}

/// Serves a host from this process, which must have one thread: the whole life of `vauban`'s hidden worker command.
///
/// # Errors
/// When the host is gone or does not speak as agreed, or the knowledge cannot be opened.
pub fn serve(
    control: UnixStream,
    advice: fn(ObservableKind, Exposure, Severity) -> Text,
    clock: fn() -> Duration,
    onlooker: MakeOnlooker,
) -> Result<(), ServeError> {
    vauban_workers::serve(
        control,
        |setup, descriptors| prepare(setup, descriptors, onlooker),
        |state, jobs| {
            thread::scope(|scope| {
                let working =
                    thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || work(state, jobs, advice, clock));
                if working.is_err() {
                    std::process::exit(1);
                }
            });
        },
    )
}

fn prepare(setup: &[u8], descriptors: Vec<OwnedFd>, make_onlooker: MakeOnlooker) -> Result<Prepared<State>, String> {
    let setup: Setup = serde_json::from_slice(setup).map_err(|error| error.to_string())?;
    let [set, rules] = <[OwnedFd; 2]>::try_from(descriptors).map_err(|_| "not two files".to_owned())?;
    let files = Files { set: set.into(), rules: rules.into(), key: setup.key };
    let knowledge = Knowledge::open(&files).map_err(|error| error.to_string())?;
    let onlooker = setup.onlooker.as_ref().map(|setup| make_onlooker(setup)).transpose()?;
    let ready = Ready { refused: knowledge.refused_rules(), rules_ask_for_names: knowledge.rules.asks_for_hints() };
    let answer = serde_json::to_vec(&ready).map_err(|error| error.to_string())?;
    // The stack of the reading thread is memory, too, and so are rules over events once they are compiled.
    let event_rules = knowledge.set.sigma_bytes().saturating_mul(EVENT_RULES_FACTOR);
    let memory = setup.memory.saturating_add(STACK as u64).saturating_add(event_rules);
    Ok(Prepared { state: State { setup, knowledge, onlooker: Mutex::new(onlooker) }, memory, answer })
}

fn work(
    state: &State,
    jobs: &mut Jobs,
    advice: fn(ObservableKind, Exposure, Severity) -> Text,
    clock: fn() -> Duration,
) {
    let State { setup, knowledge, onlooker } = state;
    let mut onlooker = onlooker.lock().unwrap_or_else(PoisonError::into_inner).take();
    let rules = Rules {
        set: &knowledge.set,
        scanners: knowledge,
        advice,
        now: setup.now,
        with_expired: setup.with_expired,
        remember: setup.remember,
    };
    let mut scanner = knowledge.scanner();
    let watch = Watch::start(jobs.replies(), clock);
    while let Some((job, Some(file))) = jobs.next_job() {
        let Ok(job) = serde_json::from_slice::<Job>(&job) else { return };
        let mut sender = Sender { replies: jobs.replies(), careful: job.careful };
        let stop = watch.begin(clock().saturating_add(Duration::from_secs(job.seconds)));
        let limits = Limits { item_bytes: job.item_bytes, ..setup.limits() };
        let budget = Budget::new(limits.for_file(job.size), stop);
        let held = match job.size {
            _ if job.in_pieces => Held::InPieces,
            size @ 0..=COPIED => Held::InMemory(size),
            _ => Held::Mapped,
        };
        let bench = Bench {
            budget: &budget,
            rules: &rules,
            scanner: &mut *scanner,
            ledger: &mut sender,
            onlooker: onlooker.as_deref_mut(),
            skip: &job.skip,
        };
        let named = Named { path: &job.path, inside: &job.inside, name: &job.name };
        let examined = examine_file(&named, &File::from(file), held, bench);
        sender.examined(&examined);
        watch.end();
        jobs.done();
    }
}

/// Watches the time of a job from a thread of its own, and sends what was found so far.
struct Watch {
    job: Arc<Watched>,
}

#[derive(Default)]
struct Watched {
    now: Mutex<Now>,
    changed: Condvar,
}

#[derive(Default)]
struct Now {
    /// The deadline of the job and the flag that ends it; none between jobs.
    job: Option<(Duration, StopFlag)>,
    /// Whether the watcher sleeps until it is woken. Small files come by the thousand: while they do it wakes by itself, and
    /// waking it for each would cost more than some of them.
    is_asleep: bool,
}

impl Watch {
    fn start(replies: Replies, clock: fn() -> Duration) -> Self {
        const OFTEN: Duration = Duration::from_millis(250);
        /// Looks without any job before the watcher sleeps.
        const PATIENCE: u32 = 4;
        let job: Arc<Watched> = Arc::default();
        let watched = Arc::clone(&job);
        // Without it the host's patience is the only limit.
        let _ = thread::Builder::new().spawn(move || {
            let Watched { now, changed } = &*watched;
            let mut now = now.lock().unwrap_or_else(PoisonError::into_inner);
            let mut idle = 0;
            loop {
                match &now.job {
                    None => idle += 1,
                    Some((deadline, stop)) => {
                        idle = 0;
                        if clock() > *deadline {
                            stop.raise();
                        }
                        replies.flush();
                    }
                }
                if idle > PATIENCE {
                    now.is_asleep = true;
                    now = changed.wait_while(now, |now| now.is_asleep).unwrap_or_else(PoisonError::into_inner);
                    idle = 0;
                } else {
                    now = changed.wait_timeout(now, OFTEN).unwrap_or_else(PoisonError::into_inner).0;
                }
            }
        });
        Self { job }
    }

    fn begin(&self, deadline: Duration) -> StopFlag {
        let stop = StopFlag::default();
        let mut now = self.job.now.lock().unwrap_or_else(PoisonError::into_inner);
        now.job = Some((deadline, stop.clone()));
        if std::mem::take(&mut now.is_asleep) {
            self.job.changed.notify_one();
        }
        stop
    }

    fn end(&self) {
        self.job.now.lock().unwrap_or_else(PoisonError::into_inner).job = None;
    }
}
