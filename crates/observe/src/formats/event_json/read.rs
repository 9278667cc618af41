//! Event exports, one event a line: in the log's own shape (`Event`, as chainsaw and evtx_dump write) and Winlogbeat's.

use jiff::Timestamp;
use serde_json::{Map, Value};
use vauban_intake::{Budget, Problem};

use crate::{Context, Item, Passage, Reader, Sink, conversation::first_object, formats::evtx::Event};

/// Reads exported Windows events.
pub(in crate::formats) struct EventJson;

/// Lines longer than this are text only.
const LONGEST: usize = 4 << 20;

impl Reader for EventJson {
    fn name(&self) -> &'static str {
        "event_json"
    }

    fn recognises(&self, item: &Item<'_>) -> bool {
        first_object(item.bytes).is_some_and(|row| event(&row).is_some())
    }

    fn read(&self, item: &Item<'_>, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        let (mut offset, mut bad) = (0_u64, 0_u64);
        for line in item.bytes.split_inclusive(|byte| *byte == b'\n') {
            budget.check_time()?;
            let row =
                (line.len() <= LONGEST).then(|| serde_json::from_slice::<Map<String, Value>>(line).ok()).flatten();
            match row.as_ref().and_then(event) {
                Some((event, at)) => event.tell(at, sink),
                None => {
                    bad += u64::from(!line.trim_ascii().is_empty());
                    sink.passage(Passage { bytes: line, offset: Some(offset), how: &[], context: Context::default() });
                }
            }
            offset += line.len() as u64;
        }
        if bad == 0 { Ok(()) } else { Err(Problem::corrupt(format!("{bad} lines are no events"))) }
    }
}

/// The event in a row and its time.
fn event(row: &Map<String, Value>) -> Option<(Event, Option<Timestamp>)> {
    if let Some(beat) = row.get("winlog").filter(|beat| beat.get("event_id").is_some()) {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let id = beat.get("event_id").and_then(|id| id.as_u64().or_else(|| id.as_str()?.parse().ok()))?;
        let at = row.get("@timestamp").and_then(Value::as_str).and_then(|at| at.parse().ok());
        return Some((Event::new(text(beat.get("provider_name")), id, beat), at));
    }
    let whole = row.get("Event")?;
    let system = whole.get("System")?;
    let created = system.get("TimeCreated").map(|time| time.get("#attributes").unwrap_or(time));
    let at = created.and_then(|time| time.get("SystemTime")?.as_str()?.parse().ok());
    Some((Event::of(whole), at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixtures_read_as_expected() {
        crate::testing::check_fixtures(&EventJson);
    }
}
