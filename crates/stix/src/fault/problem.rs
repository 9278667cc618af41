//! Every way in which an object can be wrong, with a stable code.

/// What is wrong. Values of the outside that it quotes are cut at a length that a line can bear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// A required property is absent.
    Missing,
    /// Not of the type that it has to be (`a string`).
    WrongType(Expected),
    /// `null`, which STIX has no place for.
    Null,
    /// A list or dictionary with nothing in it.
    Empty,
    /// No identifier of the form `type--UUID`.
    Identifier(String),
    /// An identifier whose type is not the object's.
    IdentifierType(String),
    /// A reference to an object of a type that may not stand here.
    ReferenceType(String),
    /// A reference within an observed-data object that leads nowhere.
    Unresolved(String),
    /// No timestamp in UTC, or a day that no calendar has.
    Timestamp(String),
    /// A timestamp of another precision than asked for.
    Precision(String),
    /// Earlier than another property, which it has to follow.
    TooEarly(&'static str),
    /// Outside of the bounds.
    Range,
    /// A number that is not whole, or wider than 54 bits.
    Integer,
    /// No value of the closed list of this name.
    Enumeration(&'static str, String),
    /// No value of the suggested list of this name.
    Vocabulary(&'static str, String),
    /// Another form than the one named.
    Form(&'static str, String),
    /// A hash that cannot be one of its algorithm.
    Hash(String),
    /// The name of a property that no property may have.
    PropertyName(String),
    /// The key of a dictionary that no dictionary may have.
    DictionaryKey(String),
    /// The name of a type that no object may have.
    TypeName(String),
    /// The name of an extension that no extension may have.
    ExtensionName(String),
    /// A name that the standard keeps for later.
    Reserved(String),
    /// A property that only goes with another.
    Needs(&'static str),
    /// A property that does not go with another.
    Excludes(&'static str),
    /// None of the properties of which one is needed (their names).
    NeedsOneOf(String),
    /// A pattern that is no STIX pattern; the parser's reason.
    Pattern(String),
    /// A selector that selects nothing, or is not written like one.
    Selector(String),
    /// A marking that marks itself.
    Circular,
    /// A TLP marking that is none of those the standard defines.
    Tlp,
    /// More than one TLP marking on an object.
    SeveralTlp,
    /// An object of another version of the standard.
    Version(String),
    /// A custom type, property or extension (its name) without an extension definition.
    NoExtension(String),
    /// A custom name that does not begin as custom names do.
    Prefix(String),
    /// A type that the standard does not define.
    UnknownType(String),
    /// A property that the standard does not define.
    UnknownProperty(String),
    /// An id of another version of UUID than recommended.
    UuidVersion(u8),
    /// A relationship that the standard's tables do not suggest: relationship, source, target.
    Relationship(String, String, String),
    /// Two objects of one id and one time.
    Duplicate(String),
    /// A property that the standard has given up.
    Deprecated,
    /// A property that producers are asked for.
    Recommended(&'static str),
    /// Not written in lower case with hyphens.
    Spelling(String),
    /// Longer than recommended.
    Long(String),
    /// Not in the registry of this name.
    Registry(&'static str, String),
    /// Not an object of STIX at all: no object, or without type or id.
    NotStix,
    /// Not in the bundle that refers to it.
    NotInBundle(String),
}

/// A type of value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the word for it")]
pub enum Expected {
    Text,
    Boolean,
    Number,
    Integer,
    List,
    Object,
    TextOrInteger,
    TextOrTexts,
}

impl Problem {
    /// The stable code, for people who look it up and for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::WrongType(_) => "wrong-type",
            Self::Null => "null",
            Self::Empty => "empty",
            Self::Identifier(_) => "identifier",
            Self::IdentifierType(_) => "identifier-type",
            Self::ReferenceType(_) => "reference-type",
            Self::Unresolved(_) => "unresolved",
            Self::Timestamp(_) => "timestamp",
            Self::Precision(_) => "precision",
            Self::TooEarly(_) => "too-early",
            Self::Range => "range",
            Self::Integer => "integer",
            Self::Enumeration(..) => "enumeration",
            Self::Vocabulary(..) => "vocabulary",
            Self::Form(..) => "form",
            Self::Hash(_) => "hash",
            Self::PropertyName(_) => "property-name",
            Self::DictionaryKey(_) => "dictionary-key",
            Self::TypeName(_) => "type-name",
            Self::ExtensionName(_) => "extension-name",
            Self::Reserved(_) => "reserved",
            Self::Needs(_) => "needs",
            Self::Excludes(_) => "excludes",
            Self::NeedsOneOf(_) => "needs-one-of",
            Self::Pattern(_) => "pattern",
            Self::Selector(_) => "selector",
            Self::Circular => "circular",
            Self::Tlp => "tlp",
            Self::SeveralTlp => "several-tlp",
            Self::Version(_) => "version",
            Self::NoExtension(_) => "no-extension",
            Self::Prefix(_) => "prefix",
            Self::UnknownType(_) => "unknown-type",
            Self::UnknownProperty(_) => "unknown-property",
            Self::UuidVersion(_) => "uuid-version",
            Self::Relationship(..) => "relationship",
            Self::Duplicate(_) => "duplicate",
            Self::Deprecated => "deprecated",
            Self::Recommended(_) => "recommended",
            Self::Spelling(_) => "spelling",
            Self::Long(_) => "long",
            Self::Registry(..) => "registry",
            Self::NotStix => "not-stix",
            Self::NotInBundle(_) => "not-in-bundle",
        }
    }
}
