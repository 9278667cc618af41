//! A hosts file that sends names nowhere. It cannot express the names below a name.

use std::collections::BTreeSet;

use vauban_model::{Indicator, ObservableKind, Test};

use crate::value::domain_name;

/// The file, and how many indicators stand in it.
pub(super) fn write(indicators: &[&Indicator]) -> (String, usize) {
    let mut names = BTreeSet::new();
    let mut written = 0;
    for indicator in indicators {
        let before = written;
        for test in &indicator.tests {
            if let Test::Observable(observable) = test
                && observable.kind == ObservableKind::DomainName
                && let Some(name) = domain_name(&observable.value)
            {
                names.insert(name);
                written = before + 1;
            }
        }
    }
    let mut text = String::new();
    for name in names {
        text.push_str("0.0.0.0 ");
        text.push_str(&name);
        text.push('\n');
    }
    (text, written)
}
