//! Domain objects (section 4).

use super::{
    kind::{Allowed, BOOLEAN, Kind, Least, Property, Shape, TEXT, TEXTS, TIME, may, must, reference},
    shared_properties::{DOMAIN, KILL_CHAIN_PHASES},
    types::{Family, Type},
    vocabulary as words,
};

pub(crate) const TYPES: &[&Type] = &[
    &domain("attack-pattern", "4.1", &[NAME, ABOUT, ALIASES, PHASES]),
    &domain("campaign", "4.2", &[NAME, ABOUT, ALIASES, FIRST, LAST, may("objective", TEXT)]),
    &domain("course-of-action", "4.3", &[NAME, ABOUT]),
    &domain(
        "grouping",
        "4.4",
        &[
            may("name", TEXT),
            ABOUT,
            must("context", Kind::Open(&words::GROUPING_CONTEXT)),
            must("object_refs", ANY_OBJECTS),
        ],
    ),
    &domain(
        "identity",
        "4.5",
        &[
            NAME,
            ABOUT,
            may("roles", TEXTS),
            may("identity_class", Kind::Open(&words::IDENTITY_CLASS)),
            may("sectors", Kind::List(&Kind::Open(&words::INDUSTRY_SECTOR))),
            may("contact_information", TEXT),
        ],
    ),
    &domain("incident", "4.6", &[NAME, ABOUT]),
    &domain(
        "indicator",
        "4.7",
        &[
            may("name", TEXT),
            ABOUT,
            may("indicator_types", Kind::List(&Kind::Open(&words::INDICATOR_TYPE))),
            must("pattern", TEXT),
            must("pattern_type", Kind::Open(&words::PATTERN_TYPE)),
            may("pattern_version", TEXT),
            must("valid_from", TIME),
            may("valid_until", TIME),
            PHASES,
        ],
    ),
    &domain(
        "infrastructure",
        "4.8",
        &[
            NAME,
            ABOUT,
            may("infrastructure_types", Kind::List(&Kind::Open(&words::INFRASTRUCTURE_TYPE))),
            ALIASES,
            PHASES,
            FIRST,
            LAST,
        ],
    ),
    &domain("intrusion-set", "4.9", &[NAME, ABOUT, ALIASES, FIRST, LAST, GOALS, RESOURCES, MOTIVATION, MOTIVATIONS]),
    &Type {
        own: Shape {
            least: Least::OneGroup(&[&["region"], &["country"], &["latitude", "longitude"]]),
            ..domain("location", "4.10", LOCATION).own
        },
        ..domain("location", "4.10", LOCATION)
    },
    &domain(
        "malware",
        "4.11",
        &[
            may("name", TEXT),
            ABOUT,
            may("malware_types", Kind::List(&Kind::Open(&words::MALWARE_TYPE))),
            must("is_family", BOOLEAN),
            ALIASES,
            PHASES,
            FIRST,
            LAST,
            may("operating_system_refs", Kind::List(&reference(&["software"]))),
            may("architecture_execution_envs", Kind::List(&Kind::Open(&words::PROCESSOR_ARCHITECTURE))),
            may("implementation_languages", Kind::List(&Kind::Open(&words::IMPLEMENTATION_LANGUAGE))),
            may("capabilities", Kind::List(&Kind::Open(&words::MALWARE_CAPABILITIES))),
            may("sample_refs", ANY_OBJECTS),
        ],
    ),
    &Type {
        own: Shape {
            least: Least::OneGroup(&[&["result"], &["analysis_sco_refs"]]),
            ..domain("malware-analysis", "4.12", MALWARE_ANALYSIS).own
        },
        ..domain("malware-analysis", "4.12", MALWARE_ANALYSIS)
    },
    &domain(
        "note",
        "4.13",
        &[may("abstract", TEXT), must("content", TEXT), may("authors", TEXTS), must("object_refs", ANY_OBJECTS)],
    ),
    &domain(
        "observed-data",
        "4.14",
        &[
            must("first_observed", TIME),
            must("last_observed", TIME),
            must("number_observed", Kind::Integer(1, 999_999_999)),
            may("objects", Kind::Elsewhere),
            may("object_refs", Kind::List(&Kind::Reference(Allowed::AllBut(DOMAIN_NAMES)))),
        ],
    ),
    &domain(
        "opinion",
        "4.15",
        &[
            may("explanation", TEXT),
            may("authors", TEXTS),
            must("opinion", Kind::Enumeration(&words::OPINION)),
            must("object_refs", ANY_OBJECTS),
        ],
    ),
    &domain(
        "report",
        "4.16",
        &[
            NAME,
            ABOUT,
            may("report_types", Kind::List(&Kind::Open(&words::REPORT_TYPE))),
            must("published", TIME),
            must("object_refs", ANY_OBJECTS),
        ],
    ),
    &domain(
        "threat-actor",
        "4.17",
        &[
            NAME,
            ABOUT,
            may("threat_actor_types", Kind::List(&Kind::Open(&words::THREAT_ACTOR_TYPE))),
            ALIASES,
            FIRST,
            LAST,
            may("roles", Kind::List(&Kind::Open(&words::THREAT_ACTOR_ROLE))),
            GOALS,
            may("sophistication", Kind::Open(&words::THREAT_ACTOR_SOPHISTICATION)),
            RESOURCES,
            MOTIVATION,
            MOTIVATIONS,
            may("personal_motivations", Kind::List(&Kind::Open(&words::ATTACK_MOTIVATION))),
        ],
    ),
    &domain(
        "tool",
        "4.18",
        &[
            NAME,
            ABOUT,
            may("tool_types", Kind::List(&Kind::Open(&words::TOOL_TYPE))),
            ALIASES,
            PHASES,
            may("tool_version", TEXT),
        ],
    ),
    &domain("vulnerability", "4.19", &[NAME, ABOUT]),
];

