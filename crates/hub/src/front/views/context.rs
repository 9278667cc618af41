//! What indicators refer to: who wrote them, what they tell of. Read beside each page of indicators, up to a bound; what is beyond it
//! lends no name.

use super::walk::{Looking, Part};
use crate::{front::problem::Problem, store::Detail};

/// Types that lend an indicator a name, a technique, a source or a marking.
const TYPES: &[&str] = &[
    "attack-pattern",
    "campaign",
    "identity",
    "infrastructure",
    "intrusion-set",
    "malware",
    "marking-definition",
    "relationship",
    "threat-actor",
    "tool",
];
/// Bytes of such objects.
const MOST: usize = 1 << 20;

/// Those objects with a comma after each.
pub(super) async fn context(looking: Looking<'_>) -> Result<String, Problem> {
    let mut text = String::new();
    let mut walk = looking.walk(&Part { types: TYPES, after: None }, Detail::Objects);
    while let Some(page) = walk.next().await? {
        for json in page.into_iter().filter_map(|entry| entry.json) {
            if text.len() + json.len() > MOST {
                return Ok(text);
            }
            text.push_str(&json);
            text.push(',');
        }
    }
    Ok(text)
}
