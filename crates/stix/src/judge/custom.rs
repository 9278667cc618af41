//! Content that the standard does not define: custom types and properties (section 11), which extensions replace (section 7.3).

use super::{Faults, Subject, cut};
use crate::{
    fault::{Path, Problem},
    rules::Check,
    schema::types::{Family, Type},
};

/// What is reserved for later (section 3.8). Both spellings of the phone numbers are in circulation.
const RESERVED: &[&str] = &["severity", "username", "phone_number", "phone_numbers", "action"];

/// The type of an object: one of the standard, or one that an extension defines.
pub(super) fn judge_type(subject: &Subject<'_>, defined: Option<&Type>, faults: &mut Faults<'_>) {
    let name = subject.object_type;
    let path = subject.at("type");
    if name == "action" {
        faults.must(&path, "3.8", Problem::Reserved(name.to_owned()));
    }
    if defined.is_some() {
        return;
    }
    faults.should(Check::StrictTypes, &path, "11.2", Problem::UnknownType(cut(name)));
    if !extends_with(subject, &["new-sdo", "new-sco", "new-sro"]) {
        faults.should(Check::ExtensionsUse, &path, "7.3", Problem::NoExtension(cut(name)));
    }
    judge_prefix(name, 'x', '-', &path, "11.2.1", faults);
}

/// Whether an object of an unknown type is an observable: its extension says so, or it has no times of its own.
pub(super) fn is_observable(subject: &Subject<'_>) -> bool {
    match Type::named(subject.object_type) {
        Some(defined) => defined.family == Family::Observable,
        None if extends_with(subject, &["new-sco"]) => true,
        None if extends_with(subject, &["new-sdo", "new-sro"]) => false,
        None => !subject.has("created") && !subject.has("modified"),
    }
}

/// A property of a standard object that the standard does not define.
pub(super) fn judge_property(subject: &Subject<'_>, name: &str, faults: &mut Faults<'_>) {
    let path = subject.at(name);
    if RESERVED.contains(&name) {
        faults.must(&path, "3.8", Problem::Reserved(cut(name)));
        return faults.should(Check::StrictProperties, &path, "3.2", Problem::UnknownProperty(cut(name)));
    }
    if name == "defanged" {
        faults.must(&path, "3.2", Problem::UnknownProperty(cut(name)));
    }
    faults.should(Check::StrictProperties, &path, subject.section, Problem::UnknownProperty(cut(name)));
    if extends_with(subject, &["toplevel-property-extension"]) {
        return;
    }
    faults.should(Check::ExtensionsUse, &path, "7.3", Problem::NoExtension(cut(name)));
    judge_prefix(name, 'x', '_', &path, "11.1.1", faults);
}

/// A property of a structure or of a predefined extension that the standard does not define. No extension reaches there.
pub(super) fn judge_inner_property(name: &str, path: &Path, section: &'static str, faults: &mut Faults<'_>) {
    let path = path.property(name);
    faults.should(Check::StrictProperties, &path, section, Problem::UnknownProperty(cut(name)));
    faults.should(Check::ExtensionsUse, &path, "7.3", Problem::NoExtension(cut(name)));
    judge_prefix(name, 'x', '_', &path, "11.1.1", faults);
}

/// `x-source-name` (or with underscores); the source may be left out where that is asked for.
pub(crate) fn judge_prefix(
    name: &str,
    x: char,
    hyphen: char,
    path: &Path,
    section: &'static str,
    faults: &mut Faults<'_>,
) {
    let rest = name.strip_prefix(x).and_then(|rest| rest.strip_prefix(hyphen)).unwrap_or_default();
    let (source, named) = rest.split_once(hyphen).unwrap_or_default();
    if source.is_empty() || named.is_empty() {
        faults.should(Check::CustomPrefix, path, section, Problem::Prefix(cut(name)));
    }
    if rest.is_empty() {
        faults.should(Check::CustomPrefixLax, path, section, Problem::Prefix(cut(name)));
    }
}

/// Whether the object bears an extension of one of these types.
pub(super) fn extends_with(subject: &Subject<'_>, types: &[&str]) -> bool {
    let extensions = subject.object.get("extensions").and_then(serde_json::Value::as_object);
    extensions.into_iter().flatten().any(|(_, extension)| {
        extension.get("extension_type").and_then(serde_json::Value::as_str).is_some_and(|of| types.contains(&of))
    })
}
