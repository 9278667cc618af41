//! What happens to people, keys and sessions goes into the record, each event once, and its address is compared with what is known
//! of attackers. What somebody has to hear of at once is said in the log, without names.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use vauban_examine::{reference, severity};
use vauban_matching::set::{Hit, IndicatorSet};
use vauban_model::{Exposure, Location, Observable, ObservableKind, Sighting, Text};
use vauban_people::{Event, People, PeopleError, Told};
use vauban_record::{Happened, Kind, Record as _, RecordError, SqliteRecord};

use crate::tend::Indicators;

/// Events of one round.
const MOST: u32 = 500;
/// How long indicators are used before they are opened again.
const FRESH: Duration = Duration::from_secs(300);

/// Why nothing could be written down. It is tried again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WitnessError {
    /// The file of people.
    #[error("the file of people: {0}")]
    People(#[from] PeopleError),
    /// The record.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// What was written is not read.
    #[error("an entry cannot be written: {0}")]
    Form(#[from] serde_json::Error),
}

/// Writes down what happens.
pub(crate) struct Witness {
    record: PathBuf,
    indicators: Indicators,
    set: Option<(IndicatorSet, Instant)>,
    /// The number of the last event that the record has; none until it was asked.
    last: Option<u64>,
}

impl Witness {
    pub(crate) fn new(record: PathBuf, indicators: Indicators) -> Self {
        Self { record, indicators, set: None, last: None }
    }

    /// Writes down what happened since the last time; how many events. Whoever is killed between the record and the file of people
    /// finds the last number in the record.
    pub(crate) fn round(&mut self, people: &People, now: Timestamp) -> Result<usize, WitnessError> {
        let last = match self.last {
            Some(last) => last,
            None => *self.last.insert(last_number(&self.record)?),
        };
        let events = people.events(last, MOST)?;
        let Some(newest) = events.last() else { return Ok(0) };
        let mut record = SqliteRecord::open(&self.record)?;
        for event in &events {
            record.append(event.at, Kind::People, 0, &serde_json::to_string(&happened(event))?)?;
            for sighting in self.met(event, now) {
                tracing::warn!(
                    sensor = "signin",
                    what = event.kind.word(),
                    "somebody came from an address of an attacker's"
                );
                record.append(now, Kind::Sighting, 0, &serde_json::to_string(&sighting)?)?;
            }
        }
        record.commit()?;
        self.last = Some(newest.number);
        people.handed_over(newest.number, now)?;
        for event in events.iter().filter(|event| event.kind.told() != Told::Nobody) {
            let person = event.subject.as_ref().map(|named| named.id.to_string()).unwrap_or_default();
            tracing::warn!(
                sensor = "signin",
                what = event.kind.word(),
                person,
                number = event.number,
                "people should know of this"
            );
        }
        Ok(events.len())
    }

    /// What is known of the address that an event came from.
    fn met(&mut self, event: &Event, now: Timestamp) -> Vec<Sighting> {
        let Some(address) = event.address.map(|address| address.to_canonical()) else { return Vec::new() };
        let kind = if address.is_ipv4() { ObservableKind::Ipv4Addr } else { ObservableKind::Ipv6Addr };
        let Some(set) = self.set() else { return Vec::new() };
        let (text, mut sightings) = (address.to_string(), Vec::new());
        set.look_up(kind, &text, &mut |hit| {
            let Hit::Indicator { indicator, value, how } = hit else { return };
            if indicator.validity.has_expired(now) {
                return;
            }
            sightings.push(Sighting {
                location: Location::file("signin").inside(&event.number.to_string()),
                offset: None,
                observable: Observable::new(kind, text.as_str()),
                severity: severity(kind, &how, Exposure::Contacted, indicator.confidence),
                how: how.iter().map(|step| (*step).to_owned()).collect(),
                exposure: Exposure::Contacted,
                techniques: indicator.techniques.clone(),
                indicator: reference(&indicator, value),
                advice: advice(),
                excerpt: None,
                at: Some(event.at),
                occurrences: 1,
            });
        });
        sightings
    }

    /// The indicators, not older than a few minutes; none where they cannot be opened, which the filter of names says loudly.
    fn set(&mut self) -> Option<&IndicatorSet> {
        if self.set.as_ref().is_none_or(|(_, opened)| opened.elapsed() > FRESH) {
            match (self.indicators)() {
                Ok(set) => self.set = Some((set, Instant::now())),
                Err(error) => {
                    tracing::error!(sensor = "signin", error, "indicators cannot be opened; addresses are not compared")
                }
            }
        }
        self.set.as_ref().map(|(set, _)| set)
    }
}

fn happened(event: &Event) -> Happened {
    Happened {
        number: event.number,
        what: event.kind.word().to_owned(),
        person: event.subject.as_ref().map(|named| named.id.to_string()),
        address: event.address,
        text: event.text(),
    }
}

/// The number of the last event that the record has.
fn last_number(record: &Path) -> Result<u64, RecordError> {
    let mut last = 0;
    if record.exists() {
        SqliteRecord::open(record)?.entries(None, Some(Kind::People), &mut |entry| {
            let number = serde_json::from_str::<Happened>(&entry.body).map(|happened| happened.number);
            last = last.max(number.unwrap_or_default());
        })?;
    }
    Ok(last)
}

fn advice() -> Text {
    Text::new(
        "Demandez à la personne, de vive voix, si c'était elle. Sinon : `vauban people suspend`, puis changez ses clés.",
        "Ask the person, by voice, whether it was them. If not: `vauban people suspend`, then change their keys.",
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
    use vauban_matching::set::{SetBytes, build};
    use vauban_model::{Indicator, IndicatorId, Marking, Source, Test, Validity};
    use vauban_people::{Attempt, Rules};

    use super::*;

    const ATTACKERS: &str = "203.0.113.66";

    fn indicators() -> Indicators {
        let test = Test::Observable(Observable::new(ObservableKind::Ipv4Addr, ATTACKERS));
        let indicator = Indicator {
            id: IndicatorId::derived("cert", "ipv4-addr", ATTACKERS),
            name: "relay".to_owned(),
            description: String::new(),
            tests: vec![test],
            marking: Marking::Amber,
            confidence: Some(90),
            validity: Validity::default(),
            techniques: Vec::new(),
            labels: Vec::new(),
            source: Source { name: "cert".to_owned(), ..Source::default() },
        };
        let bytes = build(&[indicator]).bytes;
        Arc::new(move || IndicatorSet::open(SetBytes::Owned(bytes.clone())).map_err(|error| error.to_string()))
    }

    fn bodies(record: &Path, kind: Kind) -> Vec<String> {
        let mut bodies = Vec::new();
        SqliteRecord::open(record).unwrap().entries(None, Some(kind), &mut |entry| bodies.push(entry.body)).unwrap();
        bodies
    }

    #[test]
    fn an_event_is_written_once_and_an_attackers_address_is_a_sighting() {
        let folder = tempfile::tempdir().unwrap();
        let (file, record) = (folder.path().join("people.sqlite"), folder.path().join("record.sqlite"));
        let (people, now) = (People::open(&file, Rules::default()).unwrap(), Timestamp::UNIX_EPOCH);
        people.found("Ana".parse().unwrap(), &mut ChaCha20Rng::from_seed([1; 32]), now).unwrap();
        for address in ["192.0.2.1", ATTACKERS, "::ffff:203.0.113.66"] {
            let attempt = Attempt { person: None, address: address.parse().ok(), why: "no-such-key" };
            people.refused(&attempt, now).unwrap();
        }
        let mut witness = Witness::new(record.clone(), indicators());
        assert_eq!(witness.round(&people, now).unwrap(), 4);
        assert_eq!(witness.round(&people, now).unwrap(), 0);
        // Whoever died after the record and before the file of people begins with what the record has.
        assert_eq!(Witness::new(record.clone(), indicators()).round(&people, now).unwrap(), 0);
        assert_eq!(bodies(&record, Kind::People).len(), 4);
        let sightings = bodies(&record, Kind::Sighting);
        assert!(sightings.len() == 2 && sightings.iter().all(|body| body.contains(ATTACKERS)), "{sightings:?}");
    }

    #[test]
    fn without_indicators_it_is_written_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let people = People::open(&folder.path().join("people.sqlite"), Rules::default()).unwrap();
        let now = Timestamp::UNIX_EPOCH;
        let attempt = Attempt { person: None, address: ATTACKERS.parse().ok(), why: "no-such-key" };
        people.refused(&attempt, now).unwrap();
        let record = folder.path().join("record.sqlite");
        let mut witness = Witness::new(record.clone(), Arc::new(|| Err("no set".to_owned())));
        assert_eq!(witness.round(&people, now).unwrap(), 1);
        assert!(bodies(&record, Kind::People).len() == 1 && bodies(&record, Kind::Sighting).is_empty());
    }
}
