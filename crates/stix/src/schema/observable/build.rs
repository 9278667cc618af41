//! How the tables of observables are written.

use super::super::{
    kind::{Least, Property, Shape},
    shared_properties::OBSERVABLE,
    types::{Extension, Family, Type},
};

pub(super) const fn observable(
    name: &'static str,
    section: &'static str,
    least: Least,
    properties: &'static [Property],
    extensions: &'static [Extension],
) -> Type {
    let own = Shape { section, properties, least, closed: true };
    Type { name, family: Family::Observable, shared: OBSERVABLE, own, extensions }
}

pub(super) const fn extension(
    name: &'static str,
    section: &'static str,
    least: Least,
    properties: &'static [Property],
) -> Extension {
    Extension { name, shape: Shape { section, properties, least, closed: true } }
}