/// What no observation consists of (section 4.14), and no sighting is kept from (section 5.2).
pub(crate) const DOMAIN_NAMES: &[&str] = &[
    "attack-pattern",
    "campaign",
    "course-of-action",
    "grouping",
    "identity",
    "incident",
    "indicator",
    "infrastructure",
    "intrusion-set",
    "location",
    "malware",
    "malware-analysis",
    "note",
    "observed-data",
    "opinion",
    "report",
    "threat-actor",
    "tool",
    "vulnerability",
];

const LOCATION: &[Property] = &[
    may("name", TEXT),
    ABOUT,
    may("latitude", Kind::Float(-90.0, 90.0)),
    may("longitude", Kind::Float(-180.0, 180.0)),
    may("precision", super::kind::FLOAT),
    may("region", Kind::Open(&words::REGION)),
    may("country", TEXT),
    may("administrative_area", TEXT),
    may("city", TEXT),
    may("street_address", TEXT),
    may("postal_code", TEXT),
];

const MALWARE_ANALYSIS: &[Property] = &[
    must("product", TEXT),
    may("version", TEXT),
    may("host_vm_ref", reference(&["software"])),
    may("operating_system_ref", reference(&["software"])),
    may("installed_software_refs", Kind::List(&reference(&["software"]))),
    may("configuration_version", TEXT),
    may("modules", TEXTS),
    may("analysis_engine_version", TEXT),
    may("analysis_definition_version", TEXT),
    may("submitted", TIME),
    may("analysis_started", TIME),
    may("analysis_ended", TIME),
    may("result_name", TEXT),
    may("result", Kind::Open(&words::MALWARE_RESULT)),
    may("analysis_sco_refs", ANY_OBJECTS),
    may("sample_ref", reference(&["file", "network-traffic", "artifact"])),
];

const NAME: Property = must("name", TEXT);
const ABOUT: Property = may("description", TEXT);
const ALIASES: Property = may("aliases", TEXTS);
const PHASES: Property = may("kill_chain_phases", KILL_CHAIN_PHASES);
const FIRST: Property = may("first_seen", TIME);
const LAST: Property = may("last_seen", TIME);
const GOALS: Property = may("goals", TEXTS);
const RESOURCES: Property = may("resource_level", Kind::Open(&words::ATTACK_RESOURCE_LEVEL));
const MOTIVATION: Property = may("primary_motivation", Kind::Open(&words::ATTACK_MOTIVATION));
const MOTIVATIONS: Property = may("secondary_motivations", Kind::List(&Kind::Open(&words::ATTACK_MOTIVATION)));
const ANY_OBJECTS: Kind = Kind::List(&Kind::Reference(Allowed::All));

const fn domain(name: &'static str, section: &'static str, properties: &'static [Property]) -> Type {
    let own = Shape { section, properties, least: Least::Required, closed: true };
    Type { name, family: Family::Domain, shared: DOMAIN, own, extensions: &[] }
}
