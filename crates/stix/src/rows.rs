//! Rows of objects with their rules: JSON in, JSON out, one a line. The options are those of the reference validator.

use serde_json::{Value, json};

use crate::{
    fault::Fault,
    judge::judge,
    object::Object,
    rules::{Check, Rules, SpecVersion},
};

/// Answers a row `{"input": OBJECT, "options": {…}}` with `{"valid": …, "errors": […], "warnings": […]}`. An input that is a
/// string is read as JSON, and a list is valid when all of it is. A line that is no such row is not valid.
///
/// Options: `strict`, `strict_types`, `strict_properties`, `enforce_refs`, `interop` (booleans), `version` (`"2.0"`, `"2.1"`),
/// `enabled` and `disabled` (names or numbers of checks, in a list or between commas).
#[must_use]
pub fn judge_row(line: &str) -> String {
    let answer = match serde_json::from_str::<Value>(line) {
        Err(error) => no_row(&error.to_string()),
        Ok(row) => match row.get("input").or_else(|| row.get("object")) {
            None => no_row("no input"),
            Some(input) => answer(input, &rules(row.get("options").unwrap_or(&Value::Null))),
        },
    };
    answer.to_string()
}

fn no_row(reason: &str) -> Value {
    json!({ "valid": false, "errors": [format!("not a row: {reason}")], "warnings": [] })
}

fn answer(input: &Value, rules: &Rules) -> Value {
    let parsed;
    let input = match input {
        Value::String(text) => match serde_json::from_str(text) {
            Ok(value) => {
                parsed = value;
                &parsed
            }
            Err(error) => return no_row(&error.to_string()),
        },
        other => other,
    };
    let inputs = input.as_array().map_or(std::slice::from_ref(input), Vec::as_slice);
    let (mut errors, mut warnings) = (Vec::new(), Vec::new());
    for input in inputs {
        match Object::new(input.clone()) {
            None => errors.push("is not an object".to_owned()),
            Some(object) => {
                let (refusing, others): (Vec<Fault>, Vec<Fault>) =
                    judge(&object, rules).into_iter().partition(|fault| rules.refuses(fault));
                errors.extend(refusing.iter().map(Fault::to_string));
                warnings.extend(others.iter().map(Fault::to_string));
            }
        }
    }
    json!({ "valid": errors.is_empty(), "errors": errors, "warnings": warnings })
}

/// The rules that the options mean.
fn rules(options: &Value) -> Rules {
    let is_set = |name: &str| options.get(name).and_then(Value::as_bool) == Some(true);
    let (disabled, enabled) = (checks(options.get("disabled")), checks(options.get("enabled")));
    let mut rules = match (disabled.is_empty(), enabled.is_empty()) {
        (true, true) => Rules::default(),
        (true, false) => Rules::default().only(enabled),
        (false, _) => Rules::default().without(disabled.into_iter().chain(RESTING.iter().copied())).with(enabled),
    };
    (rules.strict, rules.interop) = (is_set("strict"), is_set("interop"));
    let own = [
        ("strict_types", Check::StrictTypes),
        ("strict_properties", Check::StrictProperties),
        ("enforce_refs", Check::ReferencesInBundle),
    ];
    rules = rules.with(own.into_iter().filter(|(name, _)| is_set(name)).map(|(_, check)| check));
    rules.version = match options.get("version").and_then(Value::as_str) {
        Some("2.0") => Some(SpecVersion::V20),
        Some("2.1") => Some(SpecVersion::V21),
        _ => None,
    };
    rules
}

/// The checks that the reference validator leaves alone as soon as any is disabled. It is how its options work, not what the
/// standard says, so it is so in rows alone.
const RESTING: &[Check] = &[
    Check::Uuid,
    Check::GroupingContext,
    Check::ImplementationLanguages,
    Check::InfrastructureTypes,
    Check::MalwareResult,
    Check::MalwareCapabilities,
    Check::ProcessorArchitecture,
    Check::ExtensionDescription,
    Check::ExtensionProperties,
];

fn checks(names: Option<&Value>) -> Vec<Check> {
    let names: Vec<&str> = match names {
        Some(Value::String(text)) => text.split(',').map(str::trim).filter(|name| !name.is_empty()).collect(),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    names.into_iter().flat_map(Check::named).collect()
}
