//! A document of somebody comes to the desk: everything `intel` reads becomes STIX objects to review, or is refused with a reason.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use vauban_intel::{
    Benign, Document, Reading,
    export::{ExportFormat, Selection, export},
    read_document,
};
use vauban_model::{Indicator, Lang, Marking, Test, Text};
use vauban_stix::{Limits, Object, Rules, judge, read_all, tlp};

use super::{head::Head, observables::fingerprint};
use crate::store::{DeskObject, State, Tier, Version};

/// Values that are named of what is refused.
const NAMED: usize = 3;

/// What a document holds for the desk.
#[derive(Debug, Default)]
pub struct Incoming {
    /// Objects to review.
    pub objects: Vec<DeskObject>,
    /// What is not taken, each with its reason.
    pub refused: Vec<RefusedObject>,
    /// What is taken and held until somebody looks at its marking.
    pub held: Vec<RefusedObject>,
}

/// Something of a document that is refused or held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedObject {
    /// Its id, or where it stands.
    pub what: String,
    /// Why, for people.
    pub why: Text,
}

/// Reads a document of a source. What it does not mark counts as `marking`. STIX 2.1 objects come as they are; every other format
/// comes as indicators. What honest people use is refused, and so is what the standard does not allow.
#[must_use]
pub fn incoming(name: &str, source: &str, bytes: &[u8], marking: Marking, now: Timestamp) -> Incoming {
    let mut reading = read_document(&Document::new(name, source, bytes).with_marking(marking));
    reading.set_benign_aside(&Benign::embedded());
    let mut incoming = Incoming::default();
    incoming.refused.extend(refusals(&reading));
    let is_stix = reading.format == "stix";
    let written;
    let document = if is_stix {
        bytes
    } else {
        let selection = Selection { clearance: Marking::Red, now, expired_too: true };
        written = export(&reading.indicators, ExportFormat::Stix, &selection).text;
        written.as_bytes()
    };
    let document = match read_all(document, &Limits::default()) {
        Ok(document) => document,
        Err(error) => {
            incoming.refuse(name.to_owned(), Text::new(format!("illisible : {error}"), format!("unreadable: {error}")));
            return incoming;
        }
    };
    for refused in &document.refused {
        let why = Text::new(refused.refusal.french(), refused.refusal.to_string());
        incoming.refuse(format!("objects[{}]", refused.index), why);
    }
    let benign: HashSet<&str> = reading.set_aside.iter().map(|aside| aside.indicator.id.as_str()).collect();
    let by_id: HashMap<&str, &Object> =
        document.objects.iter().filter_map(|object| Some((object.id_text()?, object))).collect();
    for object in &document.objects {
        let is_benign = object.id_text().is_some_and(|id| benign.contains(id));
        // The markings of TLP and their extension are everybody's; releases bring them along.
        let is_known = object
            .id_text()
            .is_some_and(|id| Marking::from_stix_id(id).is_some() || id == vauban_stix::EXTENSION_DEFINITION_ID);
        if !is_benign && !is_known {
            incoming.take(object, source, marking, |id| by_id.get(id).copied(), now);
        }
    }
    incoming
}

/// What the reader refused and set aside.
fn refusals(reading: &Reading) -> impl Iterator<Item = RefusedObject> + '_ {
    let refused = reading.refused.iter().map(|refused| RefusedObject {
        what: if refused.value.is_empty() { refused.document.clone() } else { refused.value.clone() },
        why: Text::new(refused.reason.clone(), refused.reason.clone()),
    });
    let aside = reading.set_aside.iter().map(|aside| RefusedObject {
        what: named(&aside.indicator),
        why: Text::new(aside.reason.get(Lang::Fr), aside.reason.get(Lang::En)),
    });
    refused.chain(aside)
}

/// An id with what it names, for people who know values and no ids.
fn named(indicator: &Indicator) -> String {
    let values = indicator.tests.iter().filter_map(|test| match test {
        Test::Observable(observable) => Some(&*observable.value),
        Test::Network(network) => Some(&**network),
        _ => None,
    });
    let values: Vec<&str> = values.take(NAMED).collect();
    if values.is_empty() { indicator.id.to_string() } else { format!("{} ({})", indicator.id, values.join(", ")) }
}

impl Incoming {
    fn refuse(&mut self, what: String, why: Text) {
        self.refused.push(RefusedObject { what, why });
    }

    /// Judges an object, and takes it or says why not.
    fn take<'o>(
        &mut self,
        object: &'o Object,
        source: &str,
        unmarked: Marking,
        resolve: impl Fn(&str) -> Option<&'o Object>,
        now: Timestamp,
    ) {
        let what = object.id_text().unwrap_or("?").to_owned();
        let rules = Rules::default();
        if let Some(fault) = judge(object, &rules).into_iter().find(|fault| rules.refuses(fault)) {
            let (fr, en) = (fault.problem.french(), fault.problem.english());
            let at = if fault.path.as_str().is_empty() { String::new() } else { format!("{} ", fault.path.as_str()) };
            let why = Text::new(
                format!("{at}{fr} (STIX 2.1, {})", fault.section),
                format!("{at}{en} (STIX 2.1, {})", fault.section),
            );
            return self.refuse(what, why);
        }
        let (marking, tier) = match tlp(object, resolve) {
            Ok(found) => (found.strictest().unwrap_or(unmarked), Tier::Open),
            Err(held) => {
                let why = Text::new(held.french(), held.to_string());
                self.held.push(RefusedObject { what: what.clone(), why });
                (Marking::Red, Tier::Held)
            }
        };
        match desk_object(object, source, marking, tier, now) {
            Some(object) => self.objects.push(object),
            None => self.refuse(what, Text::new("sans identité lisible", "without a readable identity")),
        }
    }
}

/// The object as the desk keeps it.
fn desk_object(object: &Object, source: &str, marking: Marking, tier: Tier, now: Timestamp) -> Option<DeskObject> {
    let head = Head::of(object)?;
    Some(DeskObject {
        id: head.id,
        version: head.version.unwrap_or_else(|| Version::new(now)),
        kind: head.kind,
        spec_version: head.spec_version,
        json: vauban_stix::canonical(&serde_json::Value::Object(object.properties().clone())),
        marking,
        tier,
        state: State::Imported,
        source: source.to_owned(),
        fingerprint: fingerprint(object),
        imported: now,
        expires: head.ends,
    })
}
