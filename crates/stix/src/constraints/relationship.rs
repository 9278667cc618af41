//! Relationships that the standard suggests (sections 3.7 and 5.1).

use super::Constraint;
use crate::{
    fault::Problem,
    form::type_in,
    judge::{Faults, Subject, cut},
    rules::Check,
    schema::{
        relationships::{OF_ALL, Suggestion, suggestion},
        types::{Family, Type},
    },
};

pub(super) const ALL: &[Constraint] = &[suggested];

fn suggested(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    if subject.object_type != "relationship" {
        return;
    }
    let end = |name| subject.text(name).and_then(type_in);
    let (Some(name), Some(source), Some(target)) =
        (subject.text("relationship_type"), end("source_ref"), end("target_ref"))
    else {
        return;
    };
    if OF_ALL.contains(&name) || is_no_end(source) || is_no_end(target) {
        return;
    }
    let at = match suggestion(source, name, target) {
        Suggestion::Suggested => return,
        Suggestion::OtherRelationship => subject.at("relationship_type"),
        Suggestion::OtherTarget => subject.at("target_ref"),
    };
    faults.should(Check::RelationshipTypes, &at, "5.1", Problem::Relationship(cut(name), cut(source), cut(target)));
}

/// What no relationship links anyway is told elsewhere.
fn is_no_end(name: &str) -> bool {
    Type::named(name).is_some_and(|kind| !matches!(kind.family, Family::Domain | Family::Observable))
}
