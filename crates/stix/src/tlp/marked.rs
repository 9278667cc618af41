//! The TLP marking of an object, whole and in parts.

use serde_json::Value;
use vauban_model::Marking;

use super::{Held, definitions::in_extension};
use crate::object::Object;

/// How an object is marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tlp {
    /// The marking of the object as a whole: the strictest of those it refers to. `None` when it bears none of TLP.
    pub object: Option<Marking>,
    /// Its parts that are marked more strictly than the whole. They may be cut, or the object may be held.
    pub stricter: Vec<Stricter>,
}

impl Tlp {
    /// The strictest marking of all, which decides when nothing is cut. `None` when there is none of TLP.
    #[must_use]
    pub fn strictest(&self) -> Option<Marking> {
        self.stricter.iter().map(|part| part.marking).chain(self.object).max()
    }
}

/// Parts of an object that are marked more strictly than the rest of it (section 7.2.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stricter {
    /// The parts, as in `external_references.[0].url`.
    pub selectors: Vec<String>,
    /// Their marking.
    pub marking: Marking,
}

/// Reads the TLP marking of an object. `resolve` finds the marking definitions that it refers to; those of TLP 1.0 and 2.0 are
/// known without it, and nothing that it finds redefines them.
///
/// # Errors
/// When a marking is not known or not understood, or when only a label or a statement says one: the object is to be held.
pub fn tlp<'a>(object: &Object, resolve: impl Fn(&str) -> Option<&'a Object>) -> Result<Tlp, Held> {
    let mut whole = None;
    for reference in list(object, "object_marking_refs")? {
        let id = reference.as_str().ok_or(Held::Malformed("object_marking_refs"))?;
        whole = whole.max(meaning(id, &resolve)?);
    }
    let mut stricter = Vec::new();
    for part in list(object, "granular_markings")? {
        let malformed = || Held::Malformed("granular_markings");
        let id = match (part.get("marking_ref"), part.get("lang")) {
            (Some(id), _) => id.as_str().ok_or_else(malformed)?,
            // A language is no matter of secrecy.
            (None, Some(_)) => continue,
            (None, None) => return Err(malformed()),
        };
        let marking = meaning(id, &resolve)?;
        let selectors = part.get("selectors").and_then(Value::as_array).ok_or_else(malformed)?;
        let selectors: Option<Vec<String>> = selectors.iter().map(|name| Some(name.as_str()?.to_owned())).collect();
        let selectors = selectors.filter(|selectors| !selectors.is_empty()).ok_or_else(malformed)?;
        if let Some(marking) = marking.filter(|marking| Some(*marking) > whole) {
            stricter.push(Stricter { selectors, marking });
        }
    }
    let found = Tlp { object: whole, stricter };
    match label(object).filter(|(_, said)| Some(*said) > found.strictest()) {
        Some((label, _)) => Err(Held::LabelOnly(label.to_owned())),
        None => Ok(found),
    }
}

/// The items of a list that may be absent.
fn list<'a>(object: &'a Object, name: &'static str) -> Result<&'a [Value], Held> {
    match object.get(name) {
        None => Ok(&[]),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(Held::Malformed(name)),
    }
}

/// What a marking means for TLP: `None` for a statement, which is of another kind and no obstacle.
fn meaning<'a>(id: &str, resolve: &impl Fn(&str) -> Option<&'a Object>) -> Result<Option<Marking>, Held> {
    if let Some(marking) = Marking::from_stix_id(id) {
        return Ok(Some(marking));
    }
    let definition = resolve(id).ok_or_else(|| Held::Unknown(id.to_owned()))?;
    let not_understood = || Held::NotUnderstood(id.to_owned());
    if definition.object_type() != Some("marking-definition") {
        return Err(not_understood());
    }
    match in_extension(definition) {
        // Only the five objects of OASIS are TLP 2.0; another that bears the extension says it all the same.
        Some(marking) => return marking.map(Some).map_err(|()| not_understood()),
        None if definition.get("extensions").is_some() => return Err(not_understood()),
        None => {}
    }
    match definition.text("definition_type") {
        Some("tlp") => {
            let level = definition.get("definition").and_then(|definition| definition.get("tlp")?.as_str());
            level.and_then(|level| level.parse().ok()).map(Some).ok_or_else(not_understood)
        }
        Some("statement") => {
            let statement = definition.get("definition").and_then(|definition| definition.get("statement")?.as_str());
            let texts = [statement, definition.text("name")];
            match texts.into_iter().flatten().find(|text| text.parse::<Marking>().is_ok()) {
                Some(label) => Err(Held::LabelOnly(label.to_owned())),
                None => Ok(None),
            }
        }
        _ => Err(not_understood()),
    }
}

/// The strictest TLP that a plain label claims.
fn label(object: &Object) -> Option<(&str, Marking)> {
    let labels = object.get("labels")?.as_array()?;
    let claims = |label: &&str| label.to_ascii_lowercase().trim_start().starts_with("tlp:");
    labels
        .iter()
        .filter_map(Value::as_str)
        .filter(claims)
        .filter_map(|label| Some((label, label.parse::<Marking>().ok()?)))
        .max_by_key(|(_, marking)| *marking)
}
