//! Comparison expressions over the objects of one observation.

use std::{cmp::Ordering, collections::BTreeSet};

use ipnet::IpNet;
use serde_json::Value;

use super::{
    EvaluationError, Observation,
    effort::{Effort, VALUE},
    expression::Regex,
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
    "incident",
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

/// The numbers of the observations that have an object for which the whole expression holds. Every test is evaluated,
/// so that a value which cannot be compared is an error whatever stands beside it.
pub(super) fn holding(
    comparison: &Comparison,
    observations: &[Observation],
    effort: &mut Effort,
) -> Result<Vec<usize>, EvaluationError> {
    let mut numbers: Vec<usize> =
        passing(comparison, observations, effort)?.into_iter().map(|(observation, _)| observation).collect();
    numbers.dedup();
    Ok(numbers)
}

/// The number of an observation and of an object in it, in their order.
type Root = (usize, usize);

/// The objects for which the expression holds: both sides of an AND must hold for the same one.
fn passing(
    comparison: &Comparison,
    observations: &[Observation],
    effort: &mut Effort,
) -> Result<BTreeSet<Root>, EvaluationError> {
    match comparison {
        Comparison::Test(test) => test_passing(test, observations, effort),
        Comparison::And(all) => {
            let mut common: Option<BTreeSet<Root>> = None;
            for one in all {
                let found = passing(one, observations, effort)?;
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
                union.append(&mut passing(one, observations, effort)?);
            }
            Ok(union)
        }
    }
}

fn test_passing(
    test: &PropertyTest,
    observations: &[Observation],
    effort: &mut Effort,
) -> Result<BTreeSet<Root>, EvaluationError> {
    let prepared = Prepared::new(test, effort)?;
    let mut passed = BTreeSet::new();
    if NOT_OBSERVABLE.contains(&test.path.object_type.as_str()) {
        return Ok(passed);
    }
    for (place, observation) in observations.iter().enumerate() {
        effort.pay_for(observation.objects.len().saturating_add(1))?;
        for (number, (_, object)) in observation.objects.iter().enumerate() {
            if object.get("type").and_then(Value::as_str) != Some(test.path.object_type.as_str()) {
                continue;
            }
            for value in values(&test.path, object, observation, effort)? {
                if prepared.passes(&value, effort)? {
                    passed.insert((place, number));
                    break;
                }
            }
        }
    }
    Ok(passed)
}

/// A value on the way along a path: JSON, or bytes that a `_hex` or `_bin` property holds.
pub(super) enum Found<'v> {
    Json(&'v Value),
    Binary(Vec<u8>),
    /// What a list of references leads to.
    List(Vec<&'v Value>),
}

impl Found<'_> {
    /// The bytes to look at when it is compared.
    fn length(&self) -> usize {
        match self {
            Found::Json(value) => value.as_str().map_or(1, str::len),
            Found::Binary(bytes) => bytes.len(),
            Found::List(_) => 1,
        }
    }
}

/// All values the path leads to in one object.
fn values<'v>(
    path: &ObjectPath,
    object: &'v Value,
    observation: &'v Observation,
    effort: &mut Effort,
) -> Result<Vec<Found<'v>>, EvaluationError> {
    let mut current = vec![Found::Json(object)];
    for step in &path.steps {
        let mut next = Vec::new();
        for value in current {
            // Lists of references to lists of references multiply with every step.
            effort.pay(VALUE)?;
            match (step, value) {
                (Step::Key(key), Found::Json(Value::Object(fields))) => {
                    if let Some(value) = fields.get(key) {
                        next.extend(keyed(key, value, observation, effort)?);
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
                (Step::AnyIndex, Found::Json(Value::Array(items))) => {
                    effort.pay(VALUE.saturating_mul(items.len() as u64))?;
                    next.extend(items.iter().map(Found::Json));
                }
                (Step::AnyIndex, Found::List(items)) => {
                    effort.pay(VALUE.saturating_mul(items.len() as u64))?;
                    next.extend(items.into_iter().map(Found::Json));
                }
                _ => {}
            }
        }
        current = next;
    }
    Ok(current)
}

/// The value of a property, as its name's ending says: a reference, references, or bytes (STIX 2.1 section 2). A
/// reference leads to an object of the same observation, or nowhere.
fn keyed<'v>(
    key: &str,
    value: &'v Value,
    observation: &'v Observation,
    effort: &mut Effort,
) -> Result<Option<Found<'v>>, EvaluationError> {
    let bad = |what: &str| EvaluationError::Value(format!("the value of {key} is not {what}"));
    let mut resolve = |reference: &Value| {
        let id = reference.as_str().ok_or_else(|| bad("a reference"))?;
        effort.pay_for(observation.objects.len())?;
        Ok(observation.objects.iter().find(|(known, _)| known == id).map(|(_, object)| object))
    };
    if key.ends_with("_ref") {
        return Ok(resolve(value)?.map(Found::Json));
    }
    if key.ends_with("_refs") {
        let items = value.as_array().ok_or_else(|| bad("a list"))?;
        let mut found = Vec::new();
        for item in items {
            found.extend(resolve(item)?);
        }
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

impl<'t> Prepared<'t> {
    fn new(test: &'t PropertyTest, effort: &mut Effort) -> Result<Self, EvaluationError> {
        let mut prepared = Self { test, text: String::new(), regex: None };
        match &test.operation {
            Operation::Like(text) => prepared.text = nfc(text),
            Operation::Matches(text) => prepared.regex = Some(Regex::new(&nfc(text), effort)?),
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

    fn passes(&self, value: &Found<'_>, effort: &mut Effort) -> Result<bool, EvaluationError> {
        effort.pay_for(value.length())?;
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
                effort.pay_for(constants.len())?;
                let mut any = false;
                for constant in constants {
                    any |= equal(value, constant)?;
                }
                any
            }
            Operation::Like(_) => {
                effort.pay_for(value.length().saturating_mul(self.text.len()) / 16)?;
                self.like(value)
            }
            Operation::Matches(_) => self.regex.as_ref().map_or(Ok(false), |regex| regex.finds(value, effort))?,
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

pub(super) fn is_byte(c: char) -> bool {
    u32::from(c) < 256
}

pub(super) fn nfc(text: &str) -> String {
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
