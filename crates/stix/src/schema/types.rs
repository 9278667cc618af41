//! What a type of object is, and the list of all that the standard defines.

use super::{
    domain,
    kind::{Property, Shape},
    meta, observable, relationship, shared_properties,
};

/// The families of objects. They share their common properties (section 3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// Section 4.
    Domain,
    /// Section 5.
    Relationship,
    /// Section 6.
    Observable,
    /// Section 7.
    Meta,
    /// Section 8.
    Bundle,
}

/// A type of object.
#[derive(Debug)]
pub(crate) struct Type {
    pub(crate) name: &'static str,
    pub(crate) family: Family,
    /// The common properties that it takes.
    pub(crate) shared: &'static [Property],
    /// Its own.
    pub(crate) own: Shape,
    /// Its predefined extensions (section 3.10).
    pub(crate) extensions: &'static [Extension],
}

/// A predefined extension.
#[derive(Debug)]
pub(crate) struct Extension {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
}

impl Type {
    /// The type of this name, when the standard defines it.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        all().find(|kind| kind.name == name)
    }

    pub(crate) fn property(&self, name: &str) -> Option<&'static Property> {
        self.own.property(name).or_else(|| self.shared.iter().find(|property| property.name == name))
    }
}

/// Every type that the standard defines.
pub(crate) fn all() -> impl Iterator<Item = &'static Type> {
    [
        domain::TYPES,
        relationship::TYPES,
        observable::ADDRESSES,
        observable::HOST,
        observable::NETWORK,
        observable::FILES,
        meta::TYPES,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// Whether the standard defines an observable of this name (section 6).
pub(crate) fn is_observable(name: &str) -> bool {
    Type::named(name).is_some_and(|kind| kind.family == Family::Observable)
}

/// The common properties of an object whose type is its author's own.
pub(crate) fn custom_properties(observable: bool) -> &'static [Property] {
    if observable { shared_properties::OBSERVABLE } else { shared_properties::DOMAIN }
}
