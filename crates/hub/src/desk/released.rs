//! An object as it leaves: with the marking and the end that the desk decided on, as the standard's own properties.

use jiff::Timestamp;
use serde_json::{Map, Value};
use vauban_model::Marking;
use vauban_stix::canonical;

use crate::store::DeskObject;

/// The object's line in a release. Its markings of TLP give way to the one that was decided, other markings stay; an indicator ends when
/// the desk says so, if that is sooner than its author said.
pub(super) fn line(object: &DeskObject) -> Option<String> {
    let mut json: Map<String, Value> = serde_json::from_str(&object.json).ok()?;
    let marks = json.remove("object_marking_refs");
    let others = marks.iter().filter_map(Value::as_array).flatten();
    let others = others.filter(|mark| mark.as_str().is_none_or(|id| Marking::from_stix_id(id).is_none())).cloned();
    let mut marks: Vec<Value> = others.collect();
    marks.push(Value::from(object.marking.stix_id()));
    json.insert("object_marking_refs".to_owned(), Value::Array(marks));
    // A label never says a marking (STIX 2.1, section 7.2).
    if let Some(Value::Array(labels)) = json.get_mut("labels") {
        labels.retain(|label| !label.as_str().is_some_and(|label| label.to_ascii_lowercase().starts_with("tlp:")));
        if labels.is_empty() {
            json.remove("labels");
        }
    }
    if let Some(end) = object.expires
        && object.kind.as_str() == "indicator"
    {
        let own = json.get("valid_until").and_then(Value::as_str).and_then(|text| text.parse::<Timestamp>().ok());
        if own.is_none_or(|own| end < own) {
            json.insert("valid_until".to_owned(), Value::from(end.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()));
        }
    }
    Some(format!("{}\n", canonical(&Value::Object(json))))
}

/// The line of a marking definition of TLP 2.0, or of the extension that they are written with.
pub(super) fn definition(object: vauban_stix::Object) -> String {
    format!("{}\n", canonical(&Value::Object(object.into_properties())))
}
