//! Demands on single types of domain objects (section 4) and on language contents (section 7.1).

use serde_json::Value;

use super::Constraint;
use crate::{
    fault::Problem,
    form::{is_language, is_property_name, type_in},
    judge::{Faults, Subject, cut},
    schema::domain::DOMAIN_NAMES,
};

pub(super) const ALL: &[Constraint] = &[coordinates, family_has_a_name, one_kind_of_observation, languages];

/// Latitude and longitude go together, and precision goes with both (section 4.10).
fn coordinates(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    if subject.object_type != "location" {
        return;
    }
    for (name, other) in
        [("latitude", "longitude"), ("longitude", "latitude"), ("precision", "latitude"), ("precision", "longitude")]
    {
        if subject.has(name) && !subject.has(other) {
            faults.must(&subject.at(name), "4.10", Problem::Needs(other));
        }
    }
}

/// A family of malware is known by its name (section 4.11).
fn family_has_a_name(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    if subject.object_type == "malware" && subject.is_true("is_family") && !subject.has("name") {
        faults.must(&subject.at("name"), "4.11", Problem::Missing);
    }
}

/// Observed data holds its observables, or refers to them; of those it refers to, one at least is an observable (section 4.14).
fn one_kind_of_observation(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    if subject.object_type != "observed-data" {
        return;
    }
    match (subject.has("objects"), subject.has("object_refs")) {
        (true, true) => faults.must(&subject.at("objects"), "4.14", Problem::Excludes("object_refs")),
        (false, false) => {
            faults.must(subject.path, "4.14", Problem::NeedsOneOf("objects, object_refs".to_owned()));
        }
        _ => {}
    }
    let mut types = subject.list("object_refs").iter().filter_map(Value::as_str).filter_map(type_in).peekable();
    let is_none = |name: &str| matches!(name, "relationship" | "sighting") || DOMAIN_NAMES.contains(&name);
    if types.peek().is_some() && types.all(is_none) {
        let problem = Problem::NeedsOneOf("a reference to an observable".to_owned());
        faults.must(&subject.at("object_refs"), "4.14", problem);
    }
}

/// What is translated is named by languages, and under each by properties (section 7.1).
fn languages(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    let contents = subject.object.get("contents").and_then(Value::as_object);
    let Some(contents) = contents.filter(|_| subject.object_type == "language-content") else { return };
    let path = subject.at("contents");
    for (language, properties) in contents {
        let at = path.property(language);
        if !is_language(language) {
            faults.must(&at, "7.1", Problem::Form("language", cut(language)));
        }
        for name in properties.as_object().into_iter().flatten().map(|(name, _)| name) {
            if !is_property_name(name) {
                faults.must(&at.property(name), "7.1", Problem::PropertyName(cut(name)));
            }
        }
    }
}
