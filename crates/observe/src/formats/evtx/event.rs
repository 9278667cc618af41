//! What one event says, and how far it got: a line for each field, and what the field states outright.

use jiff::Timestamp;
use serde_json::{Map, Value};
use vauban_model::{Exposure, HashAlgorithm, Observable, ObservableKind};

use crate::{Context, Finding, LogEvent, Passage, Sink, member::file_name};

/// Fields of one event that are read, and how deep they may nest.
const MOST_FIELDS: usize = 512;
const DEEPEST: usize = 16;

/// An event with its fields under their names.
#[derive(Debug, Default)]
pub(in crate::formats) struct Event {
    provider: String,
    id: u64,
    fields: Vec<(String, String)>,
}

impl Event {
    /// The event in the shape that event logs have as JSON: `Event`, in it `System` and `EventData` or `UserData`.
    pub(in crate::formats) fn of(value: &Value) -> Self {
        let event = value.get("Event").unwrap_or(value);
        let system = event.get("System");
        let provider = system.and_then(|system| system.get("Provider")).and_then(|provider| {
            let attributes = provider.get("#attributes").unwrap_or(provider);
            attributes.get("Name").or(Some(attributes))?.as_str()
        });
        let id = system.and_then(|system| system.get("EventID"));
        let id =
            id.and_then(|id| id.as_u64().or_else(|| id.get("#text")?.as_u64()).or_else(|| id.as_str()?.parse().ok()));
        Self::new(provider.unwrap_or_default().to_owned(), id.unwrap_or(0), event)
    }

    /// The event of this provider and number, whatever its shape.
    pub(in crate::formats) fn new(provider: String, id: u64, value: &Value) -> Self {
        let mut event = Self { provider, id, fields: Vec::new() };
        event.flatten("", value, 0);
        event
    }

    fn flatten(&mut self, name: &str, value: &Value, depth: usize) {
        if depth > DEEPEST || self.fields.len() >= MOST_FIELDS {
            return;
        }
        match value {
            Value::String(text) if !text.is_empty() => self.fields.push((name.to_owned(), text.clone())),
            Value::Number(number) => self.fields.push((name.to_owned(), number.to_string())),
            Value::Array(list) => list.iter().for_each(|one| self.flatten(name, one, depth + 1)),
            Value::Object(fields) => {
                let attributes = fields.get("#attributes").and_then(Value::as_object).unwrap_or(fields);
                let own = attributes.get("Name").or(attributes.get("@Name"));
                if let (Some(Value::String(own)), Some(text)) = (own, fields.get("#text")) {
                    return self.flatten(own, text, depth + 1);
                }
                for (key, value) in fields {
                    self.flatten(field_name(name, key), value, depth + 1);
                }
            }
            _ => {}
        }
    }

    /// The first field of this name.
    fn field(&self, wanted: &str) -> Option<&str> {
        self.fields.iter().find(|(name, _)| name == wanted).map(|(_, text)| text.as_str())
    }

    /// The fields as rules name them; one that stands there several times has all its values.
    fn map(&self) -> Map<String, Value> {
        let mut map = Map::new();
        for (name, text) in [("Provider_Name", self.provider.clone()), ("EventID", self.id.to_string())] {
            if self.field(name).is_none() {
                map.insert(name.to_owned(), Value::String(text));
            }
        }
        for (name, text) in &self.fields {
            match map.get_mut(name) {
                None => {
                    map.insert(name.clone(), Value::String(text.clone()));
                }
                Some(Value::Array(values)) => values.push(Value::String(text.clone())),
                Some(value) => *value = Value::Array(vec![value.take(), Value::String(text.clone())]),
            }
        }
        map
    }

    /// Whether the event says that a program was started.
    fn starts_a_program(&self) -> bool {
        match self.id {
            1 => self.provider.contains("Sysmon"),
            4688 => self.provider.contains("Security-Auditing"),
            // A script block that PowerShell ran.
            4104 => self.provider.contains("PowerShell"),
            _ => false,
        }
    }

    /// How far a field says that something got.
    fn exposure(&self, field: &str) -> Option<Exposure> {
        const CONTACTED: &[&str] = &[
            "DestinationHostname",
            "DestinationIp",
            "DestAddress",
            "QueryName",
            "QueryResults",
            "RemoteName",
            "url",
            "Url",
        ];
        const EXECUTED: &[&str] = &[
            "Image",
            "OriginalFileName",
            "CommandLine",
            "Hashes",
            "NewProcessName",
            "ParentImage",
            "ParentCommandLine",
            "ParentProcessName",
            "ScriptBlockText",
        ];
        if CONTACTED.contains(&field) {
            Some(Exposure::Contacted)
        } else if self.starts_a_program() && EXECUTED.contains(&field) {
            Some(Exposure::Executed)
        } else {
            None
        }
    }

