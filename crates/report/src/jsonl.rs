//! JSON lines, exactly as the contract has them: one object a line, `type` first.

use serde_json::{Map, Value, json};
use vauban_model::{Sighting, Summary, Unread};

/// The line of a sighting, without its end of line.
#[must_use]
pub fn sighting(sighting: &Sighting) -> String {
    line("sighting", serde_json::to_value(sighting))
}

/// The line of something unread.
#[must_use]
pub fn unread(unread: &Unread) -> String {
    line("unread", serde_json::to_value(unread))
}

/// The last line.
#[must_use]
pub fn summary(summary: &Summary) -> String {
    line("summary", serde_json::to_value(summary))
}

fn line(kind: &str, value: serde_json::Result<Value>) -> String {
    let mut object = Map::new();
    object.insert("type".into(), json!(kind));
    if let Ok(Value::Object(fields)) = value {
        object.extend(fields);
    }
    Value::Object(object).to_string()
}
