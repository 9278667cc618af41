//! An object of every type, with every property that it can have. Our own; the standard's examples are elsewhere.

use serde_json::{Map, Value};
use vauban_stix::{Fault, Object, Problem, Requirement, Rules, judge};

/// One object of each type, with as many of its properties as go together.
pub(crate) fn all() -> Vec<Map<String, Value>> {
    include_str!("samples.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The object of this type.
pub(crate) fn sample(object_type: &str) -> Map<String, Value> {
    all().into_iter().find(|object| object["type"] == object_type).unwrap()
}

/// The object of this type after a change.
pub(crate) fn changed(object_type: &str, change: impl FnOnce(&mut Map<String, Value>)) -> Map<String, Value> {
    let mut object = sample(object_type);
    change(&mut object);
    object
}

pub(crate) fn faults(object: &Map<String, Value>) -> Vec<Fault> {
    judge(&Object::from(object.clone()), &Rules::default())
}

/// What the standard demands and the object does not do.
pub(crate) fn demands(object: &Map<String, Value>) -> Vec<(String, &'static str)> {
    codes(&faults(object), Requirement::Must)
}

pub(crate) fn codes(faults: &[Fault], requirement: Requirement) -> Vec<(String, &'static str)> {
    let of_it = faults.iter().filter(|fault| fault.requirement == requirement);
    of_it.map(|fault| (fault.path.to_string(), Problem::code(&fault.problem))).collect()
}
