//! Comparison expressions over the objects of one observation.

use std::{cmp::Ordering, collections::BTreeSet};

use ipnet::IpNet;
use serde_json::Value;

use super::{
    EvaluationError, Observation,
    observation::timestamp,
    syntax::{Comparison, Constant, ObjectPath, Operation, PropertyTest, Step},
};

/// Types that are never observed (STIX 2.1 sections 4, 5 and 7): a pattern on them matches nothing.
const NOT_OBSERVABLE: &[&str] = &[
    "attack-pattern",
    "bundle",
    "campaign",
    "course-of-action",
    "extension-definition",
    "grouping",
    "identity",
    "indicator",
    "infrastructure",
    "intrusion-set",
    "language-content",
    "location",
    "malware",
    "malware-analysis",
    "marking-definition",
    "note",
    "observed-data",
    "opinion",
    "relationship",
    "report",
    "sighting",
    "threat-actor",
    "tool",
    "vulnerability",
];

/// Whether the observation has an object for which the whole expression holds. Every test is evaluated, so that a
/// value which cannot be compared is an error whatever stands beside it.
pub(super) fn holds(comparison: &Comparison, observation: &Observation) -> Result<bool, EvaluationError> {
    Ok(!roots(comparison, observation)?.is_empty())
}

/// The objects, by number, for which the expression holds: both sides of an AND must hold for the same one.
fn roots(comparison: &Comparison, observation: &Observation) -> Result<BTreeSet<usize>, EvaluationError> {
    match comparison {
        Comparison::Test(test) => test_roots(test, observation),
        Comparison::And(all) => {
            let mut common: Option<BTreeSet<usize>> = None;
            for one in all {
                let found = roots(one, observation)?;
                common = Some(match common {
                    None => found,
                    Some(before) => before.intersection(&found).copied().collect(),
                });
            }
            Ok(common.unwrap_or_default())
        }
        Comparison::Or(all) => {
            let mut union = BTreeSet::new();
            for one in all {
                union.extend(roots(one, observation)?);
            }
            Ok(union)
        }
    }
}

fn test_roots(test: &PropertyTest, observation: &Observation) -> Result<BTreeSet<usize>, EvaluationError> {
    let prepared = Prepared::new(test)?;
    let mut passed = BTreeSet::new();
    if NOT_OBSERVABLE.contains(&test.path.object_type.as_str()) {
        return Ok(passed);
    }
    for (number, (_, object)) in observation.objects.iter().enumerate() {
        if object.get("type").and_then(Value::as_str) != Some(test.path.object_type.as_str()) {
            continue;
        }
        for value in values(&test.path, object, observation)? {
            if prepared.passes(&value)? {
                passed.insert(number);
                break;
            }
        }
    }
    Ok(passed)
}

/// A value on the way along a path: JSON, or bytes that a `_hex` or `_bin` property holds.
enum Found<'v> {
    Json(&'v Value),
    Binary(Vec<u8>),
    /// What a list of references leads to.
    List(Vec<&'v Value>),
}

/// All values the path leads to in one object.
fn values<'v>(
    path: &ObjectPath,
    object: &'v Value,
    observation: &'v Observation,
) -> Result<Vec<Found<'v>>, EvaluationError> {
    let mut current = vec![Found::Json(object)];
    for step in &path.steps {
        let mut next = Vec::new();
        for value in current {
            match (step, value) {
                (Step::Key(key), Found::Json(Value::Object(fields))) => {
                    if let Some(value) = fields.get(key) {
                        next.extend(keyed(key, value, observation)?);
                    }
                }
                (Step::Index(index), Found::Json(Value::Array(items))) => {
                    next.extend(usize::try_from(*index).ok().and_then(|index| items.get(index)).map(Found::Json));
                }
                (Step::Index(index), Found::List(items)) => {
                    next.extend(
                        usize::try_from(*index).ok().and_then(|index| items.get(index)).map(|item| Found::Json(item)),
                    );
                }
                (Step::AnyIndex, Found::Json(Value::Array(items))) => next.extend(items.iter().map(Found::Json)),
                (Step::AnyIndex, Found::List(items)) => next.extend(items.into_iter().map(Found::Json)),
                _ => {}
            }
        }
        current = next;
    }
    Ok(current)
}

/// The value of a property, as its name's ending says: a reference, references, or bytes (STIX 2.1 section 2).
fn keyed<'v>(key: &str, value: &'v Value, observation: &'v Observation) -> Result<Option<Found<'v>>, EvaluationError> {
    let resolve = |reference: &Value| {
        let id = reference.as_str()?;
        observation.objects.iter().find(|(known, _)| known == id).map(|(_, object)| object)
    };
    let bad = |what: &str| EvaluationError::Value(format!("the value of {key} is not {what}"));
    if key.ends_with("_ref") {
        return Ok(resolve(value).map(Found::Json));
    }
    if key.ends_with("_refs") {
        let items = value.as_array().ok_or_else(|| bad("a list"))?;
        let found: Vec<&Value> = items.iter().filter_map(resolve).collect();
        return Ok((!found.is_empty()).then_some(Found::List(found)));
    }
    if key.ends_with("_hex") {
        let text = value.as_str().ok_or_else(|| bad("hexadecimal"))?;
        return data_encoding::HEXLOWER_PERMISSIVE
            .decode(text.as_bytes())
            .map(|bytes| Some(Found::Binary(bytes)))
            .map_err(|_| bad("hexadecimal"));
    }
    if key.ends_with("_bin") {
        let text = value.as_str().ok_or_else(|| bad("base64"))?;
        return data_encoding::BASE64
            .decode(text.as_bytes())
            .map(|bytes| Some(Found::Binary(bytes)))
            .map_err(|_| bad("base64"));
    }
    Ok(Some(Found::Json(value)))
}

