//! The XML form. No entity that the document defines is expanded, and nothing outside of it is fetched.

use data_encoding::BASE64_NOPAD;
use quick_xml::{Reader as XmlReader, escape::resolve_predefined_entity, events::Event};
use vauban_intake::{Budget, Problem};

use super::tell::{Leaf, Tell};
use crate::epoch::FROM_2001;

/// Walks the list from its first tag to its last.
pub(super) fn walk(xml: &str, budget: &Budget, tell: &mut Tell<'_>) -> Result<(), Problem> {
    let mut reader = XmlReader::from_str(xml);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut text = String::new();
    loop {
        budget.check_time()?;
        match reader.read_event() {
            Ok(Event::Start(tag)) => {
                text.clear();
                if matches!(tag.name().as_ref(), "dict" | "array") {
                    tell.open()?;
                }
            }
            Ok(Event::End(tag)) => {
                end(tag.name().as_ref(), text.trim(), tell)?;
                text.clear();
            }
            Ok(Event::Text(part)) => text.push_str(&part),
            Ok(Event::CData(part)) => text.push_str(&part),
            Ok(Event::GeneralRef(name)) => reference(&name, &mut text),
            Ok(Event::Eof) => return Ok(()),
            Ok(_) => {}
            Err(error) => return Err(Problem::corrupt(format!("broken markup: {error}"))),
        }
    }
}

fn end(tag: &str, text: &str, tell: &mut Tell<'_>) -> Result<(), Problem> {
    match tag {
        "dict" | "array" => tell.close(),
        "key" => tell.key(text)?,
        "string" => tell.leaf(Leaf::Text(text))?,
        "integer" | "real" => tell.leaf(text.parse().map_or(Leaf::Other, Leaf::Number))?,
        "date" => {
            let seconds = text.parse::<jiff::Timestamp>().map(|at| at.as_second().saturating_sub(FROM_2001));
            tell.leaf(seconds.map_or(Leaf::Other, |seconds| Leaf::Date(seconds as f64)))?;
        }
        "data" => {
            let digits: Vec<u8> =
                text.bytes().filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')).collect();
            match BASE64_NOPAD.decode(&digits) {
                Ok(bytes) => tell.leaf(Leaf::Data(&bytes))?,
                Err(_) => tell.leaf(Leaf::Text(text))?,
            }
        }
        _ => {}
    }
    Ok(())
}

/// A character reference is its character; any other entity stays as it is written.
fn reference(name: &str, text: &mut String) {
    let number = name.strip_prefix('#').and_then(|number| match number.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok(),
        None => number.parse().ok(),
    });
    match (number.and_then(char::from_u32), resolve_predefined_entity(name)) {
        (Some(c), _) => text.push(c),
        (None, Some(known)) => text.push_str(known),
        (None, None) => {
            text.push('&');
            text.push_str(name);
            text.push(';');
        }
    }
}
