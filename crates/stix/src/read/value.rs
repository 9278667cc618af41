//! Reading one value with everything counted, and with what is wrong with its writing remembered.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::{Limits, Refusal};

/// What one object has used up, and what was wrong with it.
pub(super) struct Counted {
    limits: Limits,
    bytes: usize,
    values: usize,
    /// The first thing that was wrong. The object is no longer kept then, but its bytes are still read to its end.
    pub(super) refusal: Option<Refusal>,
}

impl Counted {
    pub(super) const fn new(limits: Limits) -> Self {
        Self { limits, bytes: 0, values: 0, refusal: None }
    }

    /// Counts a value and its bytes; false when it is not worth keeping.
    fn take(&mut self, bytes: usize) -> bool {
        self.values += 1;
        self.bytes += bytes;
        if self.bytes > self.limits.object_bytes || self.values > self.limits.object_values {
            self.refuse(Refusal::TooLarge);
        }
        self.refusal.is_none()
    }

    pub(super) fn refuse(&mut self, refusal: Refusal) {
        self.refusal.get_or_insert(refusal);
    }
}

/// Reads a value at a depth. The value is null where something was refused.
pub(super) struct Bounded<'a> {
    pub(super) counted: &'a mut Counted,
    pub(super) depth: usize,
}

impl<'de> DeserializeSeed<'de> for Bounded<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        if self.depth > self.counted.limits.depth {
            self.counted.refuse(Refusal::TooDeep);
        }
        if self.counted.refusal.is_some() {
            // What is not kept is skipped without recursion and without memory.
            deserializer.deserialize_ignored_any(IgnoredAny)?;
            return Ok(Value::Null);
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounded<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        self.counted.take(0);
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        self.counted.take(0);
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        self.counted.take(0);
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        self.counted.take(0);
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        let kept = self.counted.take(value.len());
        Ok(if kept { value.into() } else { Value::Null })
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        self.counted.take(0);
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        self.counted.take(0);
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Bounded { counted: self.counted, depth: self.depth + 1 })? {
            if self.counted.refusal.is_none() {
                list.push(item);
            }
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        self.counted.take(0);
        let mut map = Map::new();
        while let Some(name) = members.next_key_seed(Name)? {
            let kept = self.counted.take(name.len());
            if kept && map.contains_key(&name) {
                self.counted.refuse(Refusal::Duplicate(crate::judge::cut(&name)));
            }
            let value = members.next_value_seed(Bounded { counted: self.counted, depth: self.depth + 1 })?;
            if self.counted.refusal.is_none() {
                map.insert(name, value);
            }
        }
        Ok(map.into())
    }
}

/// The name of a member.
pub(super) struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<String, E> {
        Ok(name.to_owned())
    }
}
