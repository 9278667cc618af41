//! The whole guard: sensors, health, signals, and the watch of systemd.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
    time::interval,
};
use vauban_examine::Confined;
use vauban_mail::Organisation;

use crate::{
    Metrics, Sensor,
    config::{Config, MailTable},
    exceptions::{Exceptions, with_exceptions},
    health,
    sensors::{
        mail::KeysError,
        signin::{SignInParts, SignInSensor, Tools},
    },
    supervise::supervise,
    tend::{MailParts, MailTender, NamesParts, NamesTender},
};

/// Prepares what messages are judged with: the indicators as they are now, in new workers.
pub type Prepare = Arc<dyn Fn(&Organisation, &MailTable) -> Result<Confined, String> + Send + Sync>;

/// What the process is told from outside.
pub struct Guard {
    /// The configuration.
    pub config: Config,
    /// Reads the configuration again.
    pub reload: Box<dyn Fn() -> Result<Config, String> + Send + Sync>,
    /// Tells whether indicators were added or updated: equal words, equal knowledge.
    pub knowledge: Arc<dyn Fn() -> String + Send + Sync>,
    /// What the filter of mail needs.
    pub mail: MailParts,
    /// What the filter of names needs.
    pub names: NamesParts,
    /// What signing in needs, where the configuration has it.
    pub signin: Option<SignInParts>,
}

/// Why the guard cannot work.
#[derive(Debug, thiserror::Error)]
pub enum GuardError {
    /// Nothing to guard.
    #[error("the configuration has neither [mail] nor [dns] nor [signin]: there is nothing to guard")]
    Nothing,
    /// The readers cannot be prepared.
    #[error("the readers cannot be prepared: {0}")]
    Prepare(String),
    /// What names are judged with cannot be prepared.
    #[error("the filter of names cannot be prepared: {0}")]
    Names(String),
    /// The policy of tools behind sign-in cannot be used.
    #[error("the policy cannot be used: {0}")]
    Policy(String),
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
/// How often it is looked whether readers are to be told.
const TELL: Duration = Duration::from_secs(5);
/// How often it is looked whether indicators, lists or devices changed.
const LOOK: Duration = Duration::from_millis(300);
/// How often systemd is told that the process lives; the unit waits for a minute.
const ALIVE: Duration = Duration::from_secs(15);

/// Guards until the process is told to end.
///
/// # Errors
/// When it cannot begin.
pub async fn run(guard: Guard) -> Result<(), GuardError> {
    let metrics = Metrics::default();
    let (stop, stopping) = watch::channel(false);
    let Guard { config, reload, knowledge, mail, names, signin } = guard;
    let state = names.state.clone();
    let config = excepted(config, &state);
    let http = config.guard.http.clone();
    let health = TcpListener::bind(&http).await.map_err(|error| GuardError::Listen(http.clone(), error))?;
    let mail = match &config.mail {
        Some(table) => Some(MailTender::new(mail, &config, table, metrics.clone()).await?),
        None => None,
    };
    let names = match &config.dns {
        Some(table) => Some(NamesTender::new(names, &config, table, &metrics).await.map_err(GuardError::Names)?),
        None => None,
    };
    let tools = signin.as_ref().map(|parts| parts.tools.clone());
    // Tools were made of the configuration alone: what people excepted in the pages counts from the first request on.
    tools.as_ref().map_or(Ok(()), |tools| tools.replace(&config)).map_err(GuardError::Policy)?;
    let signin = signin.map(|parts| Arc::new(SignInSensor::new(parts, metrics.clone())) as Arc<dyn Sensor>);
    let mut sensors: Vec<Arc<dyn Sensor>> = Vec::new();
    sensors.extend(mail.as_ref().map(|mail| Arc::clone(&mail.sensor) as Arc<dyn Sensor>));
    sensors.extend(names.as_ref().map(|names| Arc::clone(&names.sensor) as Arc<dyn Sensor>));
    sensors.extend(signin);
    if sensors.is_empty() {
        return Err(GuardError::Nothing);
    }
    for sensor in &sensors {
        tracing::info!(sensor = sensor.name(), fail_policy = ?sensor.fail_policy(), "sensor begins");
    }
    let listed = sensors.iter().map(|sensor| sensor.name()).collect();
    let served = tokio::spawn(health::serve(health, metrics.clone(), listed, stopping.clone()));
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
    Tended { reload, knowledge, state, http, mail, names, tools, metrics }.tend().await?;
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
    tracing::info!("the guard ends; what was begun is finished");
    let _ = stop.send(true);
    let _ = watched.await;
    alive.abort();
    let _ = served.await;
    Ok(())
}

/// Everything that happens besides traffic.
struct Tended {
    reload: Box<dyn Fn() -> Result<Config, String> + Send + Sync>,
    knowledge: Arc<dyn Fn() -> String + Send + Sync>,
    state: PathBuf,
    http: String,
    mail: Option<MailTender>,
    names: Option<NamesTender>,
    tools: Option<Tools>,
    metrics: Metrics,
}

impl Tended {
    /// Tends until the process is told to end.
    async fn tend(mut self) -> Result<(), GuardError> {
        let mut hangup = signal(SignalKind::hangup())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let (mut fresh, mut sweep, mut tell, mut look) =
            (interval(FRESH), interval(SWEEP), interval(TELL), interval(LOOK));
        let mut known = self.known().await;
        fresh.tick().await;
        loop {
            tokio::select! {
                _ = terminate.recv() => return Ok(()),
                _ = interrupt.recv() => return Ok(()),
                _ = hangup.recv() => {
                    let _ = sd_notify::notify(&[sd_notify::NotifyState::Reloading]);
                    match self.config() {
                        Ok(config) => {
                            self.load(&config).await;
                        }
                        Err(error) => {
                            self.metrics.add("vauban_reloads_total", "failed", 1.0);
                            tracing::error!(error, "the configuration cannot be used; the one before stays");
                        }
                    }
                    ready();
                }
                _ = fresh.tick() => {
                    if let Ok(config) = self.config() {
                        self.load(&config).await;
                    }
                }
                _ = sweep.tick() => {
                    if let Some(mail) = &self.mail {
                        mail.forget().await;
                    }
                }
                _ = tell.tick() => {
                    if let Some(mail) = &mut self.mail {
                        mail.tell().await;
                    }
                }
                _ = look.tick() => {
                    // What somebody confirmed or added counts from the next message, and the next name, on.
                    let now = self.known().await;
                    if now != known
                        && let Ok(config) = self.config()
                        && self.load(&config).await
                    {
                        known = now;
                    }
                    if let Some(names) = &mut self.names {
                        names.look().await;
                    }
                }
            }
        }
    }

