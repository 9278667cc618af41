//! The zone that is given out, and what changed before: one copy of it, however many take it.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::{
    name::ZoneName,
    settings::ServeSettings,
    surroundings::Surroundings,
    zone::{Difference, Soa, Zone, is_newer},
};

/// Why a zone is not given out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// Another zone.
    #[error("{0} is given out here, not {1}")]
    OtherZone(ZoneName, ZoneName),
    /// Servers that have the other one would never take this one.
    #[error("serial {offered} is not newer than {current}, which is given out")]
    NotNewer {
        /// The serial that is given out.
        current: u32,
        /// The serial of the new zone.
        offered: u32,
    },
}

/// How many changes are kept to be given out as differences.
const STEPS: usize = 24;

/// Gives out a zone. Clones give out the same one.
#[derive(Clone, Debug)]
pub struct Outlet(pub(super) Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) settings: ServeSettings,
    pub(super) surroundings: Surroundings,
    published: Mutex<Option<Arc<Published>>>,
    /// The serial that is given out.
    pub(super) changed: watch::Sender<Option<u32>>,
}

/// What is given out.
#[derive(Debug)]
pub(super) struct Published {
    pub(super) zone: Arc<Zone>,
    /// What led to it, the oldest first.
    steps: Vec<Arc<Step>>,
}

/// From one serial to the next.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) from: Soa,
    pub(super) to: Soa,
    pub(super) difference: Difference,
}

impl Outlet {
    /// Gives out nothing until something is published.
    #[must_use]
    pub fn new(settings: ServeSettings, surroundings: Surroundings) -> Self {
        let changed = watch::Sender::new(None);
        Self(Arc::new(Inner { settings, surroundings, published: Mutex::new(None), changed }))
    }

    /// Gives out this zone from now on. Whoever is taking the one before gets it to its end; servers that are to be told are told. What
    /// changed is found here, by going over both, so this takes a moment with a large zone.
    ///
    /// # Errors
    ///
    /// When it is another zone, or its serial is not newer.
    pub fn publish(&self, zone: Arc<Zone>) -> Result<(), PublishError> {
        let Inner { settings, published, changed, .. } = &*self.0;
        if *zone.name() != settings.zone {
            return Err(PublishError::OtherZone(settings.zone.clone(), zone.name().clone()));
        }
        let before = self.published();
        if let Some(before) = &before {
            let (current, offered) = (before.zone.serial(), zone.serial());
            if !is_newer(offered, current) {
                return Err(PublishError::NotNewer { current, offered });
            }
        }
        let serial = zone.serial();
        let steps = before.map(|before| steps_to(&before, &zone)).unwrap_or_default();
        *published.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(Published { zone, steps }));
        changed.send_replace(Some(serial));
        Ok(())
    }

    /// The zone that is given out.
    #[must_use]
    pub fn zone(&self) -> Option<Arc<Zone>> {
        self.published().map(|published| Arc::clone(&published.zone))
    }

    pub(super) fn published(&self) -> Option<Arc<Published>> {
        self.0.published.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Published {
    /// What leads from this serial to the zone; `None` when that is not known any more.
    pub(super) fn steps_from(&self, serial: u32) -> Option<&[Arc<Step>]> {
        let at = self.steps.iter().position(|step| step.from.serial == serial)?;
        self.steps.get(at..)
    }
}

/// The steps that are still known, with the one to `zone`. Past half of what a zone takes, differences are no saving.
fn steps_to(before: &Published, zone: &Zone) -> Vec<Arc<Step>> {
    let difference = Difference::between(before.zone.records(), zone.records());
    let step = Step { from: before.zone.soa().clone(), to: zone.soa().clone(), difference };
    let mut steps = before.steps.clone();
    steps.push(Arc::new(step));
    let mut room = zone.size() / 2;
    let kept = steps.iter().rev().take(STEPS).take_while(|step| {
        let size = step.difference.size();
        let fits = size <= room;
        room = room.saturating_sub(size);
        fits
    });
    let kept = kept.count();
    steps.split_off(steps.len() - kept)
}
