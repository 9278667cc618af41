//! The words that the tables are written in: what a property may hold, and what an object is made of.

use super::vocabulary::Vocabulary;

/// What the value of a property is (section 2).
#[derive(Debug)]
pub(crate) enum Kind {
    /// Any value of JSON but null and an empty list.
    Any,
    /// Any value, null too: a few fields of Windows are null by definition (`lpReserved`).
    Nullable,
    /// Section 2.15.
    Text,
    /// Section 2.2.
    Boolean,
    /// Section 2.10, between two bounds.
    Integer(i64, i64),
    /// Section 2.6, between two bounds.
    Float(f64, f64),
    /// Either a string or an integer.
    TextOrInteger,
    /// A list of strings; a single string, as STIX 2.0 had it, is let through.
    TextOrTexts,
    /// Section 2.16.
    Timestamp(Precision),
    /// The id of an object (sections 2.9 and 3.3).
    Reference(Allowed),
    /// Section 2.8.
    Hex,
    /// Section 2.1.
    Binary,
    /// RFC 3986.
    Url,
    /// Section 2.7.
    Hashes,
    /// RFC 5646.
    Language,
    /// One of a closed list (section 2.4).
    Enumeration(&'static Vocabulary),
    /// One of an open list (section 2.14).
    Open(&'static Vocabulary),
    /// Section 2.12.
    List(&'static Kind),
    /// Section 2.3, and what its values are.
    Dictionary(&'static Kind),
    /// An object with named properties.
    Structure(&'static Shape),
    /// A form of text with a name: an address, a character set.
    Form(Form),
    /// Judged by a function of its own, elsewhere.
    Elsewhere,
}

/// How exact a timestamp has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Precision {
    /// As exact as the producer wants.
    Free,
    /// Milliseconds or better (section 3.2).
    Milliseconds,
    /// Whole seconds.
    Second,
}

/// Which objects a reference may lead to, by their type.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Allowed {
    All,
    Only(&'static [&'static str]),
    AllBut(&'static [&'static str]),
}

impl Allowed {
    pub(crate) fn allows(self, object_type: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(types) => types.contains(&object_type),
            Self::AllBut(types) => !types.contains(&object_type),
        }
    }
}

/// A form of text that is more than any string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Ipv4,
    Ipv6,
    Mac,
    DomainName,
    EmailAddress,
    CharacterSet,
    Cpe,
    RelationshipType,
    RegistryKey,
}

/// A property of an object.
#[derive(Debug)]
pub(crate) struct Property {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
}

/// A property that has to be there.
pub(crate) const fn must(name: &'static str, kind: Kind) -> Property {
    Property { name, kind, required: true }
}

/// A property that may be there.
pub(crate) const fn may(name: &'static str, kind: Kind) -> Property {
    Property { name, kind, required: false }
}

/// The named properties of an object, and how few of them make one.
#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) section: &'static str,
    pub(crate) properties: &'static [Property],
    pub(crate) least: Least,
    /// Whether a property of another name is custom content (section 11), which extensions replace. Elsewhere the standard
    /// is silent about other names.
    pub(crate) closed: bool,
}

/// How few properties suffice, beyond the required ones.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Least {
    /// The required ones.
    Required,
    /// Any one of the table that is not required.
    AnyOne,
    /// Any one of the table, or an extension.
    AnyOneOrExtension,
    /// One of these groups, whole.
    OneGroup(&'static [&'static [&'static str]]),
}

impl Shape {
    pub(crate) fn property(&self, name: &str) -> Option<&'static Property> {
        self.properties.iter().find(|property| property.name == name)
    }
}

/// The kinds that come back most often.
pub(crate) const TEXT: Kind = Kind::Text;
pub(crate) const BOOLEAN: Kind = Kind::Boolean;
pub(crate) const TIME: Kind = Kind::Timestamp(Precision::Free);
pub(crate) const HEX: Kind = Kind::Hex;
pub(crate) const HASHES: Kind = Kind::Hashes;
pub(crate) const TEXTS: Kind = Kind::List(&Kind::Text);
/// The widest integer (section 2.10): 54 bits with the sign.
pub(crate) const INTEGER: Kind = Kind::Integer(-WIDEST, WIDEST);
pub(crate) const NATURAL: Kind = Kind::Integer(0, WIDEST);
pub(crate) const FLOAT: Kind = Kind::Float(f64::MIN, f64::MAX);
const WIDEST: i64 = (1 << 53) - 1;

pub(crate) const fn reference(types: &'static [&'static str]) -> Kind {
    Kind::Reference(Allowed::Only(types))
}

impl Form {
    /// The name that the sentences know it by.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
            Self::Mac => "mac",
            Self::DomainName => "domain",
            Self::EmailAddress => "email",
            Self::CharacterSet => "charset",
            Self::Cpe => "cpe",
            Self::RelationshipType => "relationship",
            Self::RegistryKey => "registry-key",
        }
    }
}
