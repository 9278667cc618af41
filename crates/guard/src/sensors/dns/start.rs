//! Putting the filter of names together.

use std::{fs, path::PathBuf, sync::Arc, time::Instant};

use jiff::Timestamp;
use vauban_resolver::{Cache, Limits, Resolver, Settings};

use super::{
    devices::Devices,
    engine::{Engine, Means},
    log::Log,
    network::Network,
    outlets::Outlets,
    page::Page,
    plan::Plan,
    sensor::DnsSensor,
};
use crate::{Metrics, config::DnsTable};

/// What the filter is made of besides its plan.
pub struct Parts {
    /// The file of names that were asked for.
    pub log: PathBuf,
    /// The kernel's rules, where they are ours.
    pub network: Option<Arc<Network>>,
    /// What is given out to other resolvers.
    pub outlets: Outlets,
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
    let Parts { log, network, outlets, page, metrics, now, seed } = parts;
    let (resolver, cache) = resolver(&plan.table, seed, now)?;
    let log = Log::start(log, metrics.clone(), now).map_err(|error| error.to_string())?;
    let means = Means { resolver, cache, devices: Devices::default(), log, network, page, metrics, now };
    DnsSensor::new(Engine::new(plan, means), outlets)
}

/// The resolver side, and what it remembers.
fn resolver(table: &DnsTable, seed: [u64; 2], now: fn() -> Timestamp) -> Result<(Resolver, Arc<Cache>), String> {
    let read = |path: &str| (!path.is_empty()).then(|| fs::read(path).map_err(|error| format!("{path}: {error}")));
    let anchors = read(&table.trust_anchor).transpose()?;
    let settings = Settings {
        authorities: read(&table.upstream_ca).transpose()?,
        validate: table.validate,
        trust_anchors: anchors.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        insecure: table.unsigned.clone(),
        most_questions: table.waiting,
        ..Settings::new(table.upstream.clone(), Arc::new(move || crate::clock::system(now())))
    };
    let limits = Limits { bytes: table.cache_mib << 20, ..Limits::default() };
    let cache = Arc::new(Cache::new(limits, seed, Instant::now()));
    let resolver = Resolver::new(&settings, Arc::clone(&cache)).map_err(|error| chain(&error))?;
    Ok((resolver, cache))
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |said, cause| format!("{said}: {cause}"))
}
