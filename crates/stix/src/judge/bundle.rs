//! A bundle (section 8) and what is asked of its objects together.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::{Faults, Subject, cut, object::judge_at};
use crate::{
    fault::{Expected, Fault, Path, Problem},
    object::Object,
    rules::{Check, Rules, SpecVersion},
};

/// A bundle with its objects in hand.
pub(super) fn judge(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    let path = subject.at("objects");
    let objects = match subject.object.get("objects") {
        None => return,
        Some(Value::Array(objects)) if objects.is_empty() => return faults.must(&path, "2.12", Problem::Empty),
        Some(Value::Array(objects)) => objects,
        Some(_) => return faults.must(&path, "8.1", Problem::WrongType(Expected::List)),
    };
    let version = version(subject.text("spec_version"));
    let mut together = Together::default();
    for (index, object) in objects.iter().enumerate() {
        let at = path.item(index);
        match object {
            Value::Object(object) if object.get("type").and_then(Value::as_str) == Some("bundle") => {
                faults.must(&at.property("type"), "8.1", Problem::ReferenceType("bundle".to_owned()));
            }
            Value::Object(object) => {
                judge_at(object, &at, Some(version), faults);
                together.take(object, &at, faults);
            }
            _ => faults.must(&at, "8.1", Problem::WrongType(Expected::Object)),
        }
    }
    together.finish(faults);
}

/// The version that objects without one are of: bundles of STIX 2.1 do not say theirs.
fn version(said: Option<&str>) -> SpecVersion {
    if said == Some("2.0") { SpecVersion::V20 } else { SpecVersion::V21 }
}

/// Judges the objects of a bundle one by one, as they are read, and remembers no more of them than their ids.
pub struct BundleJudge<'a> {
    rules: &'a Rules,
    version: Option<SpecVersion>,
    together: Together,
    next: usize,
}

impl<'a> BundleJudge<'a> {
    /// `spec_version` is what the bundle says, when that is known before its objects are.
    #[must_use]
    pub fn new(rules: &'a Rules, spec_version: Option<&str>) -> Self {
        Self { rules, version: Some(version(spec_version)), together: Together::default(), next: 0 }
    }

    /// Judges objects that stand in no bundle, such as those of a TAXII envelope: each says its own version.
    #[must_use]
    pub fn of_an_envelope(rules: &'a Rules) -> Self {
        Self { rules, version: None, together: Together::default(), next: 0 }
    }

    /// All that is wrong with the next object, and between it and those before.
    pub fn judge(&mut self, object: &Object) -> Vec<Fault> {
        let path = Path::default().property("objects").item(self.next);
        self.next += 1;
        let mut faults = Faults::new(self.rules);
        judge_at(object.properties(), &path, self.version, &mut faults);
        self.together.take(object.properties(), &path, &mut faults);
        faults.into_vec()
    }

    /// What is wrong between the objects, and cannot be known before the last of them.
    #[must_use]
    pub fn finish(self) -> Vec<Fault> {
        let mut faults = Faults::new(self.rules);
        self.together.finish(&mut faults);
        faults.into_vec()
    }
}

/// What objects of one bundle owe each other.
#[derive(Default)]
struct Together {
    /// The versions seen: ids with their times.
    versions: HashSet<(String, String)>,
    /// The ids seen, with whether each is an identity that names its maker; kept when a rule asks for it.
    ids: HashMap<String, bool>,
    /// Who refers to whom: where, to what.
    links: Vec<(Path, String)>,
    /// Who was made by whom: where, by what.
    makers: Vec<(Path, Option<String>)>,
}

impl Together {
    fn take(&mut self, object: &Map<String, Value>, path: &Path, faults: &mut Faults<'_>) {
        let text = |name: &str| object.get(name).and_then(Value::as_str);
        let Some(id) = text("id") else { return };
        if let Some(modified) = text("modified")
            && !self.versions.insert((id.to_owned(), modified.to_owned()))
        {
            faults.should(Check::DuplicateIds, &path.property("id"), "3.6", Problem::Duplicate(cut(id)));
        }
        let strict = faults.rules.asks(Check::ReferencesInBundle);
        if strict || faults.rules.interop {
            let is_maker = text("type") == Some("identity") && object.contains_key("created_by_ref");
            self.ids.insert(id.to_owned(), is_maker);
        }
        if strict {
            let links = ["source_ref", "target_ref", "sighting_of_ref"].into_iter();
            self.links.extend(links.filter_map(|name| Some((path.property(name), text(name)?.to_owned()))));
        }
        if faults.rules.interop && text("type") != Some("identity") {
            self.makers.push((path.property("created_by_ref"), text("created_by_ref").map(str::to_owned)));
        }
    }

    fn finish(self, faults: &mut Faults<'_>) {
        for (path, id) in self.links {
            if !self.ids.contains_key(&id) {
                faults.should(Check::ReferencesInBundle, &path, "3.3", Problem::NotInBundle(cut(&id)));
            }
        }
        for (path, maker) in self.makers {
            match maker {
                None => faults.must(&path, "3.5", Problem::Missing),
                Some(id) if self.ids.get(&id) == Some(&true) => {}
                Some(id) => faults.must(&path, "3.5", Problem::NotInBundle(cut(&id))),
            }
        }
    }
}