    /// Hands everything over.
    pub(in crate::formats) fn tell(&self, at: Option<Timestamp>, sink: &mut dyn Sink) {
        for (field, text) in &self.fields {
            let context = Context { exposure: self.exposure(field), at };
            // The excerpt of whatever is found in it is this line.
            let line = format!("{} {} {field}: {text}", self.provider, self.id);
            sink.passage(Passage { bytes: line.as_bytes(), offset: None, how: &[], context });
            if context.exposure == Some(Exposure::Executed) {
                self.program(field, text, &line, context, sink);
            }
        }
        let exposure = self.starts_a_program().then_some(Exposure::Executed);
        sink.event(LogEvent {
            product: "windows",
            channel: self.field("Channel").unwrap_or_default(),
            provider: &self.provider,
            id: self.id,
            fields: &Value::Object(self.map()),
            context: Context { exposure, at },
        });
    }

    /// The program that ran: its hashes and its name are its own, not mentions.
    fn program(&self, field: &str, text: &str, line: &str, context: Context, sink: &mut dyn Sink) {
        let mut state = |kind, value: &str| {
            let observable = Observable::new(kind, value);
            sink.observable(Finding { observable, offset: None, how: &[], context, excerpt: line });
        };
        match field {
            "Hashes" => {
                let values = text.split(',').filter_map(|pair| pair.split_once('='));
                values
                    // An import hash is not the hash of a file.
                    .filter(|(algorithm, _)| matches!(algorithm.trim(), "MD5" | "SHA1" | "SHA256"))
                    .map(|(_, hash)| hash.trim())
                    .filter(|hash| HashAlgorithm::of(hash).is_some())
                    .for_each(|hash| state(ObservableKind::FileHash, hash));
            }
            "Image" | "NewProcessName" | "OriginalFileName" => state(ObservableKind::FileName, file_name(text)),
            _ => {}
        }
    }
}

/// The name of what stands under `key` in a field: Windows' own word, by which rules ask for it.
fn field_name<'n>(outer: &'n str, key: &'n str) -> &'n str {
    match key {
        "#text" | "#attributes" => outer,
        "Name" if outer == "Provider" => "Provider_Name",
        "provider_name" => "Provider_Name",
        "event_id" => "EventID",
        "channel" => "Channel",
        "computer_name" => "Computer",
        key => key,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Transcript;

    #[test]
    fn rules_find_fields_under_the_names_that_windows_gives_them() {
        let event = serde_json::json!({"Event": {
            "System": {"Provider": {"#attributes": {"Name": "X", "Guid": "{1}"}}, "EventID": {"#text": 7}, "Channel": "System"},
            "EventData": {"Data": ["a", "b", {"#attributes": {"Name": "ImagePath"}, "#text": "c.exe"}]}
        }});
        let map = Value::Object(Event::of(&event).map());
        let wanted = serde_json::json!({
            "Provider_Name": "X", "Guid": "{1}", "EventID": "7", "Channel": "System", "Data": ["a", "b"], "ImagePath": "c.exe"
        });
        assert_eq!(map, wanted);
    }

    #[test]
    fn a_program_that_ran_has_its_hashes_and_one_that_is_named_does_not() {
        let hash = "ab".repeat(32);
        let event = |id: u64| {
            serde_json::json!({"Event": {
                "System": {"Provider": {"#attributes": {"Name": "Microsoft-Windows-Sysmon"}}, "EventID": id},
                "EventData": {"Image": "C:\\Temp\\x.exe", "Hashes": format!("SHA256={hash},IMPHASH=zz")}
            }})
        };
        let mut ran = Transcript::default();
        Event::of(&event(1)).tell(None, &mut ran);
        assert_eq!(ran.observables, [hash.as_str(), "x.exe"].map(str::to_owned).into_iter().rev().collect::<Vec<_>>());
        assert!(ran.text.contains("Executed"));
        let mut named = Transcript::default();
        Event::of(&event(11)).tell(None, &mut named);
        assert!(named.observables.is_empty() && !named.text.contains("Executed"), "{}", named.text);
    }

    #[test]
    fn what_nests_too_deep_ends() {
        let mut value = serde_json::json!("end");
        for _ in 0..200 {
            value = serde_json::json!({ "a": value });
        }
        assert!(Event::of(&value).fields.is_empty());
    }
}
