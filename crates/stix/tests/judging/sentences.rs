//! Every fault has a sentence in both languages.

use serde_json::json;
use vauban_stix::{Object, Rules, judge};

use super::samples::{all, changed, faults};

#[test]
fn a_fault_says_where_what_and_by_which_section() {
    let found = faults(&changed("tool", |tool| drop(tool.remove("name"))));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].to_string(), "name: is missing (missing, section 4.18)");
    assert_eq!(found[0].problem.french(), "est absent");
}

/// What can be wrong with any property of any type, in both languages.
#[test]
fn both_languages_say_something_of_their_own() {
    let mut seen = std::collections::BTreeSet::new();
    for object in all() {
        for name in object.keys() {
            for wrong in [
                json!(null),
                json!([]),
                json!({}),
                json!("\u{0} Own_Words"),
                json!(["\u{0}"]),
                json!({"K": "V"}),
                json!(-5),
            ] {
                let mut broken = object.clone();
                broken.insert(name.clone(), wrong);
                for fault in judge(&Object::from(broken), &Rules::default()) {
                    let (english, french) = (fault.problem.english(), fault.problem.french());
                    assert!(!english.is_empty() && !french.is_empty() && english != french, "{fault:?}");
                    for code in ["charset", "registry-key", "media-types", "priority"] {
                        assert!(!english.ends_with(&format!(" {code}")), "{english}");
                    }
                    seen.insert(fault.problem.code());
                }
            }
        }
    }
    assert!(seen.len() > 20, "{seen:?}");
}

#[test]
fn long_words_are_cut() {
    let found = faults(&changed("tool", |tool| drop(tool.insert("lang".to_owned(), "\u{e9}".repeat(1 << 20).into()))));
    assert!(found[0].to_string().len() < 500);
}
