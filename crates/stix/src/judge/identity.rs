//! The id of an object and its version of UUID (section 2.9), and its version of the standard (section 3.2).

use serde_json::Value;

use super::{Faults, Subject, custom, cut, object::judge_version};
use crate::{
    fault::{Expected, Problem},
    form::{ObjectId, type_in},
    rules::{Check, SpecVersion},
    schema::types::is_observable,
};

pub(super) fn judge(subject: &Subject<'_>, version: SpecVersion, faults: &mut Faults<'_>) {
    judge_version(subject, version, faults);
    let Some(id) = read(subject, faults) else { return };
    if is_observable(subject.object_type) {
        judge_observable(subject, &id, faults);
    } else if version == SpecVersion::V20 && id.uuid_version() != 4 {
        // STIX 2.0 knew version 4 alone.
        faults.must(&subject.at("id"), "2.9", Problem::UuidVersion(4));
    } else if !custom::is_observable(subject) && id.uuid_version() != 4 {
        faults.should(Check::Uuid, &subject.at("id"), "2.9", Problem::UuidVersion(4));
    }
}

/// The id, when it is one of this type.
fn read(subject: &Subject<'_>, faults: &mut Faults<'_>) -> Option<ObjectId> {
    let path = subject.at("id");
    let Some(Value::String(text)) = subject.object.get("id") else {
        faults.must(&path, "2.9", Problem::WrongType(Expected::Text));
        return None;
    };
    if type_in(text) != Some(subject.object_type) {
        faults.must(&path, "2.9", Problem::IdentifierType(cut(subject.object_type)));
    }
    match text.parse::<ObjectId>() {
        Ok(id) => Some(id),
        Err(_) => {
            faults.must(&path, "2.9", Problem::Identifier(cut(text)));
            None
        }
    }
}

/// Observables are named after what they are (version 5), unless nothing that they are named after is there: then two of them
/// must not get one name.
fn judge_observable(subject: &Subject<'_>, id: &ObjectId, faults: &mut Faults<'_>) {
    let contributing = CONTRIBUTING.iter().find(|(name, _)| *name == subject.object_type);
    let nameless = contributing.is_some_and(|(_, names)| !names.iter().any(|name| subject.has(name)));
    let path = subject.at("id");
    if nameless && id.uuid_version() != 4 {
        faults.must(&path, "2.9", Problem::UuidVersion(4));
    } else if !nameless && id.uuid_version() != 5 {
        faults.should(Check::Uuid, &path, "2.9", Problem::UuidVersion(5));
    }
}

/// The properties that an id is made of, for the types where none of them is required. Processes have none.
const CONTRIBUTING: &[(&str, &[&str])] = &[
    ("artifact", &["hashes", "payload_bin"]),
    ("email-message", &["from_ref", "subject", "body"]),
    ("process", &[]),
    ("user-account", &["account_type", "user_id", "account_login"]),
    ("windows-registry-key", &["key", "values"]),
    ("x509-certificate", &["hashes", "serial_number"]),
];
