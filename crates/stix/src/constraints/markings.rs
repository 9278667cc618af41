//! Demands on markings and on what is marked (section 7.2).

use serde_json::{Map, Value};

use super::Constraint;
use crate::{
    fault::{Expected, Problem},
    judge::{Faults, Subject, cut},
    rules::Check,
    tlp,
};

pub(super) const ALL: &[Constraint] = &[definition, definition_type_is_known, circles, granular];

/// A marking says what it means: a statement, one of the TLP objects, or an extension (section 7.2.1).
fn definition(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    if subject.object_type != "marking-definition" {
        return;
    }
    if !subject.has("extensions") {
        for name in ["definition_type", "definition"] {
            if !subject.has(name) {
                faults.must(&subject.at(name), "7.2.1", Problem::Missing);
            }
        }
    }
    let path = subject.at("definition");
    match (subject.text("definition_type"), subject.object.get("definition")) {
        (Some("tlp"), _) if !tlp::is_tlp_1(subject.object) => faults.must(subject.path, "7.2.1.4", Problem::Tlp),
        (Some("statement"), Some(Value::Object(definition))) => match definition.get("statement") {
            Some(Value::String(_)) => {}
            Some(_) => faults.must(&path.property("statement"), "7.2.1.3", Problem::WrongType(Expected::Text)),
            None => faults.must(&path.property("statement"), "7.2.1.3", Problem::Missing),
        },
        (_, Some(Value::Object(_)) | None) => {}
        (_, Some(_)) => faults.must(&path, "7.2.1", Problem::WrongType(Expected::Object)),
    }
}

/// Other definitions are extensions (section 7.2.1).
fn definition_type_is_known(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    let known = matches!(subject.text("definition_type"), Some("statement" | "tlp"));
    if subject.object_type == "marking-definition" && !known && !subject.has("extensions") {
        let name = subject.text("definition_type").unwrap_or("definition");
        let problem = Problem::NoExtension(cut(name));
        faults.should(Check::ExtensionsUse, &subject.at("definition_type"), "7.2.1", problem);
    }
}

/// A marking does not mark itself (section 3.2).
fn circles(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    let Some(id) = subject.text("id").filter(|_| subject.object_type == "marking-definition") else { return };
    for (index, reference) in subject.list("object_marking_refs").iter().enumerate() {
        if reference.as_str() == Some(id) {
            faults.must(&subject.at("object_marking_refs").item(index), "3.2", Problem::Circular);
        }
    }
    for (index, marking) in subject.list("granular_markings").iter().enumerate() {
        if marking.get("marking_ref").and_then(Value::as_str) == Some(id) {
            let at = subject.at("granular_markings").item(index).property("marking_ref");
            faults.must(&at, "3.2", Problem::Circular);
        }
    }
}

/// A part is marked with a marking or with a language, not with both, and is there (section 7.2.3).
fn granular(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    let path = subject.at("granular_markings");
    for (index, marking) in subject.list("granular_markings").iter().enumerate() {
        let at = path.item(index);
        if marking.get("lang").is_some() && marking.get("marking_ref").is_some() {
            faults.must(&at.property("lang"), "7.2.3", Problem::Excludes("marking_ref"));
        }
        let selectors = marking.get("selectors").and_then(Value::as_array);
        for (index, selector) in selectors.into_iter().flatten().enumerate() {
            if let Some(selector) = selector.as_str().filter(|selector| !selects(subject.object, selector)) {
                let at = at.property("selectors").item(index);
                faults.must(&at, "7.2.3", Problem::Selector(cut(selector)));
            }
        }
    }
}

/// Whether the selector leads to something: names, and numbers of items in brackets, between dots.
fn selects(object: &Map<String, Value>, selector: &str) -> bool {
    let mut steps = selector.split('.');
    let Some(mut found) = steps.next().and_then(|name| object.get(name)) else { return false };
    for step in steps {
        let index = step.strip_prefix('[').and_then(|step| step.strip_suffix(']'));
        let next = match index {
            Some(digits) => digits.parse::<usize>().ok().and_then(|index| found.as_array()?.get(index)),
            None => found.as_object().and_then(|inner| inner.get(step)),
        };
        let Some(next) = next else { return false };
        found = next;
    }
    true
}
