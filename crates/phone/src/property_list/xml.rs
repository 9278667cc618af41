//! The XML form. Entities that a document defines for itself are not expanded.

use std::{borrow::Cow, str};

use data_encoding::BASE64;
use jiff::Timestamp;
use quick_xml::{
    Reader,
    escape::resolve_predefined_entity,
    events::{BytesRef, Event},
};

use super::value::{FROM_2001, MAX_DEPTH, Value};

const MALFORMED: &str = "the property list is malformed";

/// A list or dictionary that is not closed yet.
enum Open<'a> {
    Array(Vec<Value<'a>>),
    Dictionary(Vec<(Cow<'a, str>, Value<'a>)>, Option<String>),
}

/// Reads an XML property list of at most `values` values.
pub(super) fn parse(bytes: &[u8], values: usize) -> Result<Value<'static>, &'static str> {
    let text = str::from_utf8(bytes).map_err(|_| "the property list is neither binary nor UTF-8")?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut open: Vec<Open<'static>> = Vec::new();
    let mut leaf = String::new();
    let mut values_left = values;
    loop {
        let finished = match reader.read_event().map_err(|_| MALFORMED)? {
            Event::Start(tag) => {
                leaf.clear();
                match tag.name().as_ref() {
                    "array" => open.push(Open::Array(Vec::new())),
                    "dict" => open.push(Open::Dictionary(Vec::new(), None)),
                    _ => {}
                }
                if open.len() > MAX_DEPTH {
                    return Err("the property list is nested too deeply");
                }
                None
            }
            Event::Empty(tag) => match tag.name().as_ref() {
                "plist" => return Err(MALFORMED),
                "array" => Some(Value::Array(Vec::new())),
                "dict" => Some(Value::Dictionary(Vec::new())),
                "key" => {
                    set_key(&mut open, String::new())?;
                    None
                }
                name => Some(scalar(name, "")?),
            },
            Event::End(tag) => match tag.name().as_ref() {
                "plist" => None,
                "array" | "dict" => match open.pop() {
                    Some(Open::Array(values)) => Some(Value::Array(values)),
                    Some(Open::Dictionary(pairs, None)) => Some(dictionary(pairs)),
                    _ => return Err(MALFORMED),
                },
                "key" => {
                    set_key(&mut open, std::mem::take(&mut leaf))?;
                    None
                }
                name => Some(scalar(name, &leaf)?),
            },
            Event::Text(text) => {
                leaf.push_str(&text);
                None
            }
            Event::CData(text) => {
                leaf.push_str(&text);
                None
            }
            Event::GeneralRef(reference) => {
                leaf.push_str(&resolve(&reference));
                None
            }
            Event::Eof => return Err("the property list is cut short"),
            Event::Comment(_) | Event::PI(_) | Event::DocType(_) | Event::Decl(_) => None,
        };
        let Some(value) = finished else { continue };
        values_left = values_left.checked_sub(1).ok_or("the property list has too many values")?;
        match open.last_mut() {
            // What follows the first whole value is not looked at.
            None => return Ok(value),
            Some(Open::Array(values)) => values.push(value),
            Some(Open::Dictionary(pairs, key)) => pairs.push((Cow::Owned(key.take().ok_or(MALFORMED)?), value)),
        }
    }
}

fn set_key(open: &mut [Open<'_>], name: String) -> Result<(), &'static str> {
    match open.last_mut() {
        Some(Open::Dictionary(_, key)) if key.is_none() => {
            *key = Some(name);
            Ok(())
        }
        _ => Err(MALFORMED),
    }
}

/// A keyed archive written as XML says "UID" as a dictionary of its own.
fn dictionary(pairs: Vec<(Cow<'static, str>, Value<'static>)>) -> Value<'static> {
    match pairs.as_slice() {
        [(name, Value::Integer(uid))] if name == "CF$UID" => Value::Uid(u64::try_from(*uid).unwrap_or(u64::MAX)),
        _ => Value::Dictionary(pairs),
    }
}

fn scalar(name: &str, text: &str) -> Result<Value<'static>, &'static str> {
    let trimmed = text.trim();
    match name {
        "true" => Ok(Value::Boolean(true)),
        "false" => Ok(Value::Boolean(false)),
        "string" => Ok(Value::Text(Cow::Owned(text.to_owned()))),
        "integer" => trimmed.parse().map(Value::Integer).map_err(|_| MALFORMED),
        "real" => trimmed.parse().map(Value::Real).map_err(|_| MALFORMED),
        "date" => {
            let time: Timestamp = trimmed.parse().map_err(|_| MALFORMED)?;
            Ok(Value::Date(time.as_second() as f64 - FROM_2001))
        }
        "data" => {
            let packed: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
            BASE64.decode(&packed).map(|data| Value::Data(Cow::Owned(data))).map_err(|_| MALFORMED)
        }
        _ => Err(MALFORMED),
    }
}

fn resolve(reference: &BytesRef<'_>) -> String {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return character.into();
    }
    resolve_predefined_entity(reference).map_or_else(|| format!("&{};", &**reference), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_writer_wrote_is_read() {
        let mut dictionary = plist::Dictionary::new();
        dictionary.insert("Device Name".to_owned(), "Zoé & co’s <phone>".into());
        dictionary.insert("empty".to_owned(), "".into());
        dictionary.insert("data".to_owned(), plist::Value::Data(vec![7; 300]));
        dictionary.insert("list".to_owned(), plist::Value::Array(vec![false.into(), (-3).into()]));
        let date = plist::Date::from_xml_format("2026-03-01T10:20:30Z").unwrap();
        dictionary.insert("Date".to_owned(), date.into());
        let mut bytes = Vec::new();
        plist::Value::Dictionary(dictionary).to_writer_xml(&mut bytes).unwrap();
        let value = parse(&bytes, 100).unwrap();
        assert_eq!(value.get("Device Name").and_then(Value::as_text), Some("Zoé & co’s <phone>"));
        assert_eq!(value.get("empty").and_then(Value::as_text), Some(""));
        assert_eq!(value.get("data").and_then(Value::as_data), Some(&[7; 300][..]));
        let list = [Value::Boolean(false), Value::Integer(-3)];
        assert_eq!(value.get("list").and_then(Value::as_array), Some(&list[..]));
        let time = value.get("Date").and_then(Value::as_time);
        assert_eq!(time, Some("2026-03-01T10:20:30Z".parse().unwrap()));
        assert!(parse(&bytes, 5).is_err(), "it has more than five values");
    }

    #[test]
    fn depth_ends_before_the_stack() {
        let deep = format!("<plist>{}", "<array>".repeat(1_000_000));
        assert_eq!(parse(deep.as_bytes(), usize::MAX), Err("the property list is nested too deeply"));
    }

    #[test]
    fn an_entity_of_its_own_is_not_expanded() {
        let text = "<!DOCTYPE p [<!ENTITY a \"aaaa\">]><plist><string>&a;&#65;&amp;</string></plist>";
        assert_eq!(parse(text.as_bytes(), 9).unwrap().as_text(), Some("&a;A&"));
    }

    #[test]
    fn broken_lists_are_refused() {
        for text in [
            "",
            "<plist>",
            "<plist/>",
            "<plist><dict><string>x</string></dict></plist>",
            "<plist><dict><key>a</key></dict>",
            "<plist><key>a</key></plist>",
            "<plist><integer>x</integer></plist>",
            "<plist><data>?</data></plist>",
            "</array>",
        ] {
            assert!(parse(text.as_bytes(), 9).is_err(), "{text}");
        }
    }
}
