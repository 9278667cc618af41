//! The observables inside observed data (section 2.13): given up by the standard, still in circulation.

use serde_json::{Map, Value};

use super::{
    Faults, Subject, custom, cut, extension,
    shape::{self, Surroundings},
};
use crate::{
    constraints,
    fault::{Expected, Path, Problem},
    rules::{Check, SpecVersion},
    schema::types::{Family, Type, custom_properties},
};

pub(super) fn judge(subject: &Subject<'_>, version: SpecVersion, faults: &mut Faults<'_>) {
    let Some(found) = subject.object.get("objects") else { return };
    let path = subject.at("objects");
    if version == SpecVersion::V21 {
        faults.should(Check::DeprecatedProperties, &path, "4.14", Problem::Deprecated);
    }
    let Value::Object(objects) = found else {
        return faults.must(&path, "2.13", Problem::WrongType(Expected::Object));
    };
    if objects.is_empty() {
        faults.must(&path, "4.14", Problem::Empty);
    }
    for (key, object) in objects {
        let at = path.property(key);
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_digit()) {
            faults.should(Check::ObservableObjectKeys, &at, "2.9", Problem::Form("key", cut(key)));
        }
        match object {
            Value::Object(object) => judge_inner(object, objects, &at, version, faults),
            _ => faults.must(&at, "2.13", Problem::WrongType(Expected::Object)),
        }
    }
}

fn judge_inner(
    object: &Map<String, Value>,
    objects: &Map<String, Value>,
    path: &Path,
    version: SpecVersion,
    faults: &mut Faults<'_>,
) {
    let Some(object_type) = object.get("type").and_then(Value::as_str) else {
        return faults.must(&path.property("type"), "2.13", Problem::Missing);
    };
    let defined = Type::named(object_type);
    let section = defined.map_or("6", |defined| defined.own.section);
    let subject = Subject { object_type, object, path, section };
    let surroundings = Surroundings { container: Some(objects), observable: true, version };
    custom::judge_type(&subject, defined, faults);
    match defined {
        Some(defined) if defined.family != Family::Observable => {
            faults.must(&subject.at("type"), "2.13", Problem::ReferenceType(cut(object_type)));
        }
        Some(defined) => shape::judge_object(&subject, defined, surroundings, faults),
        None => {
            shape::judge_properties(object, &[custom_properties(true)], "3.2", path, surroundings, faults);
        }
    }
    extension::judge(&subject, defined, Some(objects), faults);
    constraints::judge(&subject, faults);
}
