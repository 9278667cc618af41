//! One object, whole: what it is, then its properties, then what its type asks beyond them.

use serde_json::Value;

use super::{
    Faults, Subject, bundle, container, custom, cut, extension, identity,
    shape::{self, Surroundings},
};
use crate::{
    constraints,
    fault::{Fault, Path, Problem},
    form::is_type_name,
    object::Object,
    rules::{Rules, SpecVersion},
    schema::types::{Family, Type, custom_properties},
};

/// Says all that is wrong with an object: what the standard demands, and which of its recommendations the rules ask for.
///
/// A bundle is judged with all its objects; for a long one, see [`read`](crate::read) and [`BundleJudge`](crate::BundleJudge).
#[must_use]
pub fn judge(object: &Object, rules: &Rules) -> Vec<Fault> {
    let mut faults = Faults::new(rules);
    judge_at(object.properties(), &Path::default(), None, &mut faults);
    faults.into_vec()
}

/// Judges the object that stands at `path`, in a bundle of the version `bundle`.
pub(super) fn judge_at(
    object: &serde_json::Map<String, Value>,
    path: &Path,
    bundle: Option<SpecVersion>,
    faults: &mut Faults<'_>,
) {
    let (Some(object_type), Some(_)) = (object.get("type").and_then(Value::as_str), object.get("id")) else {
        return faults.must(path, "3.2", Problem::NotStix);
    };
    let defined = Type::named(object_type);
    let section = defined.map_or("3.2", |defined| defined.own.section);
    let subject = Subject { object_type, object, path, section };
    let version = version_of(&subject, bundle, faults.rules);
    identity::judge(&subject, version, faults);
    custom::judge_type(&subject, defined, faults);
    match defined {
        Some(defined) => {
            let surroundings =
                Surroundings { container: None, observable: defined.family == Family::Observable, version };
            shape::judge_object(&subject, defined, surroundings, faults);
        }
        None => judge_custom(&subject, version, faults),
    }
    extension::judge(&subject, defined, None, faults);
    constraints::judge(&subject, faults);
    match defined.map(|defined| (defined.family, defined.name)) {
        Some((Family::Bundle, _)) => bundle::judge(&subject, faults),
        Some((_, "observed-data")) => container::judge(&subject, version, faults),
        _ => {}
    }
}

/// An object of a type of its author's own: the common properties are all that is known of it (section 11.2.1).
fn judge_custom(subject: &Subject<'_>, version: SpecVersion, faults: &mut Faults<'_>) {
    if !is_type_name(subject.object_type) {
        faults.must(&subject.at("type"), "3.1", Problem::TypeName(cut(subject.object_type)));
    }
    let observable = custom::is_observable(subject);
    let properties = custom_properties(observable);
    let surroundings = Surroundings { container: None, observable, version };
    shape::judge_properties(subject.object, &[properties], "3.2", subject.path, surroundings, faults);
    for name in subject.object.keys().filter(|name| !properties.iter().any(|property| property.name == *name)) {
        shape::judge_unknown(name, subject, surroundings, faults);
    }
}

/// The version that an object is judged by (section 3.2): the one asked for, else its own. In a bundle, an object without a
/// version that has a time of creation is one of STIX 2.0, which said the version on the bundle.
fn version_of(subject: &Subject<'_>, bundle: Option<SpecVersion>, rules: &Rules) -> SpecVersion {
    let own = subject.text("spec_version");
    let of_its_bundle = match bundle {
        Some(SpecVersion::V20) => Some(SpecVersion::V20),
        Some(SpecVersion::V21) if own.is_none() && subject.has("created") => Some(SpecVersion::V20),
        _ => None,
    };
    let own = if own == Some("2.0") { SpecVersion::V20 } else { SpecVersion::V21 };
    of_its_bundle.or(rules.version).unwrap_or(own)
}

/// Whether a version is said that is none, or another than the one asked for.
pub(super) fn judge_version(subject: &Subject<'_>, version: SpecVersion, faults: &mut Faults<'_>) {
    match subject.object.get("spec_version") {
        None => {}
        Some(Value::String(said)) => {
            let right = match version {
                SpecVersion::V20 => said == "2.0",
                SpecVersion::V21 => matches!(said.as_str(), "2.0" | "2.1"),
            };
            if !right {
                faults.must(&subject.at("spec_version"), "3.2", Problem::Version(cut(said)));
            }
        }
        Some(_) => {
            faults.must(&subject.at("spec_version"), "3.2", Problem::WrongType(crate::fault::Expected::Text));
        }
    }
}
