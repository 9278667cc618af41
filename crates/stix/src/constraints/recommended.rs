//! Recommendations on many types: names, keys, countries.

use serde_json::{Map, Value};

use super::Constraint;
use crate::{
    fault::{Path, Problem},
    form::Registry,
    judge::{Faults, Subject, cut},
    rules::Check,
    schema::types::is_observable,
};

pub(super) const ALL: &[Constraint] = &[kill_chains, product, country, dictionary_keys];

/// Section 2.11.
fn kill_chains(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    let path = subject.at("kill_chain_phases");
    for (index, phase) in subject.list("kill_chain_phases").iter().enumerate() {
        for name in ["kill_chain_name", "phase_name"] {
            let Some(word) = phase.get(name).and_then(Value::as_str) else { continue };
            let lower = word.chars().any(char::is_lowercase) && !word.chars().any(char::is_uppercase);
            if !lower || word.contains(['_', ' ']) {
                let at = path.item(index).property(name);
                faults.should(Check::KillChainNames, &at, "2.11", Problem::Spelling(cut(word)));
            }
        }
    }
}

/// Section 4.12.
fn product(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    let Some(name) = subject.text("product").filter(|_| subject.object_type == "malware-analysis") else { return };
    let is_of_it = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.is_empty() || !name.bytes().all(is_of_it) {
        faults.should(Check::MalwareAnalysisProduct, &subject.at("product"), "4.12", Problem::Spelling(cut(name)));
    }
}

/// Section 4.10.
fn country(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    let Some(code) = subject.text("country").filter(|_| subject.object_type == "location") else { return };
    if !Registry::Countries.has(code) {
        let problem = Problem::Registry("countries", cut(code));
        faults.should(Check::Countries, &subject.at("country"), "4.10", problem);
    }
}

/// The dictionaries of observables whose keys are names of others, and keep their case.
const NAMES_OF_OTHERS: &[&str] = &[
    "hashes",
    "file_header_hashes",
    "request_header",
    "additional_header_fields",
    "document_info_dict",
    "exif_tags",
    "ipfix",
    "options",
    "environment_variables",
    "startup_info",
];

/// Keys of dictionaries are in lower case (section 2.3).
fn dictionary_keys(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    if is_observable(subject.object_type) {
        lower_keys(subject.object, subject.path, faults);
    }
}

fn lower_keys(object: &Map<String, Value>, path: &Path, faults: &mut Faults<'_>) {
    for (key, value) in object {
        if key.bytes().any(|byte| byte.is_ascii_uppercase()) {
            faults.should(Check::ObservableDictionaryKeys, &path.property(key), "2.3", Problem::Spelling(cut(key)));
        }
        if let Value::Object(inner) = value
            && !NAMES_OF_OTHERS.contains(&key.as_str())
        {
            lower_keys(inner, &path.property(key), faults);
        }
    }
}
