//! What an indicator names, in the one form that is compared: for finding the same indicator twice, and for the blind tier.

use sha2::{Digest as _, Sha256};
use vauban_matching::{canonical::Key, pattern};
use vauban_model::{Observable, Test};
use vauban_stix::Object;

use crate::store::Digest;

/// The values of which any one means the indicator; none for a pattern that is more than such a choice.
pub(super) fn observables(object: &Object) -> Option<Vec<Observable>> {
    if object.text("pattern_type") != Some("stix") {
        return None;
    }
    let tests = pattern::parse(object.text("pattern")?).ok()?.as_alternatives()?;
    let canonical = |test: Test| match test {
        Test::Observable(observable) => {
            let key = Key::new(observable.kind, &observable.value)?;
            Some(Observable::new(key.kind(), key.text()))
        }
        _ => None,
    };
    tests.into_iter().map(canonical).collect()
}

/// A digest of what the indicator names: equal digests, the same indicator under two ids.
pub(super) fn fingerprint(object: &Object) -> Option<Digest> {
    let mut names: Vec<String> =
        observables(object)?.iter().map(|one| format!("{}\0{}", one.kind.as_str(), one.value)).collect();
    names.sort_unstable();
    names.dedup();
    Some(Digest(Sha256::digest(names.join("\u{1}")).into()))
}
