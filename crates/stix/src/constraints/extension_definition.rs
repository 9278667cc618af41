//! Demands on extension definitions (section 7.3.1).

use serde_json::Value;

use super::Constraint;
use crate::{
    fault::Problem,
    judge::{Faults, Subject},
    rules::Check,
};

pub(super) const ALL: &[Constraint] = &[properties, description];

/// Properties are listed when they stand at the top of objects, and only then.
fn properties(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    if subject.object_type != "extension-definition" {
        return;
    }
    let top = subject.list("extension_types").iter().any(|of| of.as_str() == Some("toplevel-property-extension"));
    let listed =
        subject.object.get("extension_properties").is_some_and(|list| list.as_array() != Some(&Vec::<Value>::new()));
    let path = subject.at("extension_properties");
    if listed && !top {
        faults.must(&path, "7.3.1", Problem::Needs("extension_types: toplevel-property-extension"));
    }
    if top && !subject.has("extension_properties") {
        faults.should(Check::ExtensionProperties, &path, "7.3.1", Problem::Recommended("extension_properties"));
    }
}

fn description(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    if subject.object_type == "extension-definition" && !subject.has("description") {
        let path = subject.at("description");
        faults.should(Check::ExtensionDescription, &path, "7.3.1", Problem::Recommended("description"));
    }
}
