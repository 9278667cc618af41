//! The properties that many types share (section 3.2), and the small structures in them.

use super::kind::{
    Allowed, BOOLEAN, HASHES, Kind, Least, Precision, Property, Shape, TEXT, TEXTS, TIME, may, must, reference,
};

/// Of domain and relationship objects.
pub(crate) const DOMAIN: &[Property] = &[
    must("type", TEXT),
    must("spec_version", VERSION),
    must("id", Kind::Elsewhere),
    may("created_by_ref", Kind::Reference(Allowed::All)),
    must("created", EXACT),
    must("modified", EXACT),
    may("revoked", BOOLEAN),
    may("labels", TEXTS),
    may("confidence", Kind::Integer(0, 100)),
    may("lang", Kind::Language),
    may("external_references", EXTERNAL_REFERENCES),
    may("object_marking_refs", MARKINGS),
    may("granular_markings", GRANULAR),
    may("extensions", Kind::Elsewhere),
];

/// Of observables. Their version need not be said: it is 2.1.
pub(crate) const OBSERVABLE: &[Property] = &[
    must("type", TEXT),
    must("id", Kind::Elsewhere),
    may("spec_version", VERSION),
    may("object_marking_refs", MARKINGS),
    may("granular_markings", GRANULAR),
    may("defanged", BOOLEAN),
    may("extensions", Kind::Elsewhere),
];

/// Of language contents: their languages are inside.
pub(crate) const LANGUAGE_CONTENT: &[Property] = &[
    must("type", TEXT),
    must("spec_version", VERSION),
    must("id", Kind::Elsewhere),
    may("created_by_ref", Kind::Reference(Allowed::All)),
    must("created", EXACT),
    must("modified", EXACT),
    may("revoked", BOOLEAN),
    may("labels", TEXTS),
    may("confidence", Kind::Integer(0, 100)),
    may("external_references", EXTERNAL_REFERENCES),
    may("object_marking_refs", MARKINGS),
    may("granular_markings", GRANULAR),
    may("extensions", Kind::Elsewhere),
];

/// Of marking definitions: they have no versions.
pub(crate) const MARKING_DEFINITION: &[Property] = &[
    must("type", TEXT),
    must("spec_version", VERSION),
    must("id", Kind::Elsewhere),
    may("created_by_ref", Kind::Reference(Allowed::All)),
    must("created", TIME),
    may("external_references", EXTERNAL_REFERENCES),
    may("object_marking_refs", MARKINGS),
    may("granular_markings", GRANULAR),
    may("extensions", Kind::Elsewhere),
];

/// Of extension definitions: who defined it has to be said.
pub(crate) const EXTENSION_DEFINITION: &[Property] = &[
    must("type", TEXT),
    must("spec_version", VERSION),
    must("id", Kind::Elsewhere),
    must("created_by_ref", Kind::Reference(Allowed::All)),
    must("created", EXACT),
    must("modified", EXACT),
    may("revoked", BOOLEAN),
    may("labels", TEXTS),
    may("external_references", EXTERNAL_REFERENCES),
    may("object_marking_refs", MARKINGS),
    may("granular_markings", GRANULAR),
];

/// Of bundles, which are no more than an envelope.
pub(crate) const BUNDLE: &[Property] = &[must("type", TEXT), must("id", Kind::Elsewhere)];

/// Section 2.11.
pub(crate) const KILL_CHAIN_PHASES: Kind = Kind::List(&Kind::Structure(&Shape {
    section: "2.11",
    properties: &[must("kill_chain_name", TEXT), must("phase_name", TEXT)],
    least: Least::Required,
    closed: false,
}));

const EXACT: Kind = Kind::Timestamp(Precision::Milliseconds);
const VERSION: Kind = Kind::Elsewhere;
const MARKINGS: Kind = Kind::List(&reference(&["marking-definition"]));

/// Section 2.5. What a CVE and a CAPEC number look like is asked in `constraints`.
const EXTERNAL_REFERENCES: Kind = Kind::List(&Kind::Structure(&Shape {
    section: "2.5",
    properties: &[
        must("source_name", TEXT),
        may("description", TEXT),
        may("url", Kind::Url),
        may("hashes", HASHES),
        may("external_id", TEXT),
    ],
    least: Least::OneGroup(&[&["description"], &["url"], &["external_id"]]),
    closed: false,
}));

/// Section 7.2.3. Selectors, and which of the two others goes with what, are asked in `constraints`.
const GRANULAR: Kind = Kind::List(&Kind::Structure(&Shape {
    section: "7.2.3",
    properties: &[
        must("selectors", TEXTS),
        may("lang", Kind::Language),
        may("marking_ref", reference(&["marking-definition"])),
    ],
    least: Least::OneGroup(&[&["lang"], &["marking_ref"]]),
    closed: false,
}));
