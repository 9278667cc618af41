//! Walking events, objects and attributes.

use serde_json::Value;
use vauban_model::{Text, Validity};

use super::{
    attribute::{Meaning, meaning},
    tags::{Tags, list},
};
use crate::{
    Document,
    formats::Format,
    reading::{Draft, Place, Reading},
    when::timestamp,
};

/// MISP's JSON.
pub(crate) struct Misp;

impl Format for Misp {
    fn name(&self) -> &'static str {
        "misp"
    }

    fn recognises(&self, document: &Document<'_>) -> bool {
        document.json().is_ok_and(|json| {
            let mut found = false;
            each_event(json, String::new(), 0, &mut |_, _| found = true);
            found
        })
    }

    fn read(&self, document: &Document<'_>, out: &mut Reading) {
        let Ok(json) = document.json() else { return };
        each_event(json, String::new(), 0, &mut |event, pointer| read_event(event, pointer, document, out));
    }
}

/// What all attributes of an event share.
struct Context<'e> {
    tags: Tags,
    source: Option<&'e str>,
    info: &'e str,
    date: Option<&'e str>,
    references: Vec<String>,
    flags_used: bool,
}

fn read_event(event: &Value, pointer: &str, document: &Document<'_>, out: &mut Reading) {
    let all = attributes(event, pointer);
    let info = text(event, "info").unwrap_or_default();
    if out.title.is_none() && !info.is_empty() {
        out.title = Some(info.to_owned());
    }
    let context = Context {
        tags: Tags::of(event),
        source: event.pointer("/Orgc/name").or_else(|| event.pointer("/Org/name")).and_then(Value::as_str),
        info,
        date: text(event, "date"),
        references: all
            .iter()
            .filter_map(|(attribute, ..)| {
                let value = text(attribute, "value")?;
                let category = text(attribute, "category").unwrap_or_default();
                matches!(meaning(text(attribute, "type")?, category, value), Ok(Meaning::Reference))
                    .then(|| value.to_owned())
            })
            .take(16)
            .collect(),
        flags_used: all.iter().any(|(attribute, ..)| to_ids(attribute) == Some(true)),
    };
    for (attribute, object, place) in all {
        read_attribute(attribute, object, Place::Pointer(place), &context, document, out);
    }
}

fn read_attribute(
    attribute: &Value,
    object: Option<&Value>,
    place: Place,
    context: &Context<'_>,
    document: &Document<'_>,
    out: &mut Reading,
) {
    let (Some(kind), Some(value)) = (text(attribute, "type"), text(attribute, "value")) else {
        out.refuse(document, place, "", "an attribute without type or value");
        return;
    };
    if attribute.get("deleted").is_some_and(|deleted| deleted == true || deleted == "1") {
        out.ignore(document, place, value, "deleted by its publisher");
        return;
    }
    let tests = match meaning(kind, text(attribute, "category").unwrap_or_default(), value) {
        Ok(Meaning::Look(tests)) => tests,
        Ok(Meaning::Reference) => {
            out.ignore(document, place, value, "a reference to read, not an indicator");
            return;
        }
        Ok(Meaning::Nothing) => {
            out.ignore(document, place, value, format!("an attribute of type {kind} names nothing to look for"));
            return;
        }
        Err(reason) => {
            out.refuse(document, place, value, reason);
            return;
        }
    };
    let comment = text(attribute, "comment").unwrap_or_default();
    let own_time = text(attribute, "first_seen").and_then(timestamp).or_else(|| number_or_text(attribute, "timestamp"));
    let mut draft = Draft {
        id: text(attribute, "uuid").and_then(|uuid| format!("indicator--{uuid}").parse().ok()),
        name: context.info.to_owned(),
        description: match object.and_then(|object| text(object, "comment")).filter(|comment| !comment.is_empty()) {
            Some(more) if comment.is_empty() => more.to_owned(),
            Some(more) => format!("{comment} ({more})"),
            None => comment.to_owned(),
        },
        tests,
        source: context.source.map(str::to_owned),
        references: context.references.clone(),
        validity: Validity { from: own_time.or_else(|| context.date.and_then(timestamp)), until: None },
        ..Draft::default()
    };
    Tags::of(attribute).apply(&mut draft);
    if let Some(object) = object {
        Tags::of(object).apply(&mut draft);
    }
    context.tags.apply(&mut draft);
    if context.flags_used && to_ids(attribute) != Some(true) {
        let reason = Text::new(
            "contexte selon son éditeur (to_ids est désactivé)",
            "context by its publisher's own account (to_ids is off)",
        );
        out.set_aside(document, draft, reason);
    } else {
        out.add(document, draft);
    }
}

/// All attributes of an event, its objects' included, each with its object and its place.
fn attributes<'e>(event: &'e Value, pointer: &str) -> Vec<(&'e Value, Option<&'e Value>, String)> {
    let mut all = Vec::new();
    for (index, attribute) in one_or_more(event, "Attribute").enumerate() {
        all.push((attribute, None, format!("{pointer}/Attribute/{index}")));
    }
    for (number, object) in one_or_more(event, "Object").enumerate() {
        for (index, attribute) in list(object, "Attribute").enumerate() {
            all.push((attribute, Some(object), format!("{pointer}/Object/{number}/Attribute/{index}")));
        }
    }
    all
}

/// A search's answer holds each attribute or object by itself where an event holds a list.
fn one_or_more<'e>(event: &'e Value, key: &str) -> impl Iterator<Item = &'e Value> {
    list(event, key).chain(event.get(key).filter(|inner| inner.is_object()))
}

/// Calls `found` for each event, whatever it is wrapped in. Loose attributes and objects count as an event.
fn each_event<'v>(json: &'v Value, pointer: String, depth: usize, found: &mut impl FnMut(&'v Value, &str)) {
    if depth > 4 {
        return;
    }
    match json {
        Value::Array(all) => {
            for (index, one) in all.iter().enumerate() {
                each_event(one, format!("{pointer}/{index}"), depth + 1, found);
            }
        }
        Value::Object(fields) => {
            for wrapper in ["response", "Event"] {
                if let Some(inner) = fields.get(wrapper).filter(|inner| inner.is_object() || inner.is_array()) {
                    each_event(inner, format!("{pointer}/{wrapper}"), depth + 1, found);
                    return;
                }
            }
            let holds = |key: &str| fields.get(key).is_some_and(|inner| inner.is_array() || inner.is_object());
            if holds("Attribute") || holds("Object") {
                found(json, &pointer);
            }
        }
        _ => {}
    }
}

fn to_ids(attribute: &Value) -> Option<bool> {
    match attribute.get("to_ids")? {
        Value::Bool(flag) => Some(*flag),
        Value::String(flag) => Some(flag == "1" || flag == "true"),
        Value::Number(flag) => Some(flag.as_u64() == Some(1)),
        _ => None,
    }
}

fn number_or_text(element: &Value, key: &str) -> Option<jiff::Timestamp> {
    match element.get(key)? {
        Value::Number(seconds) => jiff::Timestamp::from_second(seconds.as_i64()?).ok(),
        Value::String(time) => timestamp(time).filter(|time| time.as_second() > 0),
        _ => None,
    }
}

fn text<'v>(element: &'v Value, key: &str) -> Option<&'v str> {
    element.get(key)?.as_str()
}
