//! The pattern of an indicator (sections 4.7 and 9).

use vauban_matching::pattern::{Pattern, check};

use super::Constraint;
use crate::{
    fault::{Path, Problem},
    form::is_property_name,
    judge::{Faults, Subject, cut},
    rules::Check,
    schema::types::{Family, Type},
};

pub(super) const ALL: &[Constraint] = &[name_and_description, pattern];

fn name_and_description(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    for name in ["name", "description"] {
        if subject.object_type == "indicator" && !subject.has(name) {
            faults.should(Check::IndicatorProperties, &subject.at(name), "4.7", Problem::Recommended(name));
        }
    }
}

/// A STIX pattern follows the grammar, and what it compares can be there. The languages of others are not read.
fn pattern(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    let is_stix = subject.object_type == "indicator" && subject.text("pattern_type") == Some("stix");
    let Some(text) = subject.text("pattern").filter(|_| is_stix) else { return };
    let path = subject.at("pattern");
    match check(text) {
        Ok(pattern) => judge_names(&pattern, &path, faults),
        // The grammar of STIX 2.0 wrote times as strings.
        Err(_) if subject.text("pattern_version") == Some("2.0") => {}
        Err(reason) => faults.must(&path, "9", Problem::Pattern(cut(&reason.to_string()))),
    }
}

fn judge_names(pattern: &Pattern, path: &Path, faults: &mut Faults<'_>) {
    for (object_type, property) in pattern.compared() {
        let defined = Type::named(object_type).filter(|kind| kind.family == Family::Observable);
        if defined.is_none() {
            judge_type(object_type, path, faults);
        }
        let known = defined.is_some_and(|defined| defined.property(property).is_some());
        if !known {
            judge_property(property, defined, path, faults);
        }
    }
}

fn judge_type(name: &str, path: &Path, faults: &mut Faults<'_>) {
    let bare = name.strip_prefix('-').unwrap_or(name);
    let is_of_it = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !(3..=250).contains(&name.len()) || bare.is_empty() || !bare.bytes().all(is_of_it) || bare.contains("--") {
        return faults.must(path, "9.7", Problem::TypeName(cut(name)));
    }
    faults.should(Check::StrictTypes, path, "9.7", Problem::UnknownType(cut(name)));
    crate::judge::judge_prefix(name, 'x', '-', path, "11.2.1", faults);
}

fn judge_property(name: &str, defined: Option<&Type>, path: &Path, faults: &mut Faults<'_>) {
    if !is_property_name(name) && !name.starts_with('_') {
        return faults.must(path, "9.7", Problem::PropertyName(cut(name)));
    }
    // Objects of a type of somebody's own have the properties that they want.
    if defined.is_some() {
        faults.should(Check::StrictProperties, path, "9.7", Problem::UnknownProperty(cut(name)));
        crate::judge::judge_prefix(name, 'x', '_', path, "11.1.1", faults);
    }
}
