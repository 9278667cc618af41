//! The list of all demands, and asking them.

use super::{
    domain, extension_definition, hosts, indicator, interop, markings, network, order, recommended, references,
    relationship,
};
use crate::judge::{Faults, Subject};

/// A demand on an object as a whole.
pub(super) type Constraint = fn(&Subject<'_>, &mut Faults<'_>);

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