/// A test with its constants made ready.
struct Prepared<'t> {
    test: &'t PropertyTest,
    /// The operand of LIKE and MATCHES in normal form C.
    text: String,
    regex: Option<Regex>,
}

/// A regular expression for text and, where its characters fit in bytes, for bytes.
struct Regex {
    text: fancy_regex::Regex,
    bytes: Option<regex::bytes::Regex>,
}

/// Steps that a regular expression with look-around may take, and the memory one may compile to.
const REGEX_STEPS: usize = 100_000;
const REGEX_SIZE: usize = 1 << 20;

impl<'t> Prepared<'t> {
    fn new(test: &'t PropertyTest) -> Result<Self, EvaluationError> {
        let mut prepared = Self { test, text: String::new(), regex: None };
        match &test.operation {
            Operation::Like(text) => prepared.text = nfc(text),
            Operation::Matches(text) => prepared.regex = Some(Regex::new(&nfc(text))?),
            Operation::In(constants) => check_set(constants)?,
            Operation::Equal(constant)
            | Operation::NotEqual(constant)
            | Operation::Less(constant)
            | Operation::LessOrEqual(constant)
            | Operation::Greater(constant)
            | Operation::GreaterOrEqual(constant) => check_constant(constant)?,
            _ => {}
        }
        Ok(prepared)
    }

    fn passes(&self, value: &Found<'_>) -> Result<bool, EvaluationError> {
        let order = |constant: &Constant, wanted: fn(Ordering) -> bool| -> Result<bool, EvaluationError> {
            // Things without an order are neither before nor behind each other, negated or not.
            Ok(match compare(value, constant)? {
                Compared::Ordered(ordering) => wanted(ordering) != self.test.negated,
                Compared::Unlike => false,
                Compared::NoByteForm => self.test.negated,
            })
        };
        let result = match &self.test.operation {
            Operation::Equal(constant) => equal(value, constant)?,
            Operation::NotEqual(constant) => !equal(value, constant)?,
            Operation::Less(constant) => return order(constant, Ordering::is_lt),
            Operation::LessOrEqual(constant) => return order(constant, Ordering::is_le),
            Operation::Greater(constant) => return order(constant, Ordering::is_gt),
            Operation::GreaterOrEqual(constant) => return order(constant, Ordering::is_ge),
            Operation::In(constants) => {
                let mut any = false;
                for constant in constants {
                    any |= equal(value, constant)?;
                }
                any
            }
            Operation::Like(_) => self.like(value),
            Operation::Matches(_) => self.regex.as_ref().map_or(Ok(false), |regex| regex.finds(value))?,
            Operation::IsSubset(network) => string(value).map_or(Ok(false), |inner| is_within(inner, network))?,
            Operation::IsSuperset(inner) => string(value).map_or(Ok(false), |network| is_within(inner, network))?,
            Operation::Exists => true,
        };
        Ok(result != self.test.negated)
    }

    fn like(&self, value: &Found<'_>) -> bool {
        match value {
            Found::Json(Value::String(text)) => like(&nfc(text), &self.text),
            Found::Binary(bytes) if self.text.chars().all(is_byte) => {
                std::str::from_utf8(bytes).is_ok_and(|text| like(&nfc(text), &self.text))
            }
            _ => false,
        }
    }
}

fn string<'v>(value: &Found<'v>) -> Option<&'v str> {
    match value {
        Found::Json(value) => value.as_str(),
        _ => None,
    }
}

fn is_byte(c: char) -> bool {
    u32::from(c) < 256
}

fn nfc(text: &str) -> String {
    icu_normalizer::ComposingNormalizerBorrowed::new_nfc().normalize(text).into_owned()
}

fn check_constant(constant: &Constant) -> Result<(), EvaluationError> {
    match constant {
        Constant::Timestamp(text) if timestamp(text).is_none() => {
            Err(EvaluationError::Value(format!("{text} is on no calendar")))
        }
        _ => Ok(()),
    }
}

/// A set's constants are of one type; numbers are one (section 9.2.2).
fn check_set(constants: &[Constant]) -> Result<(), EvaluationError> {
    let kind = |constant: &Constant| match constant {
        Constant::Integer(_) | Constant::Float(_) => 0,
        Constant::Boolean(_) => 1,
        Constant::String(_) => 2,
        Constant::Binary(_) => 3,
        Constant::Timestamp(_) => 4,
    };
    constants.iter().try_for_each(check_constant)?;
    if constants.iter().any(|constant| Some(kind(constant)) != constants.first().map(kind)) {
        return Err(EvaluationError::Value("a set of constants of several types".into()));
    }
    Ok(())
}

