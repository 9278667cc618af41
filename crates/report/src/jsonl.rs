//! JSON lines, exactly as the contract has them: one object a line, `type` first.

use serde::Serialize;
use vauban_model::{Sighting, Summary, Unread};

/// The line of a sighting, without its end of line.
#[must_use]
pub fn sighting(sighting: &Sighting) -> String {
    line(&Line::Sighting(Named { sighting, id: sighting.short_name() }))
}

/// The line of something unread.
#[must_use]
pub fn unread(unread: &Unread) -> String {
    line(&Line::Unread(unread))
}

/// The last line.
#[must_use]
pub fn summary(summary: &Summary) -> String {
    line(&Line::Summary(summary))
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line<'l> {
    Sighting(Named<'l>),
    Unread(&'l Unread),
    Summary(&'l Summary),
}

/// A sighting with the name that `vauban show` takes.
#[derive(Serialize)]
struct Named<'n> {
    #[serde(flatten)]
    sighting: &'n Sighting,
    id: String,
}

fn line(line: &Line<'_>) -> String {
    serde_json::to_string(line).expect("values with text keys always become JSON")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::testing::findings;

    /// The names and shapes that other programs rely on.
    #[test]
    fn lines_are_as_the_contract_has_them() {
        let case = findings();
        let text = sighting(&case.sightings[0]);
        assert!(text.starts_with(r#"{"type":"sighting","location":["evidence/mailbox.mbox","message 3"]"#), "{text}");
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["offset"], 1234);
        assert_eq!(value["observable"], json!({"type": "domain-name", "value": "login.evil.example"}));
        for key in ["id", "value", "name", "source", "tlp"] {
            assert!(value["indicator"][key].is_string(), "indicator.{key}");
        }
        assert_eq!(value["indicator"]["tlp"], "TLP:CLEAR");
        assert_eq!(value["how"], json!(["subdomain", "base64"]));
        assert_eq!((&value["exposure"], &value["severity"]), (&json!("received"), &json!("high")));
        assert_eq!(value["techniques"], json!(["T1566.002"]));
        assert!(value["advice"]["fr"].is_string() && value["advice"]["en"].is_string());

        let text = unread(&case.unread[0]);
        assert_eq!(
            text,
            r#"{"type":"unread","location":["evidence/secret.zip","plan.doc"],"reason":"encrypted","detail":"needs a password"}"#
        );
        let value: Value = serde_json::from_str(&summary(&case.summary)).unwrap();
        for key in ["files", "items", "unread", "sightings", "unchanged", "bytes"] {
            assert!(value[key].is_u64(), "{key}");
        }
        assert!(value["elapsed_s"].is_f64() && value["type"] == "summary");
    }

    #[test]
    fn a_hostile_name_stays_on_its_line() {
        let text = sighting(&findings().sightings[2]);
        assert!(!text.contains(['\n', '\u{1b}']), "{text}");
    }
}
