//! The sentence for a person, in both languages.

use super::{Expected, Problem};

impl Problem {
    /// What is wrong, in English: lowercase, no final stop.
    #[must_use]
    pub fn english(&self) -> String {
        match self {
            Self::Missing => "is missing".into(),
            Self::WrongType(expected) => format!("has to be {}", expected.english()),
            Self::Null => "is null, which STIX has no place for".into(),
            Self::Empty => "is empty: leave it out instead".into(),
            Self::Identifier(id) => format!("'{id}' is not an identifier of the form type--UUID"),
            Self::IdentifierType(expected) => format!("has to begin with '{expected}--'"),
            Self::ReferenceType(id) => format!("'{id}' is of a type that may not be referred to here"),
            Self::Unresolved(id) => format!("'{id}' is not in the same container"),
            Self::Timestamp(time) => format!("'{time}' is not a time in UTC, as in 2026-01-31T08:00:00.000Z"),
            Self::Precision(time) => format!("'{time}' is not as exact as it has to be here"),
            Self::TooEarly(other) => format!("is earlier than {other} allows"),
            Self::Range => "is outside of its bounds".into(),
            Self::Integer => "is not a whole number of at most 54 bits".into(),
            Self::Enumeration(list, word) => format!("'{word}' is not in {list}"),
            Self::Vocabulary(list, word) => {
                format!("'{word}' is allowed, but is not among the words suggested by {list}")
            }
            Self::Form(form, text) => format!("'{text}' is not {}", form_in(form, false)),
            Self::Hash(algorithm) => format!("is not a hash of {algorithm}"),
            Self::PropertyName(name) => format!("'{name}' is no name for a property"),
            Self::DictionaryKey(key) => format!("'{key}' is no key for a dictionary"),
            Self::TypeName(name) => format!("'{name}' is no name for a type"),
            Self::ExtensionName(name) => format!("'{name}' is no name for an extension here"),
            Self::Reserved(name) => format!("'{name}' is reserved by the standard"),
            Self::Needs(other) => format!("needs {other} beside it"),
            Self::Excludes(other) => format!("does not go with {other}"),
            Self::NeedsOneOf(names) => format!("needs one of: {names}"),
            Self::Pattern(reason) => format!("is not a STIX pattern: {reason}"),
            Self::Selector(selector) => format!("'{selector}' selects nothing in this object"),
            Self::Circular => "a marking does not mark itself".into(),
            Self::Tlp => "is none of the TLP markings that the standard defines".into(),
            Self::SeveralTlp => "an object bears one TLP marking at most".into(),
            Self::Version(version) => format!("'{version}' is another version of STIX than the one asked for"),
            Self::NoExtension(name) => format!("'{name}' is custom, and no extension defines it"),
            Self::Prefix(name) => format!("'{name}' is custom, and does not begin as custom names do"),
            Self::UnknownType(name) => format!("'{name}' is not a type of the standard"),
            Self::UnknownProperty(name) => format!("'{name}' is not a property of the standard"),
            Self::UuidVersion(version) => format!("is better a UUID of version {version}"),
            Self::Relationship(name, source, target) => {
                format!("'{name}' from {source} to {target} is allowed, but is not suggested by the standard")
            }
            Self::Duplicate(id) => format!("'{id}' occurs twice with the same time of modification"),
            Self::Deprecated => "is no longer used".into(),
            Self::Recommended(name) => format!("is better with {name}"),
            Self::Spelling(word) => format!("'{word}' is better all lowercase, with hyphens between words"),
            Self::Long(name) => format!("'{name}' is longer than recommended"),
            Self::Registry(registry, name) => {
                format!("'{name}' is not in the registry of {}", registry_in(registry, false))
            }
            Self::NotStix => "is not a STIX object: it needs a type and an id".into(),
            Self::NotInBundle(id) => format!("'{id}' is not in the same bundle"),
        }
    }

