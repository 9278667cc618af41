//! What a decision about an object would come to: whether it can be blind, what keeps it from leaving, what honest people use of it.

use jiff::Timestamp;
use serde_json::{Map, Value};
use vauban_blind::ObservableError;
use vauban_intel::Benign;
use vauban_model::{Marking, Test, Text};
use vauban_stix::Object;

use crate::{
    desk::observables::observables,
    store::{DeskObject, Stream, Tier},
};

/// Why an object cannot be in the blind tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotBlind {
    /// It is no plain choice of values, so that no value could match it.
    #[error("it is no plain choice of values")]
    NoChoice,
    /// It names something of which all values can be tried: an address, a number.
    #[error("{0}")]
    Value(#[from] ObservableError),
}

/// Why an object does not leave in a stream, whatever is granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stays {
    /// TLP:RED never leaves.
    Red,
    /// TLP:AMBER+STRICT leaves in a stream that one organisation reads, and this is none.
    Strict,
    /// It is held.
    Held,
    /// It has ended.
    Ended,
}

/// Whether an object can be in the blind tier: a plain choice of values that nobody could try one after the other.
///
/// # Errors
/// Why not.
pub fn can_be_blind(object: &DeskObject) -> Result<(), NotBlind> {
    let named = parsed(object).and_then(|object| observables(&object)).filter(|named| !named.is_empty());
    for one in named.ok_or(NotBlind::NoChoice)? {
        vauban_blind::Observable::new(one.kind.as_str(), &one.value)?;
    }
    Ok(())
}

/// What would keep an object from leaving in a stream at a time: the rules of the store's question, as a reason.
#[must_use]
pub fn stays(object: &DeskObject, stream: &Stream, now: Timestamp) -> Option<Stays> {
    match (object.marking, object.tier) {
        (Marking::Red, _) => Some(Stays::Red),
        (Marking::AmberStrict, _) if !stream.info.is_for_one => Some(Stays::Strict),
        (_, Tier::Held) => Some(Stays::Held),
        _ if object.expires.is_some_and(|end| end <= now) => Some(Stays::Ended),
        _ => None,
    }
}

/// What honest people use of what an object names, each value with the reason. An import refuses such objects; this finds those that
/// came by an older list.
#[must_use]
pub fn findings(object: &DeskObject) -> Vec<(String, Text)> {
    let named = parsed(object).and_then(|object| observables(&object)).unwrap_or_default();
    let benign = Benign::embedded();
    let found =
        named.into_iter().filter_map(|one| Some((one.value.to_string(), benign.check(&Test::Observable(one))?)));
    found.collect()
}

pub(super) fn parsed(object: &DeskObject) -> Option<Object> {
    serde_json::from_str::<Map<String, Value>>(&object.json).ok().map(Object::from)
}
