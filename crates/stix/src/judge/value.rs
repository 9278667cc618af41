//! One value and the kind that it has to be of.

use serde_json::Value;

use super::{
    Faults, cut,
    shape::{Surroundings, judge_structure},
};
use crate::{
    fault::{
        Expected::{self, Boolean, Integer, List, Number, Text, TextOrInteger, TextOrTexts},
        Path, Problem,
    },
    form::{
        ObjectId, Registry, Timestamp, is_cpe, is_dictionary_key, is_domain_name, is_email_address, is_hash,
        is_hash_name, is_ipv4, is_ipv6, is_language, is_mac, is_relationship_type, is_url, type_in,
    },
    rules::Check,
    schema::{
        kind::{Allowed, Form, Kind, Precision},
        vocabulary::{HASH_ALGORITHM, Vocabulary},
    },
};

/// Judges `value` at `path`; `section` is the one of the object that it stands in.
pub(super) fn judge(
    kind: &Kind,
    value: &Value,
    path: &Path,
    section: &'static str,
    surroundings: Surroundings<'_>,
    faults: &mut Faults<'_>,
) {
    if value.is_null() && !matches!(kind, Kind::Nullable) {
        return faults.must(path, "2", Problem::Null);
    }
    match kind {
        Kind::Any | Kind::Nullable => judge_any(value, path, faults),
        Kind::Elsewhere => {}
        Kind::Boolean if !value.is_boolean() => wrong(Boolean, path, "2.2", faults),
        Kind::Boolean => {}
        Kind::Integer(least, most) => judge_integer(value, *least, *most, path, section, faults),
        Kind::Float(least, most) => match value.as_f64() {
            None => wrong(Number, path, "2.6", faults),
            Some(number) if number < *least || number > *most => faults.must(path, section, Problem::Range),
            Some(_) => {}
        },
        Kind::TextOrInteger if value.is_string() || is_whole(value) => {}
        Kind::TextOrInteger => wrong(TextOrInteger, path, section, faults),
        Kind::TextOrTexts => match value {
            Value::String(_) => {}
            Value::Array(items) if !items.is_empty() && items.iter().all(Value::is_string) => {}
            _ => wrong(TextOrTexts, path, section, faults),
        },
        Kind::List(inner) => match value {
            Value::Array(items) if items.is_empty() => faults.must(path, "2.12", Problem::Empty),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    judge(inner, item, &path.item(index), section, surroundings, faults);
                }
            }
            _ => wrong(List, path, "2.12", faults),
        },
        Kind::Dictionary(inner) => judge_dictionary(inner, value, path, section, surroundings, faults),
        Kind::Structure(shape) => match value {
            Value::Object(object) => judge_structure(shape, object, path, surroundings, faults),
            _ => wrong(Expected::Object, path, shape.section, faults),
        },
        Kind::Hashes => judge_hashes(value, path, faults),
        textual => match value {
            Value::String(text) => judge_text(textual, text, path, section, surroundings, faults),
            _ => wrong(Text, path, "2.15", faults),
        },
    }
}

fn judge_text(
    kind: &Kind,
    text: &str,
    path: &Path,
    section: &'static str,
    surroundings: Surroundings<'_>,
    faults: &mut Faults<'_>,
) {
    let form = |name| Problem::Form(name, cut(text));
    match kind {
        Kind::Timestamp(precision) => judge_time(text, *precision, path, section, faults),
        Kind::Reference(allowed) => judge_reference(text, *allowed, path, section, surroundings, faults),
        Kind::Hex if !is_hex(text) => faults.must(path, "2.8", form("hex")),
        Kind::Binary if !is_base64(text) => faults.must(path, "2.1", form("base64")),
        Kind::Url if !is_url(text) => faults.must(path, section, form("url")),
        Kind::Language if !is_language(text) => faults.must(path, section, form("language")),
        Kind::Form(named) if !has_form(*named, text) => faults.must(path, section, form(named.name())),
        Kind::Enumeration(list) if !list.has(text) => {
            faults.must(path, list.section, Problem::Enumeration(list.name, cut(text)));
        }
        Kind::Open(list) => judge_word(text, list, path, faults),
        _ => {}
    }
}

/// Section 2.14: a word of the list, or one that is written like those.
fn judge_word(word: &str, list: &Vocabulary, path: &Path, faults: &mut Faults<'_>) {
    if list.has(word) {
        return;
    }
    let lower = word.chars().any(char::is_lowercase) && !word.chars().any(char::is_uppercase);
    if !lower || word.contains(['_', ' ']) {
        faults.should(Check::OpenVocabularyFormat, path, "2.14", Problem::Spelling(cut(word)));
    }
    if let Some(check) = list.check {
        faults.should(check, path, list.section, Problem::Vocabulary(list.name, cut(word)));
    }
}

fn judge_time(text: &str, precision: Precision, path: &Path, section: &'static str, faults: &mut Faults<'_>) {
    let Ok(time) = text.parse::<Timestamp>() else {
        return faults.must(path, "2.16", Problem::Timestamp(cut(text)));
    };
    let right = match precision {
        Precision::Free => true,
        Precision::Milliseconds => time.precision() >= 3,
        Precision::Second => time.precision() == 0,
    };
    if !right {
        faults.must(path, section, Problem::Precision(cut(text)));
    }
}

