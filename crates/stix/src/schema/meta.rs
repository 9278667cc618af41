//! Meta objects (section 7) and the bundle (section 8).

use super::{
    kind::{Allowed, Kind, Least, Property, Shape, TEXT, TEXTS, TIME, may, must},
    shared_properties::{BUNDLE, EXTENSION_DEFINITION, LANGUAGE_CONTENT, MARKING_DEFINITION},
    types::{Family, Type},
    vocabulary as words,
};

pub(crate) const TYPES: &[&Type] = &[
    &meta(
        "language-content",
        "7.1",
        LANGUAGE_CONTENT,
        &[
            must("object_ref", Kind::Reference(Allowed::AllBut(&["bundle", "language-content"]))),
            may("object_modified", TIME),
            must("contents", Kind::Dictionary(&Kind::Dictionary(&Kind::Any))),
        ],
    ),
    &meta(
        "marking-definition",
        "7.2.1",
        MARKING_DEFINITION,
        &[
            may("name", TEXT),
            may("definition_type", Kind::Open(&words::MARKING_DEFINITION_TYPE)),
            may("definition", Kind::Any),
        ],
    ),
    &meta(
        "extension-definition",
        "7.3",
        EXTENSION_DEFINITION,
        &[
            must("name", TEXT),
            may("description", TEXT),
            must("schema", TEXT),
            must("version", TEXT),
            must("extension_types", Kind::List(&Kind::Enumeration(&words::EXTENSION_TYPE))),
            may("extension_properties", TEXTS),
        ],
    ),
    &Type { family: Family::Bundle, ..meta("bundle", "8.1", BUNDLE, &[may("objects", Kind::Elsewhere)]) },
];

const fn meta(
    name: &'static str,
    section: &'static str,
    shared: &'static [Property],
    properties: &'static [Property],
) -> Type {
    let own = Shape { section, properties, least: Least::Required, closed: true };
    Type { name, family: Family::Meta, shared, own, extensions: &[] }
}
