//! EVE JSON: one event a line.

use jiff::Timestamp;
use serde_json::{Map, Value};
use vauban_intake::{Budget, Problem};

use crate::{
    Item, Passage, Reader, Sink,
    conversation::{Conversation, first_object, without_escapes},
};

/// Reads Suricata's EVE JSON.
pub(in crate::formats) struct Suricata;

/// Lines longer than this are text only.
const LONGEST: usize = 4 << 20;

impl Reader for Suricata {
    fn name(&self) -> &'static str {
        "suricata"
    }

    fn recognises(&self, item: &Item<'_>) -> bool {
        first_object(item.bytes)
            .is_some_and(|event| event.contains_key("event_type") && event.contains_key("timestamp"))
    }

    fn read(&self, item: &Item<'_>, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        let mut offset = 0_u64;
        let mut bad = 0_u64;
        for line in item.bytes.split_inclusive(|byte| *byte == b'\n') {
            budget.check_time()?;
            let event =
                (line.len() <= LONGEST).then(|| serde_json::from_slice::<Map<String, Value>>(line).ok()).flatten();
            match event {
                Some(event) => {
                    let text = without_escapes(line.trim_ascii(), &event);
                    conversation(&event).tell(&text, offset, sink);
                }
                None => {
                    bad += u64::from(!line.trim_ascii().is_empty());
                    let context = crate::Context::default();
                    sink.passage(Passage { bytes: line, offset: Some(offset), how: &[], context });
                }
            }
            offset += line.len() as u64;
        }
        if bad == 0 { Ok(()) } else { Err(Problem::corrupt(format!("{bad} lines are no events"))) }
    }
}

fn conversation(event: &Map<String, Value>) -> Conversation<'_> {
    let text = |group: &str, field: &str| event.get(group)?.get(field)?.as_str();
    let deep = |group: &str, inner: &str, field: &str| event.get(group)?.get(inner)?.get(field)?.as_str();
    Conversation {
        at: event.get("timestamp").and_then(Value::as_str).and_then(time),
        request: text("http", "hostname").map(|host| (host, text("http", "url").unwrap_or("/"))),
        hashes: ["md5", "sha1", "sha256"].iter().filter_map(|name| text("fileinfo", name)).collect(),
        ja3: deep("tls", "ja3", "hash").or_else(|| deep("quic", "ja3", "hash")),
        ja4: text("tls", "ja4").or_else(|| text("quic", "ja4")),
        certificates: text("tls", "fingerprint").into_iter().collect(),
    }
}

/// ISO 8601 with a zone without a colon: `2017-04-03T08:00:00.000000+0200`.
fn time(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let (date, zone) = text.split_at_checked(text.len().checked_sub(5)?)?;
        let (hours, minutes) = zone.split_at_checked(3)?;
        format!("{date}{hours}:{minutes}").parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixtures_read_as_expected() {
        crate::testing::check_fixtures(&Suricata);
    }

    #[test]
    fn escaped_slashes_hide_nothing() {
        let line = br#"{"timestamp":"2017-04-03T08:00:00Z","event_type":"http","http":{"http_refer":"http:\/\/evil.example\/a"}}"#;
        let (outcome, transcript) = crate::testing::read(&Suricata, "eve.json", line);
        assert!(outcome.is_ok());
        assert!(transcript.text.contains("http://evil.example/a"), "{}", transcript.text);
    }

    #[test]
    fn zones_without_a_colon_are_understood() {
        assert_eq!(time("2017-04-03T10:00:00.000001+0200").unwrap().as_second(), 1_491_206_400);
        assert_eq!(time("2017-04-03T08:00:00Z").unwrap().as_second(), 1_491_206_400);
        assert_eq!(time("é+02"), None);
    }
}
