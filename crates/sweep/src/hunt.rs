//! Asking history again: new indicators against everything that was ever swept, without opening a file.
//!
//! Only whole observables are asked: rules need the bytes and patterns over several observables need all that one item
//! showed, so both need a sweep; how many there are is said.

use std::{cell::RefCell, ops::ControlFlow, path::Path};

use jiff::Timestamp;
use vauban_examine::{reference, severity};
use vauban_matching::set::{Hit, IndicatorSet};
use vauban_model::{Exposure, Indicator, Observable, ObservableKind, Severity, Sighting, Text};
use vauban_record::{Former, KnownStore, Observation, Place, RecordError, Stat};

use crate::known::is_url;

/// What to ask of history.
pub struct Hunt<'h> {
    /// The compiled indicators.
    pub set: &'h IndicatorSet,
    /// What to do about a sighting.
    pub advice: fn(ObservableKind, Exposure, Severity) -> Text,
    /// The time of the hunt: indicators that expired before it do not match.
    pub now: Timestamp,
    /// Whether expired indicators match all the same.
    pub with_expired: bool,
    /// Tells what the file system says of a path now; none when nothing is there.
    pub stat: fn(&Path) -> Option<Stat>,
}

/// A sighting in the past.
#[derive(Debug, Clone, PartialEq)]
pub struct Hunted {
    /// The sighting.
    pub sighting: Sighting,
    /// When the evidence was read, or last seen changed.
    pub seen: Timestamp,
    /// Whether it is still there.
    pub evidence: Evidence,
}

/// What has become of a piece of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// It is there as it was.
    There,
    /// Something else is in its place.
    Changed,
    /// Nothing is there.
    Gone,
    /// It lies on a server, which is not asked.
    Elsewhere,
}

impl Evidence {
    /// The word used in every output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::There => "there",
            Self::Changed => "changed",
            Self::Gone => "gone",
            Self::Elsewhere => "elsewhere",
        }
    }
}

impl Hunt<'_> {
    /// Calls back with every sighting, and gives the number of observables that were asked.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn run(&self, store: &KnownStore, found: &mut dyn FnMut(Hunted)) -> Result<u64, RecordError> {
        let mut asked = 0;
        let hits = RefCell::new(Vec::new());
        let mut outcome = Ok(());
        store.ask(
            &mut |kind, value| {
                asked += 1;
                let mut hits = hits.borrow_mut();
                hits.clear();
                self.set.look_up(kind, value, &mut |hit| hits.push(hit));
                !hits.is_empty()
            },
            &mut |observation| {
                for hit in hits.borrow().iter() {
                    if let Hit::Indicator { indicator, value, how } = hit
                        && let Err(error) = self.met(store, &observation, indicator, value, how, found)
                    {
                        outcome = Err(error);
                        return ControlFlow::Break(());
                    }
                }
                ControlFlow::Continue(())
            },
        )?;
        outcome.map(|()| asked)
    }

    fn met(
        &self,
        store: &KnownStore,
        observation: &Observation,
        indicator: &Indicator,
        value: &str,
        how: &[&'static str],
        found: &mut dyn FnMut(Hunted),
    ) -> Result<(), RecordError> {
        if !self.with_expired && indicator.validity.has_expired(self.now) {
            return Ok(());
        }
        for place in &observation.places {
            let own_name = observation.kind == ObservableKind::FileName && !place.mentioned && place.inside.is_empty();
            for former in store.places_of(place.content)? {
                // The same content may lie elsewhere under another name.
                if own_name && former.path.rsplit('/').next() != Some(&*observation.value) {
                    continue;
                }
                let sighting = self.sighting(observation, place, &former, indicator, value, how);
                let evidence = self.evidence(&former);
                found(Hunted { sighting, seen: Timestamp::from_second(former.seen).unwrap_or_default(), evidence });
            }
        }
        Ok(())
    }

    fn sighting(
        &self,
        observation: &Observation,
        place: &Place,
        former: &Former,
        indicator: &Indicator,
        value: &str,
        how: &[&'static str],
    ) -> Sighting {
        let mut steps = how.to_vec();
        if place.mentioned {
            steps.push("mentioned");
        }
        let severity = severity(observation.kind, &steps, place.exposure, indicator.confidence);
        Sighting {
            location: place.location(&former.path),
            offset: None,
            observable: Observable::new(observation.kind, observation.value.as_str()),
            indicator: reference(indicator, value.to_owned()),
            how: steps.into_iter().map(str::to_owned).collect(),
            exposure: place.exposure,
            severity,
            techniques: indicator.techniques.clone(),
            advice: (self.advice)(observation.kind, place.exposure, severity),
            excerpt: None,
            at: place.at.and_then(|at| Timestamp::from_second(at).ok()),
            occurrences: 1,
        }
    }

    fn evidence(&self, former: &Former) -> Evidence {
        if is_url(&former.path) {
            return Evidence::Elsewhere;
        }
        let Some(now) = (self.stat)(Path::new(&former.path)) else { return Evidence::Gone };
        match former.stat {
            // A file that was fresh when it was read is known by less.
            Some(then) if then.changed == 0 && now == (Stat { changed: now.changed, ..then }) => Evidence::There,
            Some(then) if now == then => Evidence::There,
            _ => Evidence::Changed,
        }
    }
}
