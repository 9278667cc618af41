//! A document read object by object: a bundle, a TAXII envelope, a list of objects, or one object.
//!
//! Only the object in hand is in memory. A caller that stops reading gets what was read until then.

use std::{
    fmt,
    io::{BufReader, Read},
    ops::ControlFlow,
};

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::{
    Entry, Envelope, Limits, ReadError, Refusal, Refused,
    metered::{Meter, Metered},
    value::{Bounded, Counted, Name},
};
use crate::object::Object;

/// Reads a document from memory and hands on each object as soon as it is read.
///
/// # Errors
/// When the document is not JSON to its end, or holds too many objects. What was handed on before then was read rightly.
pub fn read(
    bytes: &[u8],
    limits: &Limits,
    each: &mut dyn FnMut(Entry) -> ControlFlow<()>,
) -> Result<Envelope, ReadError> {
    let state = State::new(*limits, Meter::default(), each);
    run(&mut serde_json::Deserializer::from_slice(bytes), state)
}

/// Reads a document from a source, of which no more than one object is in memory.
///
/// # Errors
/// As [`read`]; and when an object takes more than four times [`Limits::object_bytes`] from the source, escapes included.
pub fn read_from(
    source: impl Read,
    limits: &Limits,
    each: &mut dyn FnMut(Entry) -> ControlFlow<()>,
) -> Result<Envelope, ReadError> {
    let meter = Meter::default();
    let most = limits.object_bytes.saturating_mul(4).saturating_add(1 << 16);
    let source = BufReader::new(Metered { inner: source, meter: meter.clone(), most });
    run(&mut serde_json::Deserializer::from_reader(source), State::new(*limits, meter, each))
}

fn run<'de, R: serde_json::de::Read<'de>>(
    json: &mut serde_json::Deserializer<R>,
    mut state: State<'_>,
) -> Result<Envelope, ReadError> {
    let outcome = Top(&mut state).deserialize(&mut *json).and_then(|()| json.end());
    match (state.ended.take(), outcome) {
        (Some(End::Stopped), _) => Ok(state.envelope),
        (Some(End::Failed(error)), _) => Err(error),
        (None, Err(error)) => Err(error.into()),
        (None, Ok(())) => Ok(state.envelope),
    }
}

/// What is carried from object to object.
struct State<'a> {
    limits: Limits,
    meter: Meter,
    each: &'a mut dyn FnMut(Entry) -> ControlFlow<()>,
    envelope: Envelope,
    ended: Option<End>,
}

/// Why reading ended before the document did.
enum End {
    Stopped,
    Failed(ReadError),
}

impl<'a> State<'a> {
    fn new(limits: Limits, meter: Meter, each: &'a mut dyn FnMut(Entry) -> ControlFlow<()>) -> Self {
        Self { limits, meter, each, envelope: Envelope::default(), ended: None }
    }

    /// Hands on what was read; an error of the parser's type ends the parsing.
    fn hand_on<E: Error>(&mut self, value: Value, refusal: Option<Refusal>) -> Result<(), E> {
        self.meter.reset();
        let index = self.envelope.objects;
        if index >= self.limits.objects {
            return self.end(End::Failed(ReadError::TooMany(self.limits.objects)));
        }
        self.envelope.objects += 1;
        let entry = match (refusal, Object::new(value)) {
            (Some(refusal), _) => Entry::Refused(Refused { index, refusal }),
            (None, Some(object)) => Entry::Object(object),
            (None, None) => Entry::Refused(Refused { index, refusal: Refusal::NotAnObject }),
        };
        match (self.each)(entry) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => self.end(End::Stopped),
        }
    }

    fn end<E: Error>(&mut self, end: End) -> Result<(), E> {
        self.ended = Some(end);
        Err(E::custom("reading ended"))
    }
}

/// The document.
struct Top<'s, 'a>(&'s mut State<'a>);

impl<'de> DeserializeSeed<'de> for Top<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Top<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<(), A::Error> {
        Objects(self.0).items(items)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut counted = Counted::new(self.0.limits);
        let mut properties = Map::new();
        let mut streamed = false;
        while let Some(name) = members.next_key_seed(Name)? {
            if properties.contains_key(&name) || streamed && name == "objects" {
                counted.refuse(Refusal::Duplicate(crate::judge::cut(&name)));
            }
            if name == "objects" && counted.refusal.is_none() {
                // A list is the objects of a bundle; a dictionary is those within observed data.
                match members.next_value_seed(Objects(self.0))? {
                    None => streamed = true,
                    Some(value) => {
                        properties.insert(name, value);
                    }
                }
                continue;
            }
            let value = members.next_value_seed(Bounded { counted: &mut counted, depth: 2 })?;
            if counted.refusal.is_none() {
                properties.insert(name, value);
            }
        }
        match (streamed, counted.refusal) {
            (false, refusal) => self.0.hand_on(Value::Object(properties), refusal),
            (true, Some(refusal)) => self.0.end(End::Failed(ReadError::Envelope(refusal))),
            (true, None) => {
                self.0.envelope.properties = properties;
                Ok(())
            }
        }
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.0.end(End::Failed(ReadError::NoDocument))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.0.end(End::Failed(ReadError::NoDocument))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.0.end(End::Failed(ReadError::NoDocument))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.0.end(End::Failed(ReadError::NoDocument))
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        self.0.end(End::Failed(ReadError::NoDocument))
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.0.end(End::Failed(ReadError::NoDocument))
    }
}

/// The value of `objects`: a list is handed on item by item, anything else is returned.
struct Objects<'s, 'a>(&'s mut State<'a>);

impl Objects<'_, '_> {
    fn items<'de, A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        loop {
            if self.0.envelope.objects >= self.0.limits.objects {
                // One more would be too many; the end of the list is not.
                return match items.next_element::<IgnoredAny>()? {
                    None => Ok(()),
                    Some(_) => self.0.end(End::Failed(ReadError::TooMany(self.0.limits.objects))),
                };
            }
            let mut counted = Counted::new(self.0.limits);
            let Some(value) = items.next_element_seed(Bounded { counted: &mut counted, depth: 1 })? else {
                return Ok(());
            };
            self.0.hand_on(value, counted.refusal)?;
        }
    }
}

impl<'de> DeserializeSeed<'de> for Objects<'_, '_> {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<Value>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Objects<'_, '_> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Option<Value>, A::Error> {
        self.items(items)?;
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Option<Value>, A::Error> {
        let mut counted = Counted::new(self.0.limits);
        let value = Bounded { counted: &mut counted, depth: 2 }.visit_map(members)?;
        match counted.refusal {
            None => Ok(Some(value)),
            Some(refusal) => {
                self.0.hand_on::<A::Error>(Value::Null, Some(refusal))?;
                Ok(Some(Value::Null))
            }
        }
    }

    fn visit_bool<E>(self, value: bool) -> Result<Option<Value>, E> {
        Ok(Some(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Option<Value>, E> {
        Ok(Some(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Option<Value>, E> {
        Ok(Some(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Option<Value>, E> {
        Ok(Some(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Option<Value>, E> {
        Ok(Some(value.into()))
    }

    fn visit_unit<E>(self) -> Result<Option<Value>, E> {
        Ok(Some(Value::Null))
    }
}
