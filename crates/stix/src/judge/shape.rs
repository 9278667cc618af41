//! The properties of an object along a table.

use serde_json::{Map, Value};

use super::{Faults, Subject, custom, cut, value};
use crate::{
    fault::{Path, Problem},
    form::is_property_name,
    rules::SpecVersion,
    schema::{
        kind::{Kind, Least, Property, Shape},
        types::Type,
    },
};

/// What an object stands in.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'a> {
    /// The observable container (section 2.13), within which references are keys.
    pub(super) container: Option<&'a Map<String, Value>>,
    /// Whether the object is an observable, of which nobody looks at references closely.
    pub(super) observable: bool,
    pub(super) version: SpecVersion,
}

/// An object of a type that the standard defines.
pub(super) fn judge_object(
    subject: &Subject<'_>,
    defined: &Type,
    surroundings: Surroundings<'_>,
    faults: &mut Faults<'_>,
) {
    let tables = [defined.shared, defined.own.properties];
    judge_properties(subject.object, &tables, defined.own.section, subject.path, surroundings, faults);
    judge_least(&defined.own, subject.object, subject.path, faults);
    for name in subject.object.keys().filter(|name| defined.property(name).is_none()) {
        judge_unknown(name, subject, surroundings, faults);
        custom::judge_property(subject, name, faults);
    }
}

/// A structure within an object.
pub(super) fn judge_structure(
    shape: &Shape,
    object: &Map<String, Value>,
    path: &Path,
    surroundings: Surroundings<'_>,
    faults: &mut Faults<'_>,
) {
    judge_properties(object, &[shape.properties], shape.section, path, surroundings, faults);
    judge_least(shape, object, path, faults);
    let subject = Subject { object_type: "", object, path, section: shape.section };
    for name in object.keys().filter(|name| shape.property(name).is_none()) {
        judge_unknown(name, &subject, surroundings, faults);
        if shape.closed {
            custom::judge_inner_property(name, path, shape.section, faults);
        }
    }
}

/// Every property of the tables: there when it is required, and of its kind.
pub(super) fn judge_properties(
    object: &Map<String, Value>,
    tables: &[&[Property]],
    section: &'static str,
    path: &Path,
    surroundings: Surroundings<'_>,
    faults: &mut Faults<'_>,
) {
    for property in tables.iter().copied().flatten() {
        match object.get(property.name) {
            Some(found) => {
                value::judge(&property.kind, found, &path.property(property.name), section, surroundings, faults)
            }
            None if property.required && is_asked(property, surroundings) => {
                faults.must(&path.property(property.name), section, Problem::Missing);
            }
            None => {}
        }
    }
}

/// Whether a required property is one in this version, and here.
fn is_asked(property: &Property, surroundings: Surroundings<'_>) -> bool {
    let since_21 = matches!(property.name, "spec_version" | "is_family" | "pattern_type" | "context");
    let named_by_its_key = property.name == "id" && surroundings.container.is_some();
    !(since_21 && surroundings.version == SpecVersion::V20 || named_by_its_key)
}

fn judge_least(shape: &Shape, object: &Map<String, Value>, path: &Path, faults: &mut Faults<'_>) {
    let optional = || shape.properties.iter().filter(|property| !property.required).map(|property| property.name);
    let enough = match shape.least {
        Least::Required => true,
        Least::AnyOne => optional().any(|name| object.contains_key(name)),
        Least::AnyOneOrExtension => optional().chain(["extensions"]).any(|name| object.contains_key(name)),
        Least::OneGroup(groups) => groups.iter().any(|group| group.iter().all(|name| object.contains_key(*name))),
    };
    if !enough {
        let names = match shape.least {
            Least::OneGroup(groups) => groups.iter().map(|group| group.join(" + ")).collect::<Vec<_>>().join(", "),
            _ => optional().collect::<Vec<_>>().join(", "),
        };
        faults.must(path, shape.section, Problem::NeedsOneOf(names));
    }
}

/// A property that no table knows: its name, and that it holds something.
pub(super) fn judge_unknown(
    name: &str,
    subject: &Subject<'_>,
    surroundings: Surroundings<'_>,
    faults: &mut Faults<'_>,
) {
    let path = subject.at(name);
    if !is_property_name(name) {
        faults.must(&path, "3.1", Problem::PropertyName(cut(name)));
    }
    let kind = match name {
        _ if name.ends_with("_hex") => &Kind::Hex,
        _ if name.ends_with("_bin") => &Kind::Binary,
        _ => &Kind::Any,
    };
    if let Some(found) = subject.object.get(name) {
        value::judge(kind, found, &path, "3.1", surroundings, faults);
    }
}
