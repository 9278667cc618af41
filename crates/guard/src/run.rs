//! The whole guard: sensors, health, signals, and the watch of systemd.

use std::{path::PathBuf, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
    time::{Instant, interval},
};
use vauban_examine::Confined;
use vauban_mail::Organisation;
use vauban_record::{Decided, HeldState, Quarantine};

use crate::{
    Metrics, Sensor,
    config::{Config, MailTable},
    health,
    sensors::mail::{
        History, Judge, Keeper, Keys, KeysError, MailSensor, Means, Memory, Post, Random, Readers, decide,
        tell as tell_readers,
    },
    supervise::supervise,
};

/// Prepares what messages are judged with: the indicators as they are now, in new workers.
pub type Prepare = Arc<dyn Fn(&Organisation, &MailTable) -> Result<Confined, String> + Send + Sync>;

/// What the process is told from outside.
pub struct Guard {
    /// The configuration.
    pub config: Config,
    /// Reads the configuration again.
    pub reload: Box<dyn Fn() -> Result<Config, String> + Send + Sync>,
    /// Prepares the readers.
    pub prepare: Prepare,
    /// The file of the record.
    pub record: PathBuf,
    /// The file of messages that are kept back.
    pub quarantine: PathBuf,
    /// What is remembered of who writes to whom.
    pub memory: Memory,
    /// What was judged.
    pub history: History,
    /// Tells whether indicators were added or updated: equal words, equal knowledge.
    pub knowledge: Arc<dyn Fn() -> String + Send + Sync>,
    /// The clock.
    pub now: fn() -> Timestamp,
    /// Randomness.
    pub random: Random,
}