    /// What is wrong, in French: lowercase, no final stop.
    #[must_use]
    pub fn french(&self) -> String {
        match self {
            Self::Missing => "est absent".into(),
            Self::WrongType(expected) => format!("doit être {}", expected.french()),
            Self::Null => "vaut null, ce que STIX ne prévoit pas".into(),
            Self::Empty => "est vide : mieux vaut l’omettre".into(),
            Self::Identifier(id) => format!("« {id} » n’est pas un identifiant de la forme type--UUID"),
            Self::IdentifierType(expected) => format!("doit commencer par « {expected}-- »"),
            Self::ReferenceType(id) => format!("« {id} » est d’un type auquel on ne peut pas renvoyer ici"),
            Self::Unresolved(id) => format!("« {id} » ne se trouve pas dans le même conteneur"),
            Self::Timestamp(time) => format!("« {time} » n’est pas une date UTC, comme 2026-01-31T08:00:00.000Z"),
            Self::Precision(time) => format!("« {time} » n’a pas la précision demandée ici"),
            Self::TooEarly(other) => format!("est antérieur à ce que {other} permet"),
            Self::Range => "est hors limites".into(),
            Self::Integer => "n’est pas un nombre entier de 54 bits au plus".into(),
            Self::Enumeration(list, word) => format!("« {word} » ne figure pas dans {list}"),
            Self::Vocabulary(list, word) => {
                format!("« {word} » est permis, mais ne fait pas partie des mots proposés par {list}")
            }
            Self::Form(form, text) => format!("« {text} » n’est pas {}", form_in(form, true)),
            Self::Hash(algorithm) => format!("n’est pas une empreinte {algorithm}"),
            Self::PropertyName(name) => format!("« {name} » ne peut pas être le nom d’une propriété"),
            Self::DictionaryKey(key) => format!("« {key} » ne peut pas être la clé d’un dictionnaire"),
            Self::TypeName(name) => format!("« {name} » ne peut pas être le nom d’un type"),
            Self::ExtensionName(name) => format!("« {name} » ne peut pas être le nom d’une extension ici"),
            Self::Reserved(name) => format!("« {name} » est réservé par la norme"),
            Self::Needs(other) => format!("ne va pas sans {other}"),
            Self::Excludes(other) => format!("ne va pas avec {other}"),
            Self::NeedsOneOf(names) => format!("demande l’un de ceux-ci : {names}"),
            Self::Pattern(reason) => format!("n’est pas un motif STIX : {reason}"),
            Self::Selector(selector) => format!("« {selector} » ne désigne rien dans cet objet"),
            Self::Circular => "un marquage ne se marque pas lui-même".into(),
            Self::Tlp => "n’est aucun des marquages TLP que la norme définit".into(),
            Self::SeveralTlp => "un objet porte au plus un marquage TLP".into(),
            Self::Version(version) => format!("« {version} » est une autre version de STIX que celle demandée"),
            Self::NoExtension(name) => format!("« {name} » est hors norme et aucune extension ne le définit"),
            Self::Prefix(name) => format!("« {name} » est hors norme et ne commence pas comme il se doit"),
            Self::UnknownType(name) => format!("« {name} » n’est pas un type de la norme"),
            Self::UnknownProperty(name) => format!("« {name} » n’est pas une propriété de la norme"),
            Self::UuidVersion(version) => format!("devrait être un UUID de version {version}"),
            Self::Relationship(name, source, target) => {
                format!("« {name} » de {source} vers {target} est permis, mais n’est pas proposé par la norme")
            }
            Self::Duplicate(id) => format!("« {id} » apparaît deux fois avec la même date de modification"),
            Self::Deprecated => "n’est plus en usage".into(),
            Self::Recommended(name) => format!("devrait comporter {name}"),
            Self::Spelling(word) => format!("« {word} » devrait être en minuscules, avec des traits d’union"),
            Self::Long(name) => format!("« {name} » est plus long que recommandé"),
            Self::Registry(registry, name) => {
                format!("« {name} » ne figure pas au registre {}", registry_in(registry, true))
            }
            Self::NotStix => "n’est pas un objet STIX : il lui faut un type et un identifiant".into(),
            Self::NotInBundle(id) => format!("« {id} » ne se trouve pas dans le même lot"),
        }
    }
}

