//! The extensions of an object (sections 3.2, 3.10, 7.3 and 11.3).

use serde_json::{Map, Value};

use super::{
    Faults, Subject,
    custom::{self, extends_with},
    cut,
    shape::{self, Surroundings},
};
use crate::{
    fault::{Expected, Path, Problem},
    form::ObjectId,
    rules::{Check, SpecVersion},
    schema::{
        types::{Family, Type},
        vocabulary::EXTENSION_TYPE,
    },
};

/// Judges the property `extensions`, in a container when the object stands in one.
pub(super) fn judge(
    subject: &Subject<'_>,
    defined: Option<&'static Type>,
    container: Option<&Map<String, Value>>,
    faults: &mut Faults<'_>,
) {
    let Some(found) = subject.object.get("extensions") else { return };
    if defined.is_some_and(|defined| defined.property("extensions").is_none()) {
        return;
    }
    let path = subject.at("extensions");
    let Value::Object(extensions) = found else {
        return faults.must(&path, "3.2", Problem::WrongType(Expected::Object));
    };
    if extensions.is_empty() {
        faults.must(&path, "2.3", Problem::Empty);
    }
    let predefined = defined.map_or(&[][..], |defined| defined.extensions);
    for (name, extension) in extensions {
        let at = path.property(name);
        let Value::Object(extension) = extension else {
            faults.must(&at, "3.2", Problem::WrongType(Expected::Object));
            continue;
        };
        match predefined.iter().find(|known| known.name == name) {
            Some(known) => {
                let surroundings = Surroundings { container, observable: true, version: SpecVersion::V21 };
                shape::judge_structure(&known.shape, extension, &at, surroundings, faults);
            }
            None => judge_own(subject, defined, name, extension, &at, faults),
        }
    }
}

/// An extension that the standard does not define: one with a definition, or one of the older kind.
fn judge_own(
    subject: &Subject<'_>,
    defined: Option<&Type>,
    name: &str,
    extension: &Map<String, Value>,
    path: &Path,
    faults: &mut Faults<'_>,
) {
    let by_definition = name.parse::<ObjectId>().is_ok_and(|id| id.object_type() == "extension-definition");
    let by_name = defined.is_none_or(|defined| defined.family != Family::Meta) && is_extension_name(name);
    if by_definition {
        judge_extension_type(extension, path, faults);
    } else if by_name {
        judge_older(subject, defined, name, path, faults);
    } else {
        faults.must(path, "11.3.1", Problem::ExtensionName(cut(name)));
    }
    if extension.is_empty() {
        faults.must(path, "2.3", Problem::Empty);
    }
    let inner = Subject { object_type: "", object: extension, path, section: "7.3" };
    let surroundings = Surroundings { container: None, observable: false, version: SpecVersion::V21 };
    for name in extension.keys() {
        shape::judge_unknown(name, &inner, surroundings, faults);
    }
}

fn judge_extension_type(extension: &Map<String, Value>, path: &Path, faults: &mut Faults<'_>) {
    let at = path.property("extension_type");
    match extension.get("extension_type") {
        None => faults.must(&at, "3.2", Problem::Missing),
        Some(Value::String(of)) if EXTENSION_TYPE.has(of) => {}
        Some(Value::String(of)) => faults.must(&at, "10.5", Problem::Enumeration(EXTENSION_TYPE.name, cut(of))),
        Some(_) => faults.must(&at, "3.2", Problem::WrongType(Expected::Text)),
    }
}

/// The older kind (section 11.3), a name that ends in `-ext`. On a type without extensions of its own nobody asks for more.
fn judge_older(subject: &Subject<'_>, defined: Option<&Type>, name: &str, path: &Path, faults: &mut Faults<'_>) {
    if defined.is_none_or(|defined| defined.extensions.is_empty()) {
        return;
    }
    if !extends_with(subject, &["property-extension"]) {
        faults.should(Check::ExtensionsUse, path, "7.3", Problem::NoExtension(cut(name)));
    }
    let bare = name.strip_suffix("-ext").unwrap_or(name);
    custom::judge_prefix(bare, 'x', '-', path, "11.3.1", faults);
}

/// Section 11.3.1: what a type may be called, and `-ext` at its end.
fn is_extension_name(name: &str) -> bool {
    crate::form::is_type_name(name) && name.strip_suffix("-ext").is_some_and(|bare| !bare.is_empty())
}