/// Why the guard cannot work.
#[derive(Debug, thiserror::Error)]
pub enum GuardError {
    /// Nothing to guard.
    #[error("the configuration has no [mail]: there is nothing to guard")]
    Nothing,
    /// The readers cannot be prepared.
    #[error("the readers cannot be prepared: {0}")]
    Prepare(String),
    /// The readers' keys cannot be used.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// An address cannot be listened on.
    #[error("{0} cannot be listened on: {1}")]
    Listen(String, std::io::Error),
    /// The system refuses something else.
    #[error(transparent)]
    System(#[from] std::io::Error),
}

/// How often indicators are prepared anew: they expire, and sources are updated.
const FRESH: Duration = Duration::from_secs(6 * 3600);
/// How often messages that nobody decided on are looked through.
const SWEEP: Duration = Duration::from_secs(600);
/// How often it is looked whether readers are to be told, or indicators changed.
const LOOK: Duration = Duration::from_secs(5);
/// How long the list shows what was decided on; the record keeps it.
const DECIDED: SignedDuration = SignedDuration::from_hours(24 * 120);
/// How long it is waited after readers could not be told.
const AGAIN: Duration = Duration::from_secs(300);
/// How often systemd is told that the process lives; the unit waits for a minute.
const ALIVE: Duration = Duration::from_secs(15);

/// Guards until the process is told to end.
///
/// # Errors
/// When it cannot begin.
pub async fn run(guard: Guard) -> Result<(), GuardError> {
    let metrics = Metrics::default();
    let (stop, stopping) = watch::channel(false);
    let table = guard.config.mail.clone().ok_or(GuardError::Nothing)?;
    let http = guard.config.guard.http.clone();
    let health = TcpListener::bind(&http).await.map_err(|error| GuardError::Listen(http.clone(), error))?;
    let judge = prepared(&guard.config, &table, &guard.prepare).await.map_err(GuardError::Prepare)?;
    let means = means(&guard, &table)?;
    let readers = Readers::start(table.readers)?;
    let (memory, history) = (guard.memory.clone(), guard.history.clone());
    let mail = Arc::new(MailSensor::new(judge, means, readers, memory, history, metrics.clone(), guard.now));
    let sensors: Vec<Arc<dyn Sensor>> = vec![Arc::clone(&mail) as Arc<dyn Sensor>];
    for sensor in &sensors {
        tracing::info!(sensor = sensor.name(), fail_policy = ?sensor.fail_policy(), "sensor begins");
    }
    let names = sensors.iter().map(|sensor| sensor.name()).collect();
    let served = tokio::spawn(health::serve(health, metrics.clone(), names, stopping.clone()));
    let watched = tokio::spawn({
        let (metrics, stopping) = (metrics.clone(), stopping.clone());
        async move { supervise(sensors, &metrics, &stopping).await }
    });
    // Apart from everything that may take its time: indicators are compiled for longer than the watch has patience.
    let alive = tokio::spawn(async {
        let mut ticks = interval(ALIVE);
        loop {
            ticks.tick().await;
            let _ = sd_notify::notify(&[sd_notify::NotifyState::Watchdog]);
        }
    });
    ready();
    wait(&guard, &table, &mail, &metrics).await?;
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
    tracing::info!("the guard ends; messages that are being judged are finished");
    let _ = stop.send(true);
    let _ = watched.await;
    alive.abort();
    let _ = served.await;
    Ok(())
}

/// Everything that happens besides traffic, until the process is told to end.
async fn wait(guard: &Guard, table: &MailTable, mail: &MailSensor, metrics: &Metrics) -> Result<(), GuardError> {
    let mut hangup = signal(SignalKind::hangup())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (mut fresh, mut sweep, mut look) = (interval(FRESH), interval(SWEEP), interval(LOOK));
    let mut known = knowledge(guard).await;
    let mut not_before = Instant::now();
    fresh.tick().await;
    loop {
        tokio::select! {
            _ = terminate.recv() => return Ok(()),
            _ = interrupt.recv() => return Ok(()),
            _ = hangup.recv() => {
                let _ = sd_notify::notify(&[sd_notify::NotifyState::Reloading]);
                match (guard.reload)() {
                    Ok(config) => {
                        reload(guard, &config, table, mail, metrics).await;
                    }
                    Err(error) => {
                        metrics.add("vauban_reloads_total", "failed", 1.0);
                        tracing::error!(error, "the configuration cannot be used; the one before stays");
                    }
                }
                ready();
            }
            _ = fresh.tick() => {
                if let Ok(config) = (guard.reload)() {
                    reload(guard, &config, table, mail, metrics).await;
                }
            }
            _ = sweep.tick() => forget(guard, mail).await,
            _ = look.tick() => {
                if Instant::now() >= not_before && !tell(guard, mail).await {
                    not_before = Instant::now() + AGAIN;
                }
                // What somebody confirmed or added counts from the next message on.
                let now = knowledge(guard).await;
                if now != known
                    && let Ok(config) = (guard.reload)()
                    && reload(guard, &config, table, mail, metrics).await
                {
                    known = now;
                }
            }
        }
    }
}

/// What is known now; it reads files, and a disk may be slow.
async fn knowledge(guard: &Guard) -> String {
    let ask = Arc::clone(&guard.knowledge);
    tokio::task::spawn_blocking(move || ask()).await.unwrap_or_default()
}

fn ready() {
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
    tracing::info!("ready");
}

/// Whether what messages are judged with was loaded again.
async fn reload(guard: &Guard, config: &Config, before: &MailTable, mail: &MailSensor, metrics: &Metrics) -> bool {
    let Some(table) = &config.mail else {
        tracing::error!(
            "the configuration has no [mail] any more; the one before stays until the process is started again"
        );
        return false;
    };
    if table.listen != before.listen || table.readers != before.readers || config.guard.http != guard.config.guard.http
    {
        tracing::warn!("listen, readers and http change when the process is started again");
    }
    let means = match means(guard, table) {
        Ok(means) => means,
        Err(error) => {
            metrics.add("vauban_reloads_total", "failed", 1.0);
            tracing::error!(%error, "the readers' keys cannot be used; those before stay");
            // A slip among the keys must not keep indicators from being loaded.
            mail.current().1
        }
    };
    match prepared(config, table, &guard.prepare).await {
        Ok(judge) => {
            mail.replace(judge, means);
            metrics.add("vauban_reloads_total", "done", 1.0);
            tracing::info!("configuration and indicators were loaded again");
            true
        }
        Err(error) => {
            metrics.add("vauban_reloads_total", "failed", 1.0);
            tracing::error!(error, "the readers cannot be prepared; those before stay");
            false
        }
    }
}

async fn prepared(config: &Config, table: &MailTable, prepare: &Prepare) -> Result<Arc<Judge>, String> {
    let (organisation, table, prepare) = (config.organisation.clone(), table.clone(), Arc::clone(prepare));
    let prepared = tokio::task::spawn_blocking(move || {
        let confined = prepare(&organisation, &table)?;
        Ok(Arc::new(Judge::new(confined, organisation, table)))
    });
    prepared.await.unwrap_or_else(|error| Err(error.to_string()))
}

fn means(guard: &Guard, table: &MailTable) -> Result<Means, KeysError> {
    let keeper = table.quarantine.as_ref();
    let keys = table.openpgp.as_ref().map(Keys::read).transpose()?;
    if let Some(keys) = &keys {
        tracing::info!(readers = keys.len(), "mail is encrypted to its readers' keys");
        for (_, fingerprint, unusable) in keys.list((guard.now)()) {
            if let Some(why) = unusable {
                tracing::warn!(fingerprint, why, "a reader's key cannot be used");
            }
        }
    }
    Ok(Means {
        keeper: keeper.map(|table| Keeper::new(guard.quarantine.clone(), guard.record.clone(), table)),
        post: Post::new(&table.handover),
        keys,
        quarantine: guard.quarantine.clone(),
        record: guard.record.clone(),
        random: guard.random,
    })
}

/// Tells readers what is kept back for them. Whether they could be told.
async fn tell(guard: &Guard, mail: &MailSensor) -> bool {
    let ((judge, means), now) = (mail.current(), (guard.now)());
    match tokio::task::spawn_blocking(move || tell_readers(&judge, &means, now)).await {
        Ok(Ok(readers)) => {
            if readers > 0 {
                tracing::info!(readers, "readers were told what is kept back for them");
            }
            return true;
        }
        Ok(Err(error)) => tracing::error!(%error, "readers cannot be told what is kept back for them"),
        Err(error) => tracing::error!(%error, "readers cannot be told what is kept back for them"),
    }
    false
}

/// Forgets messages that nobody decided on in time.
async fn forget(guard: &Guard, mail: &MailSensor) {
    let (quarantine, record, now) = (guard.quarantine.clone(), guard.record.clone(), (guard.now)());
    let (memory, history, days) = (guard.memory.clone(), guard.history.clone(), mail.current().0.table.history_days);
    let forgotten = tokio::task::spawn_blocking(move || {
        memory.forget(now);
        history.forget(now, days);
        if !quarantine.exists() {
            return Ok(0);
        }
        let store = Quarantine::open(&quarantine)?;
        store.prune(now.saturating_sub(DECIDED).unwrap_or(now))?;
        let mut due = store.due(now)?;
        due.retain(|id| store.claim(id, now).unwrap_or(false));
        for id in &due {
            let decided = Decided { id: id.clone(), what: HeldState::Expired, who: "time".to_owned() };
            decide(&store, &record, &decided, now)?;
        }
        Ok::<usize, vauban_record::RecordError>(due.len())
    });
    match forgotten.await {
        Ok(Ok(0)) => {}
        Ok(Ok(number)) => tracing::info!(number, "messages were forgotten: nobody decided in time"),
        Ok(Err(error)) => tracing::error!(%error, "messages that are kept back cannot be looked through"),
        Err(error) => tracing::error!(%error, "messages that are kept back cannot be looked through"),
    }
}
