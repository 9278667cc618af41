//! Observables (section 6) and their predefined extensions.

mod addresses;
mod extensions;
mod files;
mod host;
mod network;
mod pe_binary;

pub(crate) use addresses::TYPES as ADDRESSES;
pub(crate) use files::TYPES as FILES;
pub(crate) use host::TYPES as HOST;
pub(crate) use network::TYPES as NETWORK;

use super::{
    kind::{Least, Property, Shape},
    shared_properties::OBSERVABLE,
    types::{Extension, Family, Type},
};

const fn observable(
    name: &'static str,
    section: &'static str,
    least: Least,
    properties: &'static [Property],
    extensions: &'static [Extension],
) -> Type {
    let own = Shape { section, properties, least, closed: true };
    Type { name, family: Family::Observable, shared: OBSERVABLE, own, extensions }
}

const fn extension(
    name: &'static str,
    section: &'static str,
    least: Least,
    properties: &'static [Property],
) -> Extension {
    Extension { name, shape: Shape { section, properties, least, closed: true } }
}
