//! Lists of others: fetched when they are due, kept when they are good, compiled into one set.

use std::{path::Path, sync::Arc};

use ipnet::IpNet;
use jiff::{SignedDuration, Timestamp};
use vauban_intel::store::Fetch;
use vauban_lists::{Gate, Judging, Limits, NameSet, Store, StoreError, Updated};
use vauban_model::Lang;
use vauban_policy::List;

use super::zones::{Zones, surroundings};
use crate::{Metrics, clock, config::Config, sensors::mail::Random};

/// How long it is waited before a list that could not be had is tried again: half an hour, whatever its own pace.
const AGAIN: SignedDuration = SignedDuration::from_mins(30);

/// The lists of the organisation.
#[derive(Clone)]
pub struct Lists {
    store: Store,
    fetch: Arc<dyn Fetch + Send + Sync>,
    now: fn() -> Timestamp,
    metrics: Metrics,
    zones: Zones,
}

impl Lists {
    /// The lists that are kept in a state directory.
    #[must_use]
    pub fn new(
        state: &Path,
        fetch: Arc<dyn Fetch + Send + Sync>,
        now: fn() -> Timestamp,
        random: Random,
        metrics: Metrics,
    ) -> Self {
        Self { store: Store::open(state), fetch, now, metrics, zones: Zones::new(surroundings(now, random)) }
    }

    /// All lists in one set, from their last good copies; none where there are none.
    ///
    /// # Errors
    /// When they cannot be compiled: whoever has a set keeps it.
    pub fn compiled(&self, config: &Config) -> Result<Option<Arc<NameSet>>, StoreError> {
        if config.list.is_empty() {
            return Ok(None);
        }
        let names: Vec<&str> = config.list.iter().map(|list| list.name.as_str()).collect();
        let compiled = self.store.compile(&names, &gate(config), Limits::default())?;
        for missing in &compiled.missing {
            let why = missing.why.as_ref().map(|why| why.text().get(Lang::En).to_owned()).unwrap_or_default();
            tracing::warn!(list = missing.list, why, "there is no good copy of a list: it blocks nothing");
        }
        Ok(Some(Arc::new(compiled.set)))
    }

    /// Fetches every list that is due. Whether any changed.
    #[must_use]
    pub fn fetch_due(&self, config: &Config) -> bool {
        self.fetch_these(config, |_| true)
    }

    /// Takes lists that are files of this machine, where they changed, and gives all lists in one set.
    ///
    /// # Errors
    /// When they cannot be compiled.
    pub fn fresh(&self, config: &Config) -> Result<Option<Arc<NameSet>>, StoreError> {
        let _ = self.fetch_these(config, is_file);
        self.compiled(config)
    }

    fn fetch_these(&self, config: &Config, which: impl Fn(&List) -> bool) -> bool {
        let mut changed = false;
        for list in config.list.iter().filter(|list| which(list) && self.is_due(list)) {
            changed |= self.fetch(list, config, false).is_some_and(|updated| taken(&updated));
        }
        changed
    }

    /// Fetches a list now, and says what became of it; none when the store cannot be used. By force, it is taken although it
    /// shrank or wants to block what no list may: somebody looked at it.
    pub fn fetch(&self, list: &List, config: &Config, by_force: bool) -> Option<Updated> {
        let fetched = self.get(list);
        let judging = Judging { gate: &gate(config), limits: Limits::default(), force: by_force };
        let fetched = fetched.as_ref().map(Vec::as_slice).map_err(String::as_str);
        let updated = self.store.update(&list.name, fetched, judging, (self.now)());
        match updated {
            Ok(updated) => {
                let outcome = if matches!(updated, Updated::Refused { .. }) { "refused" } else { "good" };
                self.metrics.add("vauban_lists_total", outcome, 1.0);
                if let Some(text) = updated.text(&list.name) {
                    tracing::warn!(list = list.name, "{}", text.get(Lang::En));
                } else if taken(&updated) {
                    tracing::info!(list = list.name, "a list was taken");
                }
                Some(updated)
            }
            Err(error) => {
                tracing::error!(list = list.name, %error, "a list cannot be kept");
                None
            }
        }
    }

    /// Whether a list is to be fetched: its time has come, or its file changed.
    fn is_due(&self, list: &List) -> bool {
        let Ok(meta) = self.store.meta(&list.name) else { return true };
        let Some(tried) = meta.tried else { return true };
        let now = (self.now)();
        // A clock that was set back makes everything due.
        if tried > now {
            return true;
        }
        if is_file(list) {
            let changed = std::fs::metadata(&list.from).and_then(|meta| meta.modified()).ok();
            let tried = clock::system(tried);
            return changed.is_some_and(|changed| changed >= tried);
        }
        let pace = SignedDuration::from_hours(i64::from(list.every_hours.max(1)));
        let pace = if meta.refused.is_some() { AGAIN.min(pace) } else { pace };
        now.duration_since(tried) >= pace
    }

    fn get(&self, list: &List) -> Result<Vec<u8>, String> {
        let limit = Limits::default().bytes;
        if is_file(list) {
            let size = std::fs::metadata(&list.from).map_err(|error| error.to_string())?.len();
            if size > limit as u64 {
                return Err(format!("{size} bytes are more than a list may have"));
            }
            return std::fs::read(&list.from).map_err(|error| error.to_string());
        }
        if list.from.starts_with("axfr://") {
            return self.zones.text(list);
        }
        self.fetch.get(&list.from, limit as u64).map_err(|error| error.to_string())
    }
}

fn taken(updated: &Updated) -> bool {
    matches!(updated, Updated::Taken { .. })
}

fn is_file(list: &List) -> bool {
    !list.from.contains("://")
}

/// What no list may do here: block the organisation's own names, or what the policy says must always work.
pub(super) fn gate(config: &Config) -> Gate {
    let own: Vec<&str> = config.organisation.domains.iter().map(String::as_str).collect();
    let always: Vec<&str> = config.policy.always.iter().map(String::as_str).collect();
    let networks = config.compartment.values().flat_map(|compartment| &compartment.networks);
    let networks: Vec<IpNet> = networks.chain(&config.policy.always).filter_map(|text| text.parse().ok()).collect();
    Gate::new(&own, &always, &networks)
}
