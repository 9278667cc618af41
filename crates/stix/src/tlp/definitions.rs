//! The objects behind the labels, word for word as OASIS publishes them.

use serde_json::{Map, Value, json};
use vauban_model::Marking;

use crate::object::Object;

/// The extension definition of TLP 2.0 (OASIS, 2022).
pub const EXTENSION_DEFINITION_ID: &str = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";
const SINCE: &str = "2022-10-01T00:00:00.000Z";

/// The marking-definition object of a TLP 2.0 label.
#[must_use]
pub fn marking_definition(marking: Marking) -> Object {
    object(json!({
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": marking.stix_id(),
        "created": SINCE,
        "name": marking.as_str(),
        "extensions": {
            EXTENSION_DEFINITION_ID: { "extension_type": "property-extension", "tlp_2_0": level(marking) }
        }
    }))
}

/// The extension-definition object that those rest on.
#[must_use]
pub fn extension_definition() -> Object {
    object(json!({
        "type": "extension-definition",
        "spec_version": "2.1",
        "id": EXTENSION_DEFINITION_ID,
        "created_by_ref": "identity--b3bca3c2-1f3d-4b54-b44f-dac42c3a8f01",
        "created": SINCE,
        "modified": SINCE,
        "name": "TLP 2.0",
        "description": "This defines TLP 2.0 as a STIX extension",
        "schema": "https://github.com/oasis-open/cti-stix-common-objects/tree/master/extension-definition-specifications/tlp-2.0",
        "version": "1.0.0",
        "extension_types": ["property-extension"]
    }))
}

/// The value of `tlp_2_0`.
const fn level(marking: Marking) -> &'static str {
    match marking {
        Marking::Clear => "clear",
        Marking::Green => "green",
        Marking::Amber => "amber",
        Marking::AmberStrict => "amber+strict",
        Marking::Red => "red",
    }
}

/// The label in the extension of a marking definition; `Err` when the extension is there and says none.
pub(super) fn in_extension(definition: &Object) -> Option<Result<Marking, ()>> {
    let extension = definition.get("extensions")?.get(EXTENSION_DEFINITION_ID)?;
    let said = extension.get("tlp_2_0").and_then(Value::as_str);
    let all = [Marking::Clear, Marking::Green, Marking::Amber, Marking::AmberStrict, Marking::Red];
    Some(all.into_iter().find(|marking| Some(level(*marking)) == said).ok_or(()))
}

/// Whether a marking definition is one of the four of TLP 1.0, of which nothing may differ.
pub(crate) fn is_tlp_1(definition: &Map<String, Value>) -> bool {
    const FOUR: &[(&str, &str, &str)] = &[
        ("marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", "TLP:WHITE", "white"),
        ("marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da", "TLP:GREEN", "green"),
        ("marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", "TLP:AMBER", "amber"),
        ("marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", "TLP:RED", "red"),
    ];
    let text = |name: &str| definition.get(name).and_then(Value::as_str);
    let Some((_, name, level)) = FOUR.iter().find(|(id, ..)| Some(*id) == text("id")) else { return false };
    let of_20 = text("spec_version") == Some("2.0") || !definition.contains_key("spec_version");
    let nothing_else = definition.keys().all(|key| {
        ["type", "spec_version", "id", "created", "name", "definition_type", "definition"].contains(&key.as_str())
    });
    nothing_else
        && text("created") == Some("2017-01-20T00:00:00.000Z")
        && (text("name") == Some(name) || of_20 && text("name").is_none())
        && definition.get("definition") == Some(&json!({ "tlp": level }))
}

fn object(value: Value) -> Object {
    match value {
        Value::Object(map) => map.into(),
        _ => Map::new().into(),
    }
}
