//! The filter of mail, tended: loaded again, its readers told, what nobody decided on forgotten.

use std::{path::PathBuf, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;
use vauban_policy::Rules;
use vauban_record::{Decided, HeldState, Quarantine, RecordError};

use crate::{
    GuardError, Metrics, Prepare,
    config::{Config, MailTable},
    sensors::mail::{
        History, Judge, Keeper, Keys, KeysError, MailSensor, Means, Memory, Post, Random, Readers, decide,
        tell as tell_readers,
    },
};

/// How long the list shows what was decided on; the record keeps it.
const DECIDED: SignedDuration = SignedDuration::from_hours(24 * 120);
/// How long it is waited after readers could not be told.
const AGAIN: Duration = Duration::from_secs(300);

/// What the filter of mail is told from outside.
pub struct MailParts {
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
    /// The clock.
    pub now: fn() -> Timestamp,
    /// Randomness.
    pub random: Random,
}

/// The filter of mail, tended.
pub(crate) struct MailTender {
    parts: MailParts,
    before: MailTable,
    pub(crate) sensor: Arc<MailSensor>,
    metrics: Metrics,
    not_before: Instant,
}

impl MailTender {
    /// Prepares everything that the filter begins with.
    pub(crate) async fn new(
        parts: MailParts,
        config: &Config,
        table: &MailTable,
        metrics: Metrics,
    ) -> Result<Self, GuardError> {
        let judge = prepared(config, table, &parts.prepare).await.map_err(GuardError::Prepare)?;
        let means = parts.means(table)?;
        let readers = Readers::start(table.readers)?;
        let (memory, history) = (parts.memory.clone(), parts.history.clone());
        let sensor = MailSensor::new(judge, means, readers, memory, history, metrics.clone(), parts.now);
        Ok(Self { parts, before: table.clone(), sensor: Arc::new(sensor), metrics, not_before: Instant::now() })
    }

    /// Whether what messages are judged with was loaded again.
    pub(crate) async fn reload(&self, config: &Config) -> bool {
        let Some(table) = &config.mail else {
            tracing::error!(
                "the configuration has no [mail] any more; the one before stays until the process is started again"
            );
            return false;
        };
        if table.listen != self.before.listen || table.readers != self.before.readers {
            tracing::warn!("listen and readers of [mail] change when the process is started again");
        }
        let means = match self.parts.means(table) {
            Ok(means) => means,
            Err(error) => {
                self.metrics.add("vauban_reloads_total", "failed", 1.0);
                tracing::error!(%error, "the readers' keys cannot be used; those before stay");
                // A slip among the keys must not keep indicators from being loaded.
                self.sensor.current().1
            }
        };
        match prepared(config, table, &self.parts.prepare).await {
            Ok(judge) => {
                self.sensor.replace(judge, means);
                self.metrics.add("vauban_reloads_total", "done", 1.0);
                tracing::info!("configuration and indicators were loaded again");
                true
            }
            Err(error) => {
                self.metrics.add("vauban_reloads_total", "failed", 1.0);
                tracing::error!(error, "the readers cannot be prepared; those before stay");
                false
            }
        }
    }

    /// Tells readers what is kept back for them.
    pub(crate) async fn tell(&mut self) {
        if Instant::now() < self.not_before {
            return;
        }
        let ((judge, means), now) = (self.sensor.current(), (self.parts.now)());
        match tokio::task::spawn_blocking(move || tell_readers(&judge, &means, now)).await {
            Ok(Ok(0)) => return,
            Ok(Ok(readers)) => {
                tracing::info!(readers, "readers were told what is kept back for them");
                return;
            }
            Ok(Err(error)) => tracing::error!(%error, "readers cannot be told what is kept back for them"),
            Err(error) => tracing::error!(%error, "readers cannot be told what is kept back for them"),
        }
        self.not_before = Instant::now() + AGAIN;
    }

    /// Forgets messages that nobody decided on in time.
    pub(crate) async fn forget(&self) {
        let parts = &self.parts;
        let (quarantine, record, now) = (parts.quarantine.clone(), parts.record.clone(), (parts.now)());
        let (memory, history) = (parts.memory.clone(), parts.history.clone());
        let days = self.sensor.current().0.table.history_days;
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
            Ok::<usize, RecordError>(due.len())
        });
        match forgotten.await {
            Ok(Ok(0)) => {}
            Ok(Ok(number)) => tracing::info!(number, "messages were forgotten: nobody decided in time"),
            Ok(Err(error)) => tracing::error!(%error, "messages that are kept back cannot be looked through"),
            Err(error) => tracing::error!(%error, "messages that are kept back cannot be looked through"),
        }
    }
}

async fn prepared(config: &Config, table: &MailTable, prepare: &Prepare) -> Result<Arc<Judge>, String> {
    let (organisation, table, prepare) = (config.organisation.clone(), table.clone(), Arc::clone(prepare));
    let rules = Rules::new(config.policy()).map_err(|_| "the policy is wrong: `vauban policy check` says where")?;
    let prepared = tokio::task::spawn_blocking(move || {
        let confined = prepare(&organisation, &table)?;
        Ok(Arc::new(Judge::new(confined, organisation, table, rules)))
    });
    prepared.await.unwrap_or_else(|error| Err(error.to_string()))
}

impl MailParts {
    fn means(&self, table: &MailTable) -> Result<Means, KeysError> {
        let keeper = table.quarantine.as_ref();
        let keys = table.openpgp.as_ref().map(Keys::read).transpose()?;
        if let Some(keys) = &keys {
            tracing::info!(readers = keys.len(), "mail is encrypted to its readers' keys");
            for (_, fingerprint, unusable) in keys.list((self.now)()) {
                if let Some(why) = unusable {
                    tracing::warn!(fingerprint, why, "a reader's key cannot be used");
                }
            }
        }
        Ok(Means {
            keeper: keeper.map(|table| Keeper::new(self.quarantine.clone(), self.record.clone(), table)),
            post: Post::new(&table.handover),
            keys,
            quarantine: self.quarantine.clone(),
            record: self.record.clone(),
            random: self.random,
        })
    }
}
