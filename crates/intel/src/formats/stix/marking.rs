//! The TLP label behind a STIX marking-definition: the standard's fixed ids, the TLP 2.0 extension, and definitions of a
//! publisher's own.

use std::collections::HashMap;

use serde_json::Value;
use vauban_model::Marking;

/// The extension definition of TLP 2.0 (OASIS, 2022).
const TLP_2: &str = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";

/// The strictest label among the references of `object`.
pub(super) fn of(object: &Value, by_id: &HashMap<&str, &Value>) -> Option<Marking> {
    let references = object.get("object_marking_refs")?.as_array()?;
    references
        .iter()
        .filter_map(Value::as_str)
        .filter_map(|id| Marking::from_stix_id(id).or_else(|| defined(by_id.get(id)?)))
        .max()
}

fn defined(definition: &Value) -> Option<Marking> {
    let labels = [
        definition.pointer(&format!("/extensions/{TLP_2}/tlp_2_0")),
        definition.pointer("/definition/tlp"),
        definition.get("name"),
        definition.pointer("/definition/statement"),
    ];
    labels.into_iter().flatten().filter_map(Value::as_str).find_map(|label| label.parse().ok())
}