impl Expected {
    const fn english(self) -> &'static str {
        match self {
            Self::Text => "a string",
            Self::Boolean => "true or false",
            Self::Number => "a number",
            Self::Integer => "an integer",
            Self::List => "a list",
            Self::Object => "an object",
            Self::TextOrInteger => "a string or an integer",
            Self::TextOrTexts => "a list of strings",
        }
    }

    const fn french(self) -> &'static str {
        match self {
            Self::Text => "une chaîne",
            Self::Boolean => "true ou false",
            Self::Number => "un nombre",
            Self::Integer => "un entier",
            Self::List => "une liste",
            Self::Object => "un objet",
            Self::TextOrInteger => "une chaîne ou un entier",
            Self::TextOrTexts => "une liste de chaînes",
        }
    }
}

/// The forms, by the name that the code gives them.
const FORMS: &[(&str, &str, &str)] = &[
    ("ipv4", "an IPv4 address or network", "une adresse ou un réseau IPv4"),
    ("ipv6", "an IPv6 address or network", "une adresse ou un réseau IPv6"),
    ("mac", "a MAC address in lowercase with colons", "une adresse MAC en minuscules avec deux-points"),
    ("domain", "a domain name", "un nom de domaine"),
    ("email", "an e-mail address without a display name", "une adresse électronique sans nom affiché"),
    ("charset", "a character set of the IANA", "un jeu de caractères de l’IANA"),
    ("cpe", "a CPE 2.3 name", "un nom CPE 2.3"),
    (
        "relationship",
        "a name of lowercase letters, digits and hyphens",
        "un nom en minuscules, chiffres et traits d’union",
    ),
    ("registry-key", "a registry key with its hive in full", "une clé de registre avec sa ruche en toutes lettres"),
    ("hex", "an even number of hexadecimal digits", "un nombre pair de chiffres hexadécimaux"),
    ("base64", "base64", "du base64"),
    ("url", "a URL", "une URL"),
    ("language", "a language of RFC 5646", "une langue de la RFC 5646"),
    ("cve", "a CVE number under the source 'cve'", "un numéro CVE sous la source « cve »"),
    ("capec", "a CAPEC number under the source 'capec'", "un numéro CAPEC sous la source « capec »"),
    ("exif", "the name of an EXIF tag", "le nom d’une étiquette EXIF"),
    ("priority", "a priority that ends in _CLASS", "une priorité qui se termine par _CLASS"),
    ("key", "a number, as the keys of observed objects are", "un nombre, comme le sont les clés d’objets observés"),
];

/// The registries, by the name that the code gives them.
const REGISTRIES: &[(&str, &str, &str)] = &[
    ("media-types", "media types", "des types de médias"),
    ("protocols", "services and protocols", "des services et protocoles"),
    ("ipfix", "IPFIX elements", "des éléments IPFIX"),
    ("headers", "HTTP request headers", "des en-têtes de requête HTTP"),
    ("sockets", "socket options", "des options de socket"),
    ("pdf", "PDF document information", "des informations de document PDF"),
    ("countries", "countries (ISO 3166-1)", "des pays (ISO 3166-1)"),
];

fn form_in(name: &str, french: bool) -> &str {
    worded(FORMS, name, french)
}

fn registry_in(name: &str, french: bool) -> &str {
    worded(REGISTRIES, name, french)
}

fn worded<'a>(table: &[(&str, &'static str, &'static str)], name: &'a str, french: bool) -> &'a str {
    table.iter().find(|(known, ..)| *known == name).map_or(name, |(_, en, fr)| if french { fr } else { en })
}
