//! Writing a bundle (section 8): whole with its markings, and the same bytes for the same objects.

use std::collections::{BTreeMap, HashSet, btree_map::Entry};

use serde_json::{Map, Value};
use vauban_model::Marking;

use crate::{canonical::canonical, form::ObjectId, object::Object, tlp::marking_definition, version::Version};

/// Why a bundle cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// The id is of something else.
    #[error("{0} is not the id of a bundle")]
    NotABundle(ObjectId),
    /// An object without an id, or with a time that is none.
    #[error("an object has no id or no time that can be read")]
    NoVersion,
    /// Two objects of one id and one time that differ: one of them is wrong, and nobody can tell which.
    #[error("{0} is there twice, with two contents")]
    Conflict(ObjectId),
    /// An object refers to a marking that is nowhere to be found. Without it nobody could tell how to treat the object.
    #[error("{object} refers to the marking {marking}, which is not known")]
    UnknownMarking {
        /// The object.
        object: String,
        /// The marking.
        marking: String,
    },
}

/// Writes a bundle of these objects, and of every marking that they refer to. `resolve` finds the marking definitions that are
/// neither among the objects nor of TLP 2.0.
///
/// Markings come first, then the objects by id and version; an object that is there twice is written once.
/// The bytes depend on nothing else.
///
/// # Errors
/// When the id is no bundle's, an object has no version or two contents, or a marking is not to be found.
pub fn write_bundle<'a>(
    id: &ObjectId,
    objects: &[Object],
    resolve: impl Fn(&str) -> Option<&'a Object>,
) -> Result<Vec<u8>, BundleError> {
    if id.object_type() != "bundle" {
        return Err(BundleError::NotABundle(id.clone()));
    }
    let mut ordered: BTreeMap<(bool, Version), Object> = BTreeMap::new();
    let mut present: HashSet<String> = objects.iter().filter_map(Object::id_text).map(str::to_owned).collect();
    let mut next: Vec<Object> = objects.to_vec();
    while let Some(object) = next.pop() {
        let version = Version::of(&object).ok_or(BundleError::NoVersion)?;
        // Markings may be marked themselves.
        for marking in markings(&object) {
            if present.insert(marking.to_owned()) {
                let tlp = Marking::from_stix_id(marking).filter(|found| found.stix_id() == marking);
                let found = tlp.map(marking_definition).or_else(|| resolve(marking).cloned());
                let unknown =
                    || BundleError::UnknownMarking { object: version.id.to_string(), marking: marking.to_owned() };
                next.push(found.ok_or_else(unknown)?);
            }
        }
        let key = (object.object_type() != Some("marking-definition"), version);
        match ordered.entry(key) {
            Entry::Vacant(place) => {
                place.insert(object);
            }
            Entry::Occupied(there) if *there.get() == object => {}
            Entry::Occupied(there) => return Err(BundleError::Conflict(there.key().1.id.clone())),
        }
    }
    let objects: Vec<Value> = ordered.into_values().map(|object| Value::Object(object.into_properties())).collect();
    let mut bundle = Map::new();
    bundle.insert("type".to_owned(), "bundle".into());
    bundle.insert("id".to_owned(), id.as_str().into());
    if !objects.is_empty() {
        bundle.insert("objects".to_owned(), objects.into());
    }
    Ok(canonical(&Value::Object(bundle)).into_bytes())
}

/// The markings that an object refers to, as a whole and in parts.
fn markings(object: &Object) -> impl Iterator<Item = &str> {
    let list = |name| object.get(name).and_then(Value::as_array).into_iter().flatten();
    let whole = list("object_marking_refs").filter_map(Value::as_str);
    whole.chain(list("granular_markings").filter_map(|part| part.get("marking_ref")?.as_str()))
}
