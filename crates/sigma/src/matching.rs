//! Which rules an event meets.

use std::borrow::Cow;

use rsigma_eval::{EvaluationResult, JsonEvent};
use serde_json::Value;

use crate::{
    SigmaSet,
    source::{LogSource, SECURITY},
};

/// Fields of the audit of process creation, by the names that rules on Sysmon's use.
const AUDITED: &[(&str, &str)] =
    &[("Image", "NewProcessName"), ("ParentImage", "ParentProcessName"), ("User", "SubjectUserName")];

/// A rule that an event meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched {
    /// The rule's number in the list that was compiled.
    pub number: usize,
    /// The names of the fields that made it match.
    pub fields: Vec<String>,
}

impl SigmaSet {
    /// The rules that this event meets, in order. `fields` is an object, flat, with the names that rules for the event's
    /// log use.
    #[must_use]
    pub fn matching(&self, source: &LogSource<'_>, fields: &Value) -> Vec<Matched> {
        let mut event = None;
        let mut met = Vec::new();
        for group in self.groups.iter().filter(|group| group.wanted.applies(source)) {
            let event = event.get_or_insert_with(|| named(source, fields));
            let results = group.engine.evaluate(&JsonEvent::borrow(event));
            met.extend(results.iter().filter_map(matched));
        }
        met.sort_by_key(|one| one.number);
        met.dedup_by_key(|one| one.number);
        met
    }
}

fn matched(result: &EvaluationResult) -> Option<Matched> {
    let number = result.header.rule_id.as_ref()?.parse().ok()?;
    let matches = result.as_detection().map(|body| body.matched_fields.as_slice()).unwrap_or_default();
    let mut fields = Vec::new();
    for one in matches.iter().filter(|one| !one.negated) {
        if !fields.contains(&one.field) {
            fields.push(one.field.clone());
        }
    }
    Some(Matched { number, fields })
}

fn named<'f>(source: &LogSource<'_>, event: &'f Value) -> Cow<'f, Value> {
    let audited = source.channel.eq_ignore_ascii_case(SECURITY) && source.event_id == 4688;
    let Some(fields) = event.as_object().filter(|_| audited) else { return Cow::Borrowed(event) };
    let mut fields = fields.clone();
    for (name, audited) in AUDITED {
        if let (None, Some(value)) = (fields.get(*name), fields.get(*audited)) {
            let value = value.clone();
            fields.insert((*name).to_owned(), value);
        }
    }
    Cow::Owned(Value::Object(fields))
}