fn equal(value: &Found<'_>, constant: &Constant) -> Result<bool, EvaluationError> {
    if let (Found::Json(Value::Bool(value)), Constant::Boolean(constant)) = (value, constant) {
        return Ok(value == constant);
    }
    Ok(matches!(compare(value, constant)?, Compared::Ordered(Ordering::Equal)))
}

enum Compared {
    Ordered(Ordering),
    /// Of types that do not compare.
    Unlike,
    /// Text with characters beyond 255 against bytes.
    NoByteForm,
}

#[expect(clippy::cast_precision_loss, reason = "integers compare with floats as floats, as everywhere in JSON")]
fn compare(value: &Found<'_>, constant: &Constant) -> Result<Compared, EvaluationError> {
    let ordered = |ordering: Option<Ordering>| Ok(ordering.map_or(Compared::Unlike, Compared::Ordered));
    match (value, constant) {
        (Found::Json(Value::Number(number)), Constant::Integer(constant)) => match number.as_i64() {
            Some(number) => ordered(Some(number.cmp(constant))),
            None => ordered(number.as_f64().and_then(|number| number.partial_cmp(&(*constant as f64)))),
        },
        (Found::Json(Value::Number(number)), Constant::Float(constant)) => {
            ordered(number.as_f64().and_then(|number| number.partial_cmp(constant)))
        }
        (Found::Json(Value::String(text)), Constant::String(constant)) => ordered(Some(text.as_str().cmp(constant))),
        (Found::Json(Value::String(text)), Constant::Timestamp(constant)) => {
            let moment = |text: &str| {
                timestamp(text).ok_or_else(|| EvaluationError::Value(format!("{text:?} is not a timestamp")))
            };
            ordered(Some(moment(text)?.cmp(&moment(constant)?)))
        }
        (Found::Json(Value::String(text)), Constant::Binary(constant)) => {
            Ok(bytes(text).map_or(Compared::NoByteForm, |text| Compared::Ordered(text.cmp(constant))))
        }
        (Found::Binary(value), Constant::Binary(constant)) => ordered(Some(value.cmp(constant))),
        (Found::Binary(value), Constant::String(constant)) => {
            Ok(bytes(constant).map_or(Compared::NoByteForm, |constant| Compared::Ordered(value.cmp(&constant))))
        }
        _ => Ok(Compared::Unlike),
    }
}

/// A string as bytes, one for each character, if each fits (section 9.6.1).
fn bytes(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect()
}

/// SQL's LIKE: `%` for any characters, `_` for one. Two positions to go back to, never more: linear in practice and
/// bounded by the product of the lengths.
fn like(text: &str, pattern: &str) -> bool {
    let (text, pattern): (Vec<char>, Vec<char>) = (text.chars().collect(), pattern.chars().collect());
    let (mut t, mut p) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('%') => {
                back = Some((t, p));
                p += 1;
            }
            Some(c) if *c == '_' || *c == text[t] => {
                t += 1;
                p += 1;
            }
            _ => match back {
                Some((from, star)) => {
                    back = Some((from + 1, star));
                    t = from + 1;
                    p = star + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '%')
}

impl Regex {
    fn new(pattern: &str) -> Result<Self, EvaluationError> {
        let text = fancy_regex::RegexBuilder::new(pattern)
            .backtrack_limit(REGEX_STEPS)
            .delegate_size_limit(REGEX_SIZE)
            .build()
            .map_err(|_| EvaluationError::Value("a regular expression that cannot be compiled".into()))?;
        let bytes = pattern
            .chars()
            .all(is_byte)
            .then(|| regex::bytes::RegexBuilder::new(pattern).unicode(false).size_limit(REGEX_SIZE).build().ok())
            .flatten();
        Ok(Self { text, bytes })
    }

    fn finds(&self, value: &Found<'_>) -> Result<bool, EvaluationError> {
        match value {
            Found::Json(Value::String(text)) => self.text.is_match(&nfc(text)).map_err(|_| EvaluationError::TooComplex),
            Found::Binary(bytes) => Ok(self.bytes.as_ref().is_some_and(|regex| regex.is_match(bytes))),
            _ => Ok(false),
        }
    }
}

/// Whether an address or network lies within a network, of either family.
fn is_within(inner: &str, network: &str) -> Result<bool, EvaluationError> {
    let bad = |text: &str| EvaluationError::Value(format!("{text:?} is not an address or network"));
    let network: IpNet = network.parse().map_err(|_| bad(network))?;
    let inner: IpNet = match inner.parse() {
        Ok(inner) => inner,
        Err(_) => inner.parse::<std::net::IpAddr>().map(IpNet::from).map_err(|_| bad(inner))?,
    };
    Ok(network.trunc().contains(&inner.trunc()))
}
