//! What the standard asks beyond the kind of each property: one small function for each demand, with its section.

mod domain;
mod extension_definition;
mod hosts;
mod indicator;
mod interop;
mod markings;
mod network;
mod order;
mod recommended;
mod references;
mod relationship;

use crate::judge::{Faults, Subject};

/// A demand on an object as a whole.
type Constraint = fn(&Subject<'_>, &mut Faults<'_>);

/// Every demand on any object. Each looks at the type for itself.
const ALL: &[&[Constraint]] = &[
    order::ALL,
    domain::ALL,
    extension_definition::ALL,
    hosts::ALL,
    indicator::ALL,
    interop::ALL,
    markings::ALL,
    network::ALL,
    recommended::ALL,
    references::ALL,
    relationship::ALL,
];

/// Asks them all.
pub(crate) fn judge(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    for constraint in ALL.iter().copied().flatten() {
        constraint(subject, faults);
    }
}
