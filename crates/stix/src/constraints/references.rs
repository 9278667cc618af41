//! Demands on external references (section 2.5, and 4.1 and 4.19 for the two numbers that the standard names).

use serde_json::Value;

use super::Constraint;
use crate::{
    fault::Problem,
    judge::{Faults, Subject, cut},
    rules::Check,
};

pub(super) const ALL: &[Constraint] = &[numbers, hashes];

/// CVE and CAPEC numbers have their form and stand under their source.
fn numbers(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    let path = subject.at("external_references");
    for (index, reference) in subject.list("external_references").iter().enumerate() {
        let text = |name| reference.get(name).and_then(Value::as_str);
        let (source, id) = (text("source_name").unwrap_or_default(), text("external_id").unwrap_or_default());
        for (named, is_one, section) in [("cve", is_cve as fn(&str) -> bool, "4.19"), ("capec", is_capec, "4.1")] {
            if (source == named) != is_one(id) {
                let at = path.item(index).property("external_id");
                faults.must(&at, section, Problem::Form(named, cut(id)));
            }
        }
    }
}

/// `CVE-2016-1234`: a year, and at least four digits, without leading zeros beyond four.
fn is_cve(id: &str) -> bool {
    let Some((year, number)) = id.strip_prefix("CVE-").and_then(|rest| rest.split_once('-')) else { return false };
    let padded = number.len() > 4 && number.starts_with('0');
    year.len() == 4 && is_number(year) && number.len() >= 4 && is_number(number) && !padded
}

fn is_capec(id: &str) -> bool {
    id.strip_prefix("CAPEC-").is_some_and(is_number)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What is at a URL may change; a hash says what was there.
fn hashes(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    let path = subject.at("external_references");
    for (index, reference) in subject.list("external_references").iter().enumerate() {
        if reference.get("url").is_some() && reference.get("hashes").is_none() {
            let at = path.item(index).property("hashes");
            faults.should(Check::ExternalReferenceHashes, &at, "2.5", Problem::Recommended("hashes"));
        }
    }
}
