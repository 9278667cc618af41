//! Zones that are given out: what each compartment sees, for resolvers that an organisation has already.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::Timestamp;
use vauban_intel::whole;
use vauban_rpz::{Listening, Outlet, ServeSettings, Surroundings, Zone, is_newer};

use super::plan::Plan;

/// The zones of an organisation. Clones are the same ones.
#[derive(Debug, Clone, Default)]
pub struct Outlets(Arc<Vec<Given>>);

/// One zone that is given out.
#[derive(Debug)]
struct Given {
    compartment: String,
    outlet: Outlet,
    settings: ServeSettings,
    /// Where its last serial is kept: servers never take an older one, whatever the clock says.
    serial: PathBuf,
}

impl Outlets {
    /// Zones that give out nothing yet.
    #[must_use]
    pub fn new(zones: &BTreeMap<String, ServeSettings>, state: &Path, surroundings: &Surroundings) -> Self {
        let given = zones.iter().map(|(compartment, settings)| Given {
            compartment: compartment.clone(),
            outlet: Outlet::new(settings.clone(), surroundings.clone()),
            settings: settings.clone(),
            serial: state.join("zones").join(format!("{}.serial", settings.zone)),
        });
        Self(Arc::new(given.collect()))
    }

    /// Listens for those who take them.
    pub(super) async fn listen(&self) -> Result<Vec<Listening>, String> {
        let mut listening = Vec::new();
        for given in &*self.0 {
            let told = |error: std::io::Error| format!("[zone.{}]: {error}", given.compartment);
            listening.push(given.outlet.listen().await.map_err(told)?);
        }
        Ok(listening)
    }

    /// Gives out what compartments see by this plan. Takes seconds with a million names: nothing waits for it.
    pub fn publish(&self, plan: &Plan, now: Timestamp) {
        for given in &*self.0 {
            given.publish(plan, now);
        }
    }
}

impl Given {
    fn publish(&self, plan: &Plan, now: Timestamp) {
        let zone = &self.settings.zone;
        let before = self.outlet.zone();
        let serial = self.next_serial(before.as_deref().map(Zone::serial), now);
        let built = Zone::build(zone, serial, plan.view(&self.compartment, now));
        if built.refused > 0 {
            tracing::warn!(%zone, refused = built.refused, examples = ?built.examples, "names have no place in a zone");
        }
        if before.is_some_and(|before| before.entries().eq(built.zone.entries())) {
            return;
        }
        self.keep_serial(serial);
        let entries = built.zone.len();
        match self.outlet.publish(Arc::new(built.zone)) {
            Ok(()) => tracing::info!(%zone, serial, entries, "a zone is given out"),
            Err(error) => tracing::error!(%zone, %error, "a zone cannot be given out"),
        }
    }

    /// The time, or one more than what was given out last, here or before this process.
    fn next_serial(&self, last: Option<u32>, now: Timestamp) -> u32 {
        let kept = fs::read_to_string(&self.serial).ok().and_then(|text| text.trim().parse().ok());
        let time = u32::try_from(now.as_second().max(1) & i64::from(u32::MAX)).unwrap_or(1);
        match last.or(kept) {
            Some(last) if !is_newer(time, last) => last.wrapping_add(1),
            _ => time,
        }
    }

    fn keep_serial(&self, serial: u32) {
        let kept = self.serial.parent().map_or(Ok(()), fs::create_dir_all);
        if let Err(error) = kept.and_then(|()| whole::write(&self.serial, serial.to_string().as_bytes())) {
            tracing::warn!(%error, "the serial of a zone cannot be kept: a clock that is set back would stop it");
        }
    }
}