/// Within a container references are its keys (section 2.13); everywhere else they are ids.
fn judge_reference(
    text: &str,
    allowed: Allowed,
    path: &Path,
    section: &'static str,
    surroundings: Surroundings<'_>,
    faults: &mut Faults<'_>,
) {
    let object_type = match surroundings.container {
        Some(objects) => match objects.get(text) {
            None => return faults.must(path, "2.13", Problem::Unresolved(cut(text))),
            Some(object) => object.get("type").and_then(Value::as_str),
        },
        None => {
            let problem = || Problem::Identifier(cut(text));
            match text.parse::<ObjectId>() {
                Ok(_) => {}
                Err(_) if surroundings.observable => faults.tolerated(path, "2.9", problem()),
                Err(_) => return faults.must(path, "2.9", problem()),
            }
            type_in(text)
        }
    };
    if object_type.is_some_and(|object_type| !allowed.allows(object_type)) {
        faults.must(path, section, Problem::ReferenceType(cut(text)));
    }
}

/// Section 2.7.
fn judge_hashes(value: &Value, path: &Path, faults: &mut Faults<'_>) {
    let Value::Object(hashes) = value else { return wrong(Expected::Object, path, "2.7", faults) };
    if hashes.is_empty() {
        return faults.must(path, "2.3", Problem::Empty);
    }
    for (algorithm, hash) in hashes {
        let at = path.property(algorithm);
        if !is_hash_name(algorithm) {
            faults.must(&at, "2.7", Problem::DictionaryKey(cut(algorithm)));
        }
        match hash {
            Value::String(hash) if is_hash(algorithm, hash) => {}
            Value::String(_) => faults.must(&at, "2.7", Problem::Hash(cut(algorithm))),
            _ => wrong(Text, &at, "2.7", faults),
        }
        if !HASH_ALGORITHM.has(algorithm) && !algorithm.starts_with("x_") {
            let problem = Problem::Vocabulary(HASH_ALGORITHM.name, cut(algorithm));
            faults.should(Check::HashAlgorithm, &at, "2.7", problem);
        }
        if algorithm.len() > 30 {
            faults.should(Check::HashLength, &at, "2.7", Problem::Long(cut(algorithm)));
        }
    }
}

/// Section 2.3.
fn judge_dictionary(
    kind: &Kind,
    value: &Value,
    path: &Path,
    section: &'static str,
    surroundings: Surroundings<'_>,
    faults: &mut Faults<'_>,
) {
    let Value::Object(dictionary) = value else { return wrong(Expected::Object, path, "2.3", faults) };
    if dictionary.is_empty() {
        faults.must(path, "2.3", Problem::Empty);
    }
    for (key, found) in dictionary {
        let at = path.property(key);
        if !is_dictionary_key(key) {
            faults.must(&at, "2.3", Problem::DictionaryKey(cut(key)));
        }
        judge(kind, found, &at, section, surroundings, faults);
    }
}

/// Nothing is known of it but that lists and dictionaries are never empty.
fn judge_any(value: &Value, path: &Path, faults: &mut Faults<'_>) {
    match value {
        Value::Array(items) if items.is_empty() => faults.must(path, "2.12", Problem::Empty),
        Value::Object(object) if object.is_empty() => faults.must(path, "2.3", Problem::Empty),
        _ => {}
    }
}

fn judge_integer(value: &Value, least: i64, most: i64, path: &Path, section: &'static str, faults: &mut Faults<'_>) {
    match value {
        Value::Number(number) if is_whole(value) => {
            // Bounds are far below the precision of a float: the comparison is exact.
            let number = number.as_f64().unwrap_or(f64::INFINITY);
            if number < least as f64 || number > most as f64 {
                faults.must(path, section, Problem::Range);
            }
        }
        Value::Number(_) => faults.must(path, "2.10", Problem::Integer),
        _ => wrong(Integer, path, "2.10", faults),
    }
}

fn is_whole(value: &Value) -> bool {
    value.as_f64().is_some_and(|number| number.fract() == 0.0)
}

fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// RFC 4648, section 4, with its padding.
fn is_base64(text: &str) -> bool {
    let bare = text.trim_end_matches('=');
    let padding = text.len() - bare.len();
    let is_of_it = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    !text.is_empty() && padding <= 2 && text.len().is_multiple_of(4) && bare.bytes().all(is_of_it)
}

fn has_form(form: Form, text: &str) -> bool {
    match form {
        Form::Ipv4 => is_ipv4(text),
        Form::Ipv6 => is_ipv6(text),
        Form::Mac => is_mac(text),
        Form::DomainName => is_domain_name(text),
        Form::EmailAddress => is_email_address(text),
        Form::CharacterSet => Registry::CharacterSets.has(text),
        Form::Cpe => is_cpe(text),
        Form::RelationshipType => is_relationship_type(text),
        Form::RegistryKey => {
            let hive = text.split('\\').next().unwrap_or_default().to_ascii_uppercase();
            !matches!(hive.as_str(), "HKLM" | "HKCC" | "HKCR" | "HKCU" | "HKU" | "HKPD")
        }
    }
}

fn wrong(expected: Expected, path: &Path, section: &'static str, faults: &mut Faults<'_>) {
    faults.must(path, section, Problem::WrongType(expected));
}
