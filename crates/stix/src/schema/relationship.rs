//! Relationship objects (section 5).

use super::{
    kind::{Allowed, BOOLEAN, Form, Kind, Least, Property, Shape, TEXT, TIME, may, must, reference},
    shared_properties::DOMAIN,
    types::{Family, Type},
};

pub(crate) const TYPES: &[&Type] = &[
    &relationship(
        "relationship",
        "5.1",
        &[
            must("relationship_type", Kind::Form(Form::RelationshipType)),
            may("description", TEXT),
            must("source_ref", Kind::Reference(Allowed::AllBut(NO_END))),
            must("target_ref", Kind::Reference(Allowed::AllBut(NO_END))),
            may("start_time", TIME),
            may("stop_time", TIME),
        ],
    ),
    &relationship(
        "sighting",
        "5.2",
        &[
            may("description", TEXT),
            may("first_seen", TIME),
            may("last_seen", TIME),
            may("count", Kind::Integer(0, 999_999_999)),
            must("sighting_of_ref", Kind::Reference(Allowed::AllBut(NOT_SIGHTED))),
            may("observed_data_refs", Kind::List(&reference(&["observed-data"]))),
            may("where_sighted_refs", Kind::List(&reference(&["identity", "location"]))),
            may("summary", BOOLEAN),
        ],
    ),
];

/// What a relationship does not link.
const NO_END: &[&str] = &["relationship", "sighting", "bundle", "marking-definition", "language-content"];

/// What is not sighted: it is a domain object that is. Observables are seen in the observed data of a sighting.
const NOT_SIGHTED: &[&str] = &[
    "relationship",
    "sighting",
    "bundle",
    "marking-definition",
    "language-content",
    "extension-definition",
    "artifact",
    "autonomous-system",
    "directory",
    "domain-name",
    "email-addr",
    "email-message",
    "file",
    "ipv4-addr",
    "ipv6-addr",
    "mac-addr",
    "mutex",
    "network-traffic",
    "process",
    "software",
    "url",
    "user-account",
    "windows-registry-key",
    "x509-certificate",
];

const fn relationship(name: &'static str, section: &'static str, properties: &'static [Property]) -> Type {
    let own = Shape { section, properties, least: Least::Required, closed: true };
    Type { name, family: Family::Relationship, shared: DOMAIN, own, extensions: &[] }
}
