//! Event exports, one event a line or all in one list: in the log's own shape (`Event`, as chainsaw and evtx_dump write),
//! Winlogbeat's, and EvtxECmd's.

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
        let first = list(item.bytes).map_or_else(|| first_object(item.bytes), first_of_list);
        first.is_some_and(|row| event(&row).is_some())
    }

    fn read(&self, item: &Item<'_>, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        if let Some(list) = list(item.bytes) {
            return read_list(list, budget, sink);
        }
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

/// What follows the bracket that opens a list.
fn list(bytes: &[u8]) -> Option<&[u8]> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.trim_ascii_start().strip_prefix(b"[")
}

fn first_of_list(list: &[u8]) -> Option<Map<String, Value>> {
    let head = list.get(..LONGEST).unwrap_or(list);
    serde_json::Deserializer::from_slice(head).into_iter().next()?.ok()
}

/// Reads a list element by element: it may be long.
fn read_list(mut rest: &[u8], budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
    let mut bad = 0_u64;
    loop {
        budget.check_time()?;
        rest = rest.trim_ascii_start();
        if let Some(after) = rest.strip_prefix(b",") {
            rest = after;
            continue;
        }
        if rest.is_empty() || rest.starts_with(b"]") {
            break;
        }
        let mut elements = serde_json::Deserializer::from_slice(rest).into_iter::<Value>();
        let Some(Ok(element)) = elements.next() else {
            sink.passage(Passage { bytes: rest, offset: None, how: &[], context: Context::default() });
            return Err(Problem::corrupt("the list of events is broken"));
        };
        let (bytes, after) = rest.split_at_checked(elements.byte_offset()).unwrap_or((rest, &[]));
        rest = after;
        match element.as_object().and_then(event) {
            Some((event, at)) => event.tell(at, sink),
            None => {
                bad += 1;
                sink.passage(Passage { bytes, offset: None, how: &[], context: Context::default() });
            }
        }
    }
    if bad == 0 { Ok(()) } else { Err(Problem::corrupt(format!("{bad} elements of the list are no events"))) }
}

/// The event in a row and its time.
fn event(row: &Map<String, Value>) -> Option<(Event, Option<Timestamp>)> {
    if let Some(beat) = row.get("winlog").filter(|beat| beat.get("event_id").is_some()) {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let id = beat.get("event_id").and_then(|id| id.as_u64().or_else(|| id.as_str()?.parse().ok()))?;
        let at = row.get("@timestamp").and_then(Value::as_str).and_then(|at| at.parse().ok());
        return Some((Event::new(text(beat.get("provider_name")), id, beat), at));
    }
    if let (Some(Value::String(provider)), Some(id), Some(Value::String(payload))) =
        (row.get("Provider"), row.get("EventId").and_then(Value::as_u64), row.get("Payload"))
    {
        // The event's data is a text of JSON in it; what stands beside them is a summary of the same.
        let mut fields = serde_json::from_str::<Map<String, Value>>(payload).unwrap_or_else(|_| row.clone());
        for name in ["Channel", "Computer", "UserName"] {
            fields.extend(row.get(name).map(|value| (name.to_owned(), value.clone())));
        }
        let at = row.get("TimeCreated").and_then(Value::as_str).and_then(|at| at.parse().ok());
        return Some((Event::new(provider.clone(), id, &Value::Object(fields)), at));
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
