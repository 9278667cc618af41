//! Putting the filter of names together.

use std::{fs, path::PathBuf, sync::Arc};

use jiff::Timestamp;
use vauban_resolver::{Cache, Resolver, Settings};

use super::{
    devices::Devices,
    engine::{Engine, Means},
    log::Log,
    opens::Opens,
    page::Page,
    plan::Plan,
    sensor::DnsSensor,
};
use crate::{Metrics, config::DnsTable};

/// What the filter is made of besides its plan.
pub struct Parts {
    /// The file of names that were asked for.
    pub log: PathBuf,
    /// What opens the network where it is closed.
    pub opens: Option<Arc<dyn Opens>>,
    /// Shows why a name is blocked.
    pub page: Page,
    /// Counters.
    pub metrics: Metrics,
    /// The clock.
    pub now: fn() -> Timestamp,
    /// A secret of this process.
    pub seed: [u64; 2],
}

/// Puts the filter together.
///
/// # Errors
/// When its servers, keys or certificates cannot be used.
pub fn start(plan: Plan, parts: Parts) -> Result<DnsSensor, String> {
    let Parts { log, opens, page, metrics, now, seed } = parts;
    let (resolver, cache) = resolver(&plan.table, seed)?;
    let log = Log::start(log, metrics.clone(), now).map_err(|error| error.to_string())?;
    let means = Means { resolver, cache, devices: Devices::default(), log, opens, page, metrics, now };
    DnsSensor::new(Engine::new(plan, means))
}
