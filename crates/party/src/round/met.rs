//! A label that opened becomes a sighting of the record: where it was seen, what to do, whom to call.

use std::{ops::ControlFlow, path::Path};

use jiff::Timestamp;
use vauban_blind::Severity;
use vauban_model::{
    Exposure, IndicatorId, IndicatorRef, Location, Marking, Observable, ObservableKind, Sighting, Text,
};
use vauban_record::{Kind, KnownStore, Looked, Names, RecordError, write_down};

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

/// Writes down every place where something was met.
pub(super) fn write(
    hit: &Hit,
    hub: &str,
    (known, names, record): (&Path, &Path, &Path),
    now: Timestamp,
) -> Result<usize, RecordError> {
    let mut places = places(hit, known, names)?;
    if places.is_empty() {
        // History forgot it meanwhile; that it was met is told all the same.
        let kind = kind(hit).unwrap_or(ObservableKind::Text);
        let observable = Observable::new(kind, hit.value.as_str());
        places.push(Place { location: Location::file(hub), observable, exposure: Exposure::Present, at: None });
    }
    for place in &places {
        write_down(record, now, Kind::Sighting, &sighting(hit, hub, place, now))?;
    }
    Ok(places.len())
}

fn sighting(hit: &Hit, hub: &str, place: &Place, now: Timestamp) -> Sighting {
    let label = &hit.label;
    let id = IndicatorId::derived(&hit.stream.to_string(), "label", &label.id.to_string());
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
            id,
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

fn is_met(hit: &Hit, kind: ObservableKind, value: &str) -> bool {
    forms(kind, value).iter().any(|form| form.kind.as_str() == hit.kind && *form.value == *hit.value)
}

fn places(hit: &Hit, known: &Path, names: &Path) -> Result<Vec<Place>, RecordError> {
    let mut places = Vec::new();
    if known.exists() {
        let store = KnownStore::read_only(known)?;
        let mut seen = Vec::new();
        store.ask(&mut |kind, value| is_met(hit, kind, value), &mut |observation| {
            seen.push(observation);
            if seen.len() < MOST { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        for observation in &seen {
            for place in &observation.places {
                for former in store.places_of(place.content)? {
                    let file = Location::file(&former.path);
                    places.push(Place {
                        location: place.inside.iter().fold(file, |outer, segment| outer.inside(segment)),
                        observable: Observable::new(observation.kind, observation.value.as_str()),
                        exposure: place.exposure,
                        at: place.at.and_then(|at| Timestamp::from_second(at).ok()),
                    });
                }
            }
        }
    }
    if hit.kind == ObservableKind::DomainName.as_str()
        && let Some(names) = Names::existing(names)?
    {
        let looked = Looked { under: hit.value.clone(), most: u32::try_from(MOST).unwrap_or(1), ..Looked::default() };
        for row in names.look(&looked)? {
            places.push(Place {
                location: Location::file(&row.row.asker).inside(&row.row.compartment),
                observable: Observable::new(ObservableKind::DomainName, row.row.name.as_str()),
                exposure: Exposure::Contacted,
                at: Some(row.row.at),
            });
        }
    }
    places.truncate(MOST);
    Ok(places)
}
