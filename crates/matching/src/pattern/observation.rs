//! Observed data as patterns see it.

use jiff::Timestamp;
use serde_json::{Map, Value};

/// One observation: cyber-observable objects seen together, at a time or in a span of it (STIX 2.1 section 4.14).
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// Objects by the id that references use.
    pub(super) objects: Vec<(String, Value)>,
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
    pub(super) number: u64,
}

/// What is not observed data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidObservation(String);

impl Observation {
    /// An observation of these objects at this moment. Each object is a STIX cyber-observable object as JSON.
    #[must_use]
    pub fn at(moment: Timestamp, objects: Vec<(String, Value)>) -> Self {
        Self { objects, first: moment, last: moment, number: 1 }
    }
}

/// Reads observed data: STIX 2.0 objects with their `objects`, and STIX 2.1 bundles with `object_refs`, whose
/// referents may lie in any of the bundles.
///
/// # Errors
/// What is missing or malformed.
pub fn observations(documents: &[Value]) -> Result<Vec<Observation>, InvalidObservation> {
    let mut pool = Map::new();
    let mut observed = Vec::new();
    for document in documents {
        match document.get("type").and_then(Value::as_str) {
            Some("observed-data") => observed.push(document),
            _ => {
                let objects = document.get("objects").and_then(Value::as_array);
                for object in objects.ok_or_else(|| invalid("a bundle without objects"))? {
                    if object.get("type").and_then(Value::as_str) == Some("observed-data") {
                        observed.push(object);
                    } else if let Some(id) = object.get("id").and_then(Value::as_str) {
                        pool.insert(id.to_owned(), object.clone());
                    }
                }
            }
        }
    }
    observed.into_iter().map(|object| one(object, &pool)).collect()
}

fn one(object: &Value, pool: &Map<String, Value>) -> Result<Observation, InvalidObservation> {
    let time = |field: &str| {
        let text = object.get(field).and_then(Value::as_str).ok_or_else(|| invalid(&format!("no {field}")))?;
        timestamp(text).ok_or_else(|| invalid(&format!("{field} is not a timestamp")))
    };
    let number = object.get("number_observed").and_then(Value::as_u64).filter(|number| *number > 0);
    let (first, last) = (time("first_observed")?, time("last_observed")?);
    let objects = match (object.get("object_refs"), object.get("objects")) {
        (Some(Value::Array(references)), _) => references
            .iter()
            .filter_map(Value::as_str)
            .filter_map(|id| pool.get(id).map(|object| (id.to_owned(), object.clone())))
            .collect(),
        (_, Some(Value::Object(objects))) => objects.iter().map(|(id, object)| (id.clone(), object.clone())).collect(),
        _ => return Err(invalid("observed data without object_refs or objects")),
    };
    let number = number.ok_or_else(|| invalid("number_observed must be at least 1"))?;
    Ok(Observation { objects, first: first.min(last), last: last.max(first), number })
}

fn invalid(what: &str) -> InvalidObservation {
    InvalidObservation(what.to_owned())
}

/// A STIX timestamp: in UTC, with capitals. A leap second counts as the second after it.
pub(super) fn timestamp(text: &str) -> Option<Timestamp> {
    if !super::lexer::is_timestamp(text) {
        return None;
    }
    match text.get(17..19) {
        Some("60") => {
            let before: Timestamp = format!("{}59{}", text.get(..17)?, text.get(19..)?).parse().ok()?;
            before.checked_add(jiff::SignedDuration::from_secs(1)).ok()
        }
        _ => text.parse().ok(),
    }
}
