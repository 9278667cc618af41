//! The standard's tables: types, properties, vocabularies, relationships. Facts alone; what is made of them is in `judge`.

pub(crate) mod domain;
pub(crate) mod kind;
pub(crate) mod meta;
pub(crate) mod observable;
pub(crate) mod relationship;
pub(crate) mod relationships;
pub(crate) mod shared_properties;
pub(crate) mod types;
pub(crate) mod vocabulary;
