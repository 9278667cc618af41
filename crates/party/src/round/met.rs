//! A label that opened becomes a sighting of the record: where it was seen, what to do, whom to call.

use std::{ops::ControlFlow, path::Path};

use jiff::Timestamp;
use vauban_blind::Severity;
use vauban_model::{
    Exposure, IndicatorId, IndicatorRef, Location, Marking, Observable, ObservableKind, Sighting, Text,
};
use vauban_record::{Kind, KnownStore, Looked, Names, Observation, Record as _, RecordError, SqliteRecord};

use super::seen::forms;
use crate::Hit;

/// Places that are told of one hit.
const MOST: usize = 50;

/// Where what was met was seen.
struct Place {
    location: Location,
    observable: Observable,
    exposure: Exposure,
    at: Option<Timestamp>,
}

/// Writes down every place where each of these was met: all of them or none.
pub(super) fn write(
    hits: &[Hit],
    hub: &str,
    (known, names, record): (&Path, &Path, &Path),
    now: Timestamp,
) -> Result<(), RecordError> {
    let mut all = in_history(hits, known)?;
    let mut record = SqliteRecord::open(record)?;
    for (hit, places) in hits.iter().zip(&mut all) {
        add_names(hit, names, places)?;
        places.truncate(MOST);
        if places.is_empty() {
            // History forgot it meanwhile; that it was met is told all the same.
            let kind = kind(hit).unwrap_or(ObservableKind::Text);
            let observable = Observable::new(kind, hit.value.as_str());
            places.push(Place { location: Location::file(hub), observable, exposure: Exposure::Present, at: None });
        }
        for place in places {
            let body = serde_json::to_string(&sighting(hit, hub, place, now));
            let body = body.map_err(|error| RecordError::Store(error.to_string()))?;
            record.append(now, Kind::Sighting, 0, &body)?;
        }
    }
    record.commit()
}

/// The indicator that a label of a stream is in the record.
pub(crate) fn indicator_of(hit: &Hit) -> IndicatorId {
    IndicatorId::derived(&hit.stream.to_string(), "label", &hit.label.id.to_string())
}

fn sighting(hit: &Hit, hub: &str, place: &Place, now: Timestamp) -> Sighting {
    let label = &hit.label;
    let (fr, en) = (format!("{} {}", label.advice_fr, label.call), format!("{} {}", label.advice_en, label.call));
    let severity = match label.severity {
        Severity::Low => vauban_model::Severity::Low,
        Severity::Medium => vauban_model::Severity::Medium,
        Severity::High => vauban_model::Severity::High,
    };
    Sighting {
        location: place.location.clone(),
        offset: None,
        observable: place.observable.clone(),
        indicator: IndicatorRef {
            id: indicator_of(hit),
            value: hit.value.clone(),
            name: format!("label {}", label.id),
            source: hub.to_owned(),
            // Only who met it knows it: it is for this organisation.
            marking: Marking::AmberStrict,
            confidence: None,
            known_since: None,
            references: Vec::new(),
        },
        how: vec!["blind".to_owned()],
        exposure: place.exposure,
        severity,
        techniques: Vec::new(),
        advice: Text::new(fr, en),
        excerpt: None,
        at: place.at.or(Some(now)),
        occurrences: 1,
    }
}

fn kind(hit: &Hit) -> Option<ObservableKind> {
    serde_json::from_value(serde_json::Value::String(hit.kind.clone())).ok()
}

/// Where each was seen: history is gone over once for all of them.
fn in_history(hits: &[Hit], known: &Path) -> Result<Vec<Vec<Place>>, RecordError> {
    let mut all: Vec<Vec<Place>> = hits.iter().map(|_| Vec::new()).collect();
    if !known.exists() {
        return Ok(all);
    }
    let store = KnownStore::read_only(known)?;
    let mut outcome = Ok(());
    store.ask(&mut |kind, value| met(hits, kind, value).next().is_some(), &mut |observation| {
        for at in met(hits, observation.kind, &observation.value) {
            if let Some(places) = all.get_mut(at).filter(|places| places.len() < MOST)
                && let Err(error) = add(&store, &observation, places)
            {
                outcome = Err(error);
                return ControlFlow::Break(());
            }
        }
        if all.iter().all(|places| places.len() >= MOST) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    outcome.map(|()| all)
}

/// Which of the hits something meets.
fn met(hits: &[Hit], kind: ObservableKind, value: &str) -> impl Iterator<Item = usize> {
    let forms = forms(kind, value);
    let is_one = move |hit: &Hit| forms.iter().any(|form| form.kind.as_str() == hit.kind && *form.value == *hit.value);
    hits.iter().enumerate().filter(move |(_, hit)| is_one(hit)).map(|(at, _)| at)
}

fn add(store: &KnownStore, observation: &Observation, to: &mut Vec<Place>) -> Result<(), RecordError> {
    for place in &observation.places {
        for former in store.places_of(place.content)? {
            to.push(Place {
                location: place.location(&former.path),
                observable: Observable::new(observation.kind, observation.value.as_str()),
                exposure: place.exposure,
                at: place.at.and_then(|at| Timestamp::from_second(at).ok()),
            });
        }
    }
    Ok(())
}

/// Who asked for the name, as far as the filter of names keeps it.
fn add_names(hit: &Hit, names: &Path, to: &mut Vec<Place>) -> Result<(), RecordError> {
    if hit.kind != ObservableKind::DomainName.as_str() {
        return Ok(());
    }
    let Some(names) = Names::existing(names)? else { return Ok(()) };
    let looked = Looked { under: hit.value.clone(), most: u32::try_from(MOST).unwrap_or(1), ..Looked::default() };
    for row in names.look(&looked)? {
        to.push(Place {
            location: Location::file(&row.row.asker).inside(&row.row.compartment),
            observable: Observable::new(ObservableKind::DomainName, row.row.name.as_str()),
            exposure: Exposure::Contacted,
            at: Some(row.row.at),
        });
    }
    Ok(())
}
