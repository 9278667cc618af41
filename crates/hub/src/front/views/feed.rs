//! A feed of MISP: one event for each day on which something came, and each marking. The day and the marking name it, so that it is the
//! same event for as long as anything of it is there.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, civil::Date};
use serde_json::{Map, Value};
use vauban_intel::export::{MispEvent, WrittenMispEvent};
use vauban_model::{Indicator, IndicatorId, Marking};

use super::{
    document::{Shown, indicators},
    tag::{beginning, day},
    walk::{Looking, Part},
};
use crate::{
    front::{Front, problem::Problem},
    store::{Detail, StreamView},
};

const MARKINGS: [Marking; 4] = [Marking::Clear, Marking::Green, Marking::Amber, Marking::AmberStrict];

/// Who makes the events, and for which stream.
struct Author {
    name: String,
    id: String,
    stream: String,
    title: String,
}

impl Author {
    fn of(front: &Front, view: &StreamView) -> Self {
        Self {
            name: front.settings.title.clone(),
            id: front.settings.hub.to_string(),
            stream: view.info.id.0.to_string(),
            title: view.info.title.clone(),
        }
    }

    fn uuid(&self, day: Date, marking: Marking) -> String {
        let id = IndicatorId::derived(&self.stream, "misp event", &format!("{day} {marking}"));
        id.as_str().trim_start_matches("indicator--").to_owned()
    }

    /// The events of what is shown, by their UUIDs.
    fn events(&self, shown: &[Shown]) -> BTreeMap<String, WrittenMispEvent> {
        let mut groups = BTreeMap::<(Date, Marking), Vec<&Shown>>::new();
        for one in shown {
            groups.entry((day(one.added), one.indicator.marking)).or_default().push(one);
        }
        let written = groups.into_iter().filter_map(|((date, marking), group)| {
            let uuid = self.uuid(date, marking);
            let info = format!("{} · {date} · {marking}", self.title);
            let changed = group.iter().map(|one| one.added).max()?;
            let author = (self.name.as_str(), self.id.as_str());
            let event = MispEvent { uuid: &uuid, info: &info, date, changed, author, marking };
            let indicators: Vec<&Indicator> = group.iter().map(|one| &one.indicator).collect();
            let written = event.write(&indicators)?;
            Some((uuid, written))
        });
        written.collect()
    }
}

/// The list of events: what MISP reads first.
pub(super) async fn manifest(looking: Looking<'_>) -> Result<String, Problem> {
    let events = events(looking, None, None).await?;
    let lines: Map<String, Value> = events.into_iter().map(|(uuid, event)| (uuid, event.manifest)).collect();
    Ok(format!("{:#}\n", Value::Object(lines)))
}

/// A line for each value.
pub(super) async fn hashes(looking: Looking<'_>) -> Result<String, Problem> {
    let events = events(looking, None, None).await?;
    let lines = events.iter().flat_map(|(uuid, event)| event.hashes.iter().map(move |hash| (hash, uuid)));
    Ok(lines.map(|(hash, uuid)| format!("{hash},{uuid}\n")).collect())
}

/// One event.
pub(super) async fn event(looking: Looking<'_>, uuid: &str, date: Date) -> Result<String, Problem> {
    let start = beginning(date)?;
    let before = start.checked_sub(SignedDuration::from_micros(1)).map_err(|_| Problem::Event)?;
    let after = start.checked_add(SignedDuration::from_hours(24)).map_err(|_| Problem::Event)?;
    let mut events = events(looking, Some(before), Some(after)).await?;
    Ok(events.remove(uuid).ok_or(Problem::Event)?.text)
}

async fn events(
    looking: Looking<'_>,
    after: Option<Timestamp>,
    before: Option<Timestamp>,
) -> Result<BTreeMap<String, WrittenMispEvent>, Problem> {
    let shown = indicators(looking, after, before).await?;
    let author = Author::of(looking.front, looking.view);
    tokio::task::spawn_blocking(move || author.events(&shown)).await.map_err(|_| Problem::Internal)
}

/// The day of the event of this UUID, among the days on which something came.
pub(super) async fn day_of(looking: Looking<'_>, uuid: &str) -> Result<Option<Date>, Problem> {
    let author = Author::of(looking.front, looking.view);
    let mut walk = looking.walk(&Part { types: &["indicator"], after: None }, Detail::Manifest);
    let mut last = None;
    while let Some(page) = walk.next().await? {
        for entry in page {
            let date = day(entry.added);
            if last.replace(date) != Some(date) && MARKINGS.iter().any(|marking| author.uuid(date, *marking) == uuid) {
                return Ok(Some(date));
            }
        }
    }
    Ok(None)
}