    /// Loads everything again that sensors judge with. Whether all of it could be.
    async fn load(&mut self, config: &Config) -> bool {
        if config.guard.http != self.http {
            tracing::warn!("http of [guard] changes when the process is started again");
        }
        // Names first: they are loaded in milliseconds, and the readers of mail share their compiled indicators.
        let names = match &mut self.names {
            Some(names) => names.reload(config).await,
            None => true,
        };
        let mail = match &self.mail {
            Some(mail) => mail.reload(config).await,
            None => true,
        };
        let tools = self.tools.as_ref().map_or(Ok(()), |tools| tools.replace(config));
        if let Err(error) = &tools {
            tracing::error!(sensor = "signin", error, "the policy cannot be used; the one before stays");
        }
        names && mail && tools.is_ok()
    }

    /// What is known now, and which exceptions there are; it reads files, and a disk may be slow.
    async fn known(&self) -> String {
        let (ask, exceptions) = (Arc::clone(&self.knowledge), Exceptions::open(&self.state));
        tokio::task::spawn_blocking(move || format!("{} {}", ask(), exceptions.mark())).await.unwrap_or_default()
    }

    /// The configuration as it is now, with the exceptions that were made in the pages.
    fn config(&self) -> Result<Config, String> {
        Ok(excepted((self.reload)()?, &self.state))
    }
}

/// A configuration with the exceptions that were made in the pages. None of them counts where they cannot be read: what is not
/// known to be allowed is not.
fn excepted(config: Config, state: &Path) -> Config {
    let plain = config.clone();
    with_exceptions(config, state).unwrap_or_else(|error| {
        tracing::error!(%error, "the exceptions that were made in the pages cannot be read; none of them counts");
        plain
    })
}

fn ready() {
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
    tracing::info!("ready");
}
